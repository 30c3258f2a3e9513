"""Many small pictures in a few files: sheets of tiles, WebP, that pages cut tiles from."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from PIL import Image

from superposition import images as image_files
from superposition.files import replacing
from superposition.report.scripts import assignment

COLUMNS = 32
PER_SHEET = COLUMNS**2
LARGEST_PX = 64
QUALITY = 80
BLOCK_PX = 16
"""WebP compresses squares of this size, which would blend smaller tiles."""
BEHIND = 127


def write(assets: Path, dataset: str, images: Path, ids: Mapping[str, np.ndarray]) -> None:
    """Write the images with these ids, by split ("test", then "train"), as sheets `{dataset}.sheet{n}.webp`, and where
    to find them as `{dataset}.samples.js`; tiles are numbered on from split to split."""
    data = image_files.describe(images)
    wanted = {split: np.unique(ids.get(split, np.empty(0, np.int64))) for split in ("test", "train")}
    splits = {split: image_files.read_split(images, split, known) for split, known in wanted.items()}
    tiles = squares(np.concatenate([split.images for split in splits.values()]), LARGEST_PX)
    parts = [tiles[start : start + PER_SHEET] for start in range(0, len(tiles), PER_SHEET)]
    names = [f"{dataset}.sheet{number}.webp" for number in range(1, len(parts) + 1)]
    sizes = [write_sheet(assets / name, part) for name, part in zip(names, parts, strict=True)]
    where = {"size": tiles.shape[1], "columns": COLUMNS, "per_sheet": PER_SHEET, "sheets": names}
    said = {split: {"ids": read.ids.tolist(), "labels": read.labels.tolist()} for split, read in splits.items()}
    sheets = {"width": [width for width, _ in sizes], "height": [height for _, height in sizes]}
    value = {**where, **sheets, "classes": data.classes, **said}
    assignment(assets / f"{dataset}.samples.js", "samples", dataset, value=value)


def write_sheet(path: Path, tiles: np.ndarray) -> tuple[int, int]:
    """Write tiles uint8 [tile, y, x, RGB], 32 a row, as one WebP; its width and height in px."""
    side = tiles.shape[1]
    rows = -(-len(tiles) // COLUMNS)
    columns = min(COLUMNS, len(tiles))
    sheet = np.full((rows * columns, side, side, 3), BEHIND, np.uint8)
    sheet[: len(tiles)] = tiles
    laid_out = sheet.reshape(rows, columns, side, side, 3).swapaxes(1, 2).reshape(rows * side, columns * side, 3)
    with replacing(path) as temporary:
        picture = Image.fromarray(laid_out)
        picture.save(temporary, "WEBP", quality=QUALITY, method=6, lossless=side < BLOCK_PX)
    return columns * side, rows * side


def squares(images: np.ndarray, largest_px: int) -> np.ndarray:
    """Images uint8 [image, y, x, RGB] as square tiles of their longer side, at most `largest_px`; what is not square
    lies in the middle, on grey."""
    longer = max(images.shape[1:3])
    side = min(longer, largest_px)
    height, width = (max(1, round(length * side / longer)) for length in images.shape[1:3])
    tiles = np.full((len(images), side, side, 3), BEHIND, np.uint8)
    top, left = (side - height) // 2, (side - width) // 2
    tiles[:, top : top + height, left : left + width] = (
        [
            pixels if (height, width) == pixels.shape[:2] else Image.fromarray(pixels).resize((width, height))
            for pixels in images
        ]
        if len(images)
        else 0
    )
    return tiles
