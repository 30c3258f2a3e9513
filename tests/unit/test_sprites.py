"""Sheets of tiles: read back, tile by tile, and told where to look."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from superposition import images
from superposition.report import sprites
from tests.small_images import BALANCED, prepared


def said(path: Path) -> dict[str, Any]:
    """The value that a script sets."""
    value = path.read_text(encoding="utf-8").splitlines()[-1].partition(" = ")[2].removesuffix(";")
    return dict(json.loads(value))


def tile(assets: Path, sheets: dict[str, Any], number: int) -> np.ndarray:
    """The tile with this number, as the page cuts it."""
    sheet, place = divmod(number, sheets["per_sheet"])
    with Image.open(assets / sheets["sheets"][sheet]) as picture:
        assert picture.size == (sheets["width"][sheet], sheets["height"][sheet])
        pixels = np.asarray(picture.convert("RGB"))
    size = sheets["size"]
    top, left = (size * step for step in divmod(place, sheets["columns"]))
    return pixels[top : top + size, left : left + size]


def test_every_tile_is_the_image_that_the_script_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sprites, "COLUMNS", 3)
    monkeypatch.setattr(sprites, "PER_SHEET", 9)
    path = prepared(tmp_path / "images.h5", BALANCED)
    wanted = {"train": np.array([20, 3, 3, 7]), "test": np.arange(10)}
    sprites.write(tmp_path, "x", path, wanted)
    sheets = said(tmp_path / "x.samples.js")
    assert sheets["classes"] == ["cat", "dog", "eel"] and sheets["size"] == 8
    assert sheets["train"]["ids"] == [3, 7, 20] and len(sheets["sheets"]) == 2
    number = 0
    for split in ("test", "train"):
        read = images.read_split(path, split, np.array(sheets[split]["ids"]))
        assert sheets[split]["labels"] == read.labels.tolist()
        for pixels in read.images:
            assert np.array_equal(tile(tmp_path, sheets, number), pixels)
            number += 1


def test_a_split_that_is_not_asked_for_is_empty(tmp_path: Path) -> None:
    path = prepared(tmp_path / "images.h5", BALANCED)
    sprites.write(tmp_path, "x", path, {"test": np.array([4])})
    assert said(tmp_path / "x.samples.js")["train"] == {"ids": [], "labels": []}
    assert [path.name for path in tmp_path.glob("*.webp")] == ["x.sheet1.webp"]


def test_larger_tiles_are_close_to_their_images(tmp_path: Path) -> None:
    """Smooth ones: compression keeps what one can see, and colours do not run from tile to tile."""
    ramps = np.linspace(0, 255, 32)[:, np.newaxis, np.newaxis] * np.ones((1, 32, 3))
    colours = np.random.default_rng(0).random((40, 1, 1, 3))
    tiles = (ramps * colours).astype(np.uint8)
    width, height = sprites.write_sheet(tmp_path / "x.webp", tiles)
    assert (width, height) == (32 * 32, 2 * 32)
    sheets = {"per_sheet": 1024, "columns": 32, "size": 32, "sheets": ["x.webp"], "width": [width], "height": [height]}
    for number, pixels in enumerate(tiles):
        difference = np.abs(tile(tmp_path, sheets, number).astype(int) - pixels)
        assert difference.mean() < 10


@pytest.mark.parametrize(
    ("height", "width", "largest", "side"), [(8, 8, 64, 8), (128, 128, 64, 64), (100, 50, 64, 64), (3, 9, 64, 9)]
)
def test_tiles_are_squares_of_the_longer_side_with_grey_around(
    height: int, width: int, largest: int, side: int
) -> None:
    found = sprites.squares(np.zeros((2, height, width, 3), np.uint8), largest)
    assert found.shape == (2, side, side, 3)
    covered = (found == 0).all(axis=(0, 3))
    scale = side / max(height, width)
    assert covered.any(axis=1).sum() == round(height * scale) and covered.any(axis=0).sum() == round(width * scale)
    assert set(np.unique(found)) <= {0, sprites.BEHIND}
