"""Units of two arms side by side: what the index page shows of the units that pictures were made for."""

import math
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import numpy as np
from pandas import DataFrame

from superposition import unit_files
from superposition.report.unit_data import Arm
from superposition.report.unit_pictures import Pictures

IMAGES = 6
PX = 64
NO_MATCH = {"correlation": math.nan, "same_index": math.nan}


def side_by_side(dataset: str, arms: Mapping[str, Arm], a: str, b: str, matches: DataFrame) -> list[dict[str, Any]]:
    """Of each layer of which the study asks for units: each of these in arm b, its best match in arm a, and the unit of
    a with the same number; matches: rows of matches.tsv of any arms."""
    found = []
    for layer in unit_files.layers(arms[b].last):
        listed = asked_for(arms, layer)
        if listed:
            of_b = matches[(matches["layer"] == layer) & (matches["a"] == b) & (matches["b"] == a)].set_index("unit")
            tops = {arm: unit_files.read(arms[arm].last, layer)["top"] for arm in (a, b)}
            rows = [_row(dataset, layer, unit, arms[a], arms[b], of_b, tops) for unit in listed]
            found.append({"layer": layer, "rows": rows})
    return found


def asked_for(arms: Mapping[str, Arm], layer: str) -> list[int]:
    """The units of a layer that the study asks for."""
    pictures = [some for arm in arms.values() for some in arm.pictures]
    return sorted({some.unit for some in pictures if some.layer == layer and some.asked})


def _row(
    dataset: str, layer: str, unit: int, a: Arm, b: Arm, matches: DataFrame, tops: Mapping[str, np.ndarray]
) -> dict[str, Any]:
    """The unit itself, its match if it has one, and its namesake, which need not be alike."""
    found = matches.loc[unit] if unit in matches.index else NO_MATCH
    row: dict[str, Any] = {"unit": _card(dataset, layer, b, unit, tops), "match": None}
    if found["correlation"] == found["correlation"]:
        row["match"] = _card(dataset, layer, a, int(found["match"]), tops, r=found["correlation"])
        row["match"]["mutual"] = bool(found["mutual"])
    return {**row, "namesake": _card(dataset, layer, a, unit, tops, r=found["same_index"])}


def _card(
    dataset: str, layer: str, arm: Arm, unit: int, tops: Mapping[str, np.ndarray], r: float = 1.0
) -> dict[str, Any]:
    """What is shown of a unit; r: its correlation with the one it stands beside."""
    place = max(arm.rounds), layer, unit
    address = "/".join(quote(part, safe="") for part in (dataset, arm.name, layer, str(unit)))
    return {
        "arm": arm.name,
        "unit": unit,
        "r": r,
        "page": f"units.html#{address}",
        "images": tops[arm.name][unit, :IMAGES].tolist(),
        "pictures": [_shown(some) for some in arm.pictures if (some.round, some.layer, some.unit) == place],
    }


def _shown(pictures: Pictures) -> dict[str, Any]:
    """The picture that excites the unit most, cut from its sheet by CSS."""
    sheet, number = pictures.sheet, pictures.first + pictures.best
    scale = PX / sheet["size"]
    left, top = (PX * place for place in (number % sheet["columns"], number // sheet["columns"]))
    style = (
        f"width:{PX}px;height:{PX}px;background-image:url(assets/{sheet['file']});"
        f"background-position:-{left}px -{top}px;"
        f"background-size:{sheet['width'] * scale:g}px {sheet['height'] * scale:g}px"
    )
    return {"setting": pictures.setting, "style": style, "verdict": pictures.verdicts[pictures.best]}
