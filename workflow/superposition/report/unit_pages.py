"""The data of unit pages, and what the index page shows of the units that pictures were made for."""

from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from superposition import matching, tables, unit_files
from superposition.report import unit_cards, unit_data, unit_pictures
from superposition.report.scripts import assignment
from superposition.report.unit_data import Arm


def write(
    assets: Path,
    dataset: str,
    units: list[Path],
    matches: list[Path],
    maximised: list[Path],
    contrasts: list[tuple[str, str]],
) -> dict[str, Any] | None:
    """Write `{dataset}.{arm}.{layer}.units.js`, which unit pages load, and the sheets of pictures.

    units, matches, maximised: files of the dataset's networks of one seed; contrasts: pairs of arms.
    Returns what templates need to know: name; arms, each with its layers; contrasts, with their units side by side.
    None where there is nothing of units.
    """
    if not units:
        return None
    matched = tables.read_all(matches, matching.MATCHES)
    pictures = unit_pictures.write(assets, dataset, maximised)
    arms = {
        name: Arm(name, rounds, [some for some in pictures if some.arm == name])
        for name, rounds in _by_arm(units).items()
    }
    layers = {name: unit_files.layers(arm.last) for name, arm in arms.items()}
    for name, layer in [(name, layer) for name, of_arm in layers.items() for layer in of_arm]:
        value = unit_data.of_layer(arms[name], layer, matched)
        assignment(assets / f"{dataset}.{name}.{layer}.units.js", "units", f"{dataset}/{name}/{layer}", value=value)
    compared = [
        {"a": a, "b": b, "layers": unit_cards.side_by_side(dataset, arms, a, b, matched)}
        for a, b in contrasts
        if {a, b} <= arms.keys()
    ]
    told = [{"name": name, "layers": of_arm} for name, of_arm in layers.items()]
    return {"name": dataset, "arms": told, "contrasts": compared}


def shown_ids(units: list[Path]) -> np.ndarray:
    """The ids of all test images that unit pages show, ascending."""
    shown = [
        unit_files.read(path, layer)[name].ravel()
        for path in units
        for layer in unit_files.layers(path)
        for name in ("top", "bottom", "random", "cluster_a", "cluster_b")
    ]
    ids = np.unique(np.concatenate(shown)) if shown else np.empty(0, np.int64)
    return ids[ids >= 0]


def _by_arm(units: list[Path]) -> dict[str, dict[int, Path]]:
    """The files by arm and round, arms in their order."""
    found: dict[str, dict[int, Path]] = defaultdict(dict)
    for path in units:
        about = unit_files.attributes(path)
        found[str(about["arm"])][int(about["round"])] = path
    return found
