"""Pictures that excite units: sheets of them, one an arm and setting, and where on these each unit's are."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from superposition import unit_files, wording
from superposition.report import sprites

LARGEST_PX = 128


class Pictures(NamedTuple):
    """The pictures of one unit, from several starts, made in one setting.

    achieved: activation of each; verdicts: what test images make of each; best: the start that achieved most; sheet:
    file, size (px a tile), columns, width and height in px; first: the number of the first one's tile; asked: whether
    the study asks for the unit, which else has pictures as another arm's match.
    """

    arm: str
    setting: str
    round: int
    layer: str
    unit: int
    achieved: list[float]
    verdicts: list[str]
    best: int
    sheet: dict[str, Any]
    first: int
    asked: bool


class _Stored(NamedTuple):
    """The pictures of one unit as their file has them."""

    round: int
    layer: str
    unit: int
    images: np.ndarray
    achieved: np.ndarray
    verdicts: list[str]
    asked: bool


def write(assets: Path, dataset: str, maximised: list[Path]) -> list[Pictures]:
    """Write `{dataset}.{arm}.{setting}.webp`; all pictures on them. maximised: files of the dataset's networks."""
    stored: dict[tuple[str, str], list[_Stored]] = defaultdict(list)
    for path in maximised:
        about = unit_files.attributes(path)
        stored[str(about["arm"]), str(about["setting"])] += list(_read(path))
    return [
        pictures
        for (arm, setting), units in stored.items()
        if units
        for pictures in _written(assets, f"{dataset}.{arm}.{setting}.webp", arm, setting, units)
    ]


def _read(path: Path) -> Iterator[_Stored]:
    about = unit_files.attributes(path)
    for layer in unit_files.layers(path):
        found = unit_files.read(path, layer)
        rows = zip(*(found[name] for name in ("units", "images", "achieved", "beaten_by")), strict=True)
        for unit, images, achieved, beaten_by in rows:
            verdicts = [wording.picture_verdict(number, int(about["samples"])) for number in beaten_by.tolist()]
            yield _Stored(int(about["round"]), layer, int(unit), images, achieved, verdicts, unit in found["asked"])


def _written(assets: Path, name: str, arm: str, setting: str, units: list[_Stored]) -> Iterator[Pictures]:
    tiles = sprites.squares(np.concatenate([stored.images for stored in units]), LARGEST_PX)
    width, height = sprites.write_sheet(assets / name, tiles)
    sheet = {"file": name, "size": tiles.shape[1], "columns": sprites.COLUMNS, "width": width, "height": height}
    first = 0
    for stored in units:
        achieved, best = stored.achieved.tolist(), int(stored.achieved.argmax())
        place = arm, setting, stored.round, stored.layer, stored.unit
        yield Pictures(*place, achieved, stored.verdicts, best, sheet, first, stored.asked)
        first += len(achieved)
