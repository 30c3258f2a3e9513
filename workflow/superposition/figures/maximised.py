"""Pictures made to excite units of two arms, side by side, each with the test images that excite its unit most.

The first seed, each arm's last round. Units have no counterpart in another network: they are matched by
rank correlation over the test images (`superposition.matching`), and shown by number, too, as in the paper.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from textwrap import wrap
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from pandas import DataFrame

from superposition import images, plotting, unit_files, wording

NEEDS = ("maximised", "matches", "images", "units")
SECTION = "units"
CAPTION = (
    "Pictures made to excite units, and to the right of each the test images that excite the unit most; the first "
    "seed, each arm's last round. Left: units of a contrast's second arm. Middle: units of its first arm that match "
    "them, by rank correlation over the test images (Spearman's r; mutual: it holds the other way round, too). Right: "
    "its units of the same numbers, unmatched, as the paper shows them, though numbers mean nothing across networks. "
    "Below: whether any test image excites the unit more than the picture does; where many do, the picture does not "
    "show what the unit is for."
)
MADE = {"native": "pictures made at the images' own size", "as_coded": "pictures made as the paper's notebook does"}
TILES = (2, 4)
EDGE_MM = 1.0
NAMES_MM = 14.0  # left of the pictures
TITLES_MM = 16.0  # above those of a block
FOOT_MM = 6.0  # below all
GAP_MM = 1.5
LABEL_MM = 15.0  # what else stands in the label beside them
LINE_MM = 3.2
LETTER_MM = 1.45
NOTE_AT = 0.01  # where matplotlib puts the note, as a share of the height


class Network(NamedTuple):
    """What there is of an arm's last network: its pictures, made in one setting, and its units' top images."""

    arm: str
    pictures: Path
    units: Path


class Block(NamedTuple):
    """A layer of two arms to compare; b's units are the ones that were asked for."""

    setting: str
    a: Network
    b: Network
    layer: str
    samples: int


class Cell(NamedTuple):
    """One unit: what it is called, its picture uint8 [y, x, RGB], its verdict, and the ids of its top images."""

    name: str
    picture: np.ndarray | None = None
    verdict: str = ""
    top: np.ndarray | None = None


def draw(tables: Mapping[str, Any], width_mm: float) -> Figure:
    """One block a contrast and layer, one row a unit; maximised, units, images: paths."""
    blocks = [*_blocks(tables.get("maximised", []), tables.get("units", []))]
    if not blocks:
        return plotting.nothing(width_mm, "No units are named, or no trained arms are contrasted.", "picture", "unit")
    rows = [[*_rows(block, tables["matches"])] for block in blocks]
    cell_mm = (width_mm - NAMES_MM - EDGE_MM) / 3
    lines = max(len(_below(cell, cell_mm)) for block in rows for row in block for cell in row)
    row_mm = _side(cell_mm) + LINE_MM * lines + 2 * GAP_MM
    figure, axes = _axes(width_mm, [row_mm * len(block) for block in rows])
    for axis, block, cells in zip(axes, blocks, rows, strict=True):
        _name(axis, block, cells, cell_mm, row_mm)
        for row, of_row in enumerate(cells):
            for column, cell in enumerate(of_row):
                _draw(axis, column * cell_mm, row * row_mm, cell, cell_mm, tables["images"][0])
    plotting.note(figure, f"Seed {unit_files.attributes(blocks[0].a.pictures)['seed']}, each arm's last round.")
    return figure


def _blocks(maximised: list[Path], units: list[Path]) -> Iterator[Block]:
    views, last = _last(units), _last(maximised)
    for (arm, setting), path in last.items():
        about = unit_files.attributes(path)
        for reference in about["references"]:
            a, b = (Network(name, last[name, setting], views[name, ""]) for name in (arm, reference))
            yield from (Block(setting, a, b, layer, about["samples"]) for layer in unit_files.layers(path))


def _last(paths: list[Path]) -> dict[tuple[str, str], Path]:
    """By arm and setting (where files have one), the file of the last round."""
    known = [(unit_files.attributes(path), path) for path in paths]
    in_order = sorted(known, key=lambda file: file[0]["round"])
    return {(about["arm"], about.get("setting", "")): path for about, path in in_order}


def _rows(block: Block, matches: DataFrame) -> Iterator[list[Cell]]:
    """b's unit, its match in a, and a's unit of the same number."""
    a, b = (_pictures(network, block.layer) for network in (block.a, block.b))
    between = matches[(matches["a"] == block.b.arm) & (matches["b"] == block.a.arm) & (matches["layer"] == block.layer)]
    for unit in b["asked"]:
        row = between[between["unit"] == unit].iloc[0]
        same = _cell(block, a, unit, f"unit {unit}, r = {wording.number(row['same_index'])}")
        yield [_cell(block, b, unit, f"unit {unit}"), _match(block, a, row), same]


def _pictures(network: Network, layer: str) -> dict[str, Any]:
    """What the files have of a layer: its pictures, and all units' top images."""
    return {**unit_files.read(network.pictures, layer), "top": unit_files.read(network.units, layer)["top"]}


def _match(block: Block, a: dict[str, Any], row: Mapping[str, Any]) -> Cell:
    if np.isnan(row["match"]):
        return Cell("no match: it answers all test images alike")
    mutual = "mutual" if row["mutual"] else "not mutual"
    unit = int(row["match"])
    return _cell(block, a, unit, f"unit {unit}, r = {wording.number(row['correlation'])}, {mutual}")


def _cell(block: Block, pictures: dict[str, Any], unit: int, name: str) -> Cell:
    """The first start of a unit's pictures."""
    place = [*pictures["units"]].index(unit)
    verdict = wording.picture_verdict(int(pictures["beaten_by"][place, 0]), block.samples)
    return Cell(name, pictures["images"][place, 0], verdict, pictures["top"][unit])


def _side(cell_mm: float) -> float:
    """Of a picture, so that it and the columns of tiles fill a cell."""
    return (cell_mm - 2 * GAP_MM) / (1 + TILES[1] / TILES[0])


def _below(cell: Cell, cell_mm: float) -> list[str]:
    letters = int(cell_mm / LETTER_MM)
    return [line for text in (cell.name, cell.verdict) for line in wrap(text, letters)]


def _axes(width_mm: float, heights_mm: list[float]) -> tuple[Figure, list[Axes]]:
    """Axes that are scaled in mm, from the upper left corner, one below the other, each with room for its titles."""
    height_mm = (sum(heights_mm) + TITLES_MM * len(heights_mm) + FOOT_MM) / (1 - NOTE_AT)
    figure = Figure(figsize=(width_mm / plotting.MM_PER_INCH, height_mm / plotting.MM_PER_INCH))
    axes, top = [], height_mm
    for block_mm in heights_mm:
        top -= TITLES_MM + block_mm
        place = {"bottom": top / height_mm, "top": (top + block_mm) / height_mm}
        grid = figure.add_gridspec(1, 1, left=NAMES_MM / width_mm, right=1 - EDGE_MM / width_mm, **place)
        axes.append(figure.add_subplot(grid[0, 0]))
        axes[-1].set(xlim=(0, width_mm - NAMES_MM - EDGE_MM), ylim=(block_mm, 0), autoscale_on=False)
    return figure, axes


def _name(axis: Axes, block: Block, rows: list[list[Cell]], cell_mm: float, row_mm: float) -> None:
    names = [block.b.arm, f"matched: {block.a.arm}", f"same number: {block.a.arm}"]
    fitting = [plotting.fitting(name, cell_mm - GAP_MM) for name in names]
    axis.set_title(f"{block.layer}, {MADE[block.setting]}")
    axis.set_xticks([(column + 0.5) * cell_mm for column in range(3)], fitting)
    units = [row[0].name.removeprefix("unit ") for row in rows]
    axis.set_yticks([row * row_mm + _side(cell_mm) / 2 for row in range(len(rows))], units)
    axis.tick_params(length=0, labeltop=True, labelbottom=False)
    axis.xaxis.set_label_position("top")
    unit_of = f"unit of {plotting.fitting(block.b.arm, len(rows) * row_mm - LABEL_MM)}"
    axis.set(xlabel="arm; picture, and test images that excite the unit most", ylabel=unit_of)
    axis.spines[:].set_visible(False)


def _draw(axis: Axes, left: float, top: float, cell: Cell, cell_mm: float, path: Path) -> None:
    side = _side(cell_mm)
    look: dict[str, Any] = {"ha": "left", "va": "top", "fontsize": plotting.NOTE_PT, "linespacing": 1.1}
    axis.text(left, top + side + 0.5, "\n".join(_below(cell, cell_mm)), **look)
    if cell.picture is None or cell.top is None:
        return
    shown = images.read_split(path, "test", cell.top[: TILES[0] * TILES[1]]).images
    _show(axis, left, top, cell.picture, side, side)
    _show(axis, left + side + GAP_MM / 2, top, _tiled(shown), cell_mm - side - 2 * GAP_MM, side)


def _show(axis: Axes, left: float, top: float, pixels: np.ndarray, width_mm: float, height_mm: float) -> None:
    """As large as it gets in a box, from its upper left corner."""
    scale = min(height_mm / pixels.shape[0], width_mm / pixels.shape[1])
    height, width = (scale * length for length in pixels.shape[:2])
    axis.imshow(pixels, extent=(left, left + width, top + height, top), aspect="auto", interpolation="nearest")


def _tiled(shown: np.ndarray) -> np.ndarray:
    """uint8 [y, x, RGB]: images [image, y, x, RGB] row by row, with a little white between them."""
    gap = max(1, shown.shape[1] // 16)
    room = np.full((TILES[0] * TILES[1], *shown.shape[1:]), 255, np.uint8)
    room[: len(shown)] = shown
    framed = np.pad(room, ((0, 0), (0, gap), (0, gap), (0, 0)), constant_values=255)
    tiles = framed.reshape(*TILES, *framed.shape[1:]).swapaxes(1, 2)
    mosaic = tiles.reshape(TILES[0] * framed.shape[1], TILES[1] * framed.shape[2], 3)
    return mosaic[:-gap, :-gap]
