"""What unit pages read of the units of a layer: compact values for JSON."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from pandas import DataFrame

from superposition import unit_files
from superposition.report.unit_pictures import Pictures

DIGITS = 3
EARLIER = 4
"""Top images of each earlier round."""
SCORES = ("selectivity", "polysemanticity", "top_class_share")
ACTIVITY = ("top_values", "bottom_values", "random_values", "low", "high")
IMAGES = ("top", "bottom", "top_class", "cluster_sizes", "shown_classes")
"""What stays as it is."""


class Arm(NamedTuple):
    """An arm's name, its networks' units.h5 by round, and the pictures made for their units."""

    name: str
    rounds: Mapping[int, Path]
    pictures: list[Pictures]

    @property
    def last(self) -> Path:
        return self.rounds[max(self.rounds)]


def of_layer(arm: Arm, layer: str, matches: DataFrame) -> dict[str, Any]:
    """The units of a layer after an arm's last round, in lists with an entry a unit, and what they are elsewhere.

    matches: rows of matches.tsv of any arms and layers.
    """
    about, arrays = unit_files.attributes(arm.last), unit_files.read(arm.last, layer)
    found = matches[(matches["layer"] == layer) & (matches["a"] == arm.name)]
    elsewhere = found[found["b"] != arm.name].groupby("b", sort=False)
    return {
        **{name: about[name] for name in ("dataset", "arm", "classes")},
        **{name: int(about[name]) for name in ("seed", "round", "samples", "judged_by")},
        "layer": layer,
        **{name: rounded(arrays[name]) for name in (*SCORES, *ACTIVITY)},
        **{name: arrays[name].tolist() for name in IMAGES},
        "random": arrays["random"][0].tolist(),
        "clusters": [[_there(a), _there(b)] for a, b in zip(arrays["cluster_a"], arrays["cluster_b"], strict=True)],
        "counts": [[_sparse(of_class) for of_class in of_unit] for of_unit in arrays["counts"].tolist()],
        "rounds": [_earlier(arm.rounds[number], number, layer, found) for number in sorted(arm.rounds)[:-1]],
        "matches": {name: _matches(rows) for name, rows in elsewhere},
        "pictures": [_picture(of_unit) for of_unit in arm.pictures if of_unit.layer == layer],
    }


def rounded(values: np.ndarray) -> list[Any]:
    """Numbers of any shape with three significant digits; None for nan."""
    if values.ndim > 1:
        return [rounded(row) for row in values]
    return [float(f"{value:.{DIGITS}g}") if value == value else None for value in values.tolist()]


def _there(ids: np.ndarray) -> list[int]:
    """Ids without those that only fill up."""
    return ids[ids >= 0].tolist()


def _sparse(counts: list[int]) -> str:
    """Counts with commas between; nothing stands for 0, and zeros at the end are left out."""
    return ",".join(str(count) if count else "" for count in counts).rstrip(",")


def _earlier(path: Path, round_: int, layer: str, matches: DataFrame) -> dict[str, Any]:
    """The layer's units after an earlier round, and how each correlates with that of the same number after the last."""
    arrays = unit_files.read(path, layer)
    same = matches[(matches["a"] == matches["b"]) & (matches["round_b"] == round_)].sort_values("unit")
    return {
        "round": round_,
        "top": arrays["top"][:, :EARLIER].tolist(),
        **{name: rounded(arrays[name]) for name in SCORES},
        "correlation": rounded(same["same_index"].to_numpy()),
    }


def _matches(rows: DataFrame) -> dict[str, Any]:
    """The best match in another arm of each unit; None for one without."""
    rows = rows.sort_values("unit")
    correlation = rounded(rows["correlation"].to_numpy())
    units = [None if r is None else int(unit) for unit, r in zip(rows["match"], correlation, strict=True)]
    return {"unit": units, "correlation": correlation, "mutual": rows["mutual"].fillna(0).astype(int).tolist()}


def _picture(pictures: Pictures) -> dict[str, Any]:
    kept = ("setting", "round", "unit", "verdicts", "best", "sheet", "first")
    return {**{name: getattr(pictures, name) for name in kept}, "achieved": rounded(np.array(pictures.achieved))}
