"""The first and the last picks of each class, one block an arm, each with what the network took it for when asked.

The first seed. After the first list, which is drawn at random, the order is that of rounds, and within a round that of
choice.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from pandas import DataFrame

from superposition import images, picks, plotting

NEEDS = ("picks", "images")
SECTION = "picks"
CAPTION = (
    "The first two and the last two picks of each class in the first seed, after the first list, which is drawn at "
    "random. Columns: true class; below each image: the class that the network predicted when asked; × and a frame: "
    "another than the true one."
)
MOST_CLASSES = 10
FEW_CLASSES = 5
EACH = 2
ROWS = ("first", "second", "second last", "last")
SIDE_MM = 12.0
GAP_MM = 1.5
TEXT_MM = 4.4  # a line of type and the space around it
NAMES_MM = 22.0  # left of the images
EDGE_MM = 1.0  # right of them
TITLES_MM = 14.0  # above the images of an arm
FOOT_MM = 6.0  # below all images
NOTE_AT = 0.01  # where matplotlib puts the note, as a share of the height
WRONG = "#D55E00"


class Cell(NamedTuple):
    """The room that one image has with its line of type."""

    width_mm: float

    @property
    def side_mm(self) -> float:
        return min(SIDE_MM, self.width_mm - GAP_MM)

    @property
    def height_mm(self) -> float:
        return self.side_mm + TEXT_MM

    def fitting(self, name: str) -> str:
        return plotting.fitting(name, self.width_mm - GAP_MM)


def draw(tables: Mapping[str, Any], width_mm: float) -> Figure:
    """One block an arm; images: the dataset's HDF5 file."""
    [path] = tables["images"]
    chosen = tables["picks"][tables["picks"]["seed"] == tables["picks"]["seed"].min()]
    if not chosen["round"].max() > 1:
        return plotting.nothing(width_mm, "No arm has a second round.", "true class", "order of picks")
    names = images.describe(path).classes
    labels = np.linspace(0, len(names) - 1, min(MOST_CLASSES, len(names))).round().astype(int).tolist()
    shown, arms = picks.first_and_last(chosen, EACH), picks.several_rounds(chosen)
    cell = Cell((width_mm - NAMES_MM - EDGE_MM) / max(len(labels), FEW_CLASSES))
    figure, axes = _blocks(width_mm, len(arms), cell)
    for axis, arm in zip(axes, arms, strict=True):
        axis.set_title(arm)
        _name(axis, [names[label] for label in labels], cell)
        for column, label in enumerate(labels):
            of_class = shown[(shown["arm"] == arm) & (shown["label"] == label)]
            _column(axis, (column + 0.5) * cell.width_mm, of_class, path, names, cell)
    few = "" if len(labels) == len(names) else f" {len(labels)} of {len(names)} classes, evenly spaced."
    plotting.note(figure, f"Seed {chosen['seed'].iloc[0]}. Below each: the class predicted; × and frame: wrongly.{few}")
    return figure


def _blocks(width_mm: float, arms: int, cell: Cell) -> tuple[Figure, np.ndarray]:
    """Axes [arm] that are scaled in mm, from the upper left corner, each with room for its titles above."""
    block = len(ROWS) * cell.height_mm
    height_mm = (arms * (TITLES_MM + block) + FOOT_MM) / (1 - NOTE_AT)
    place = {
        "left": NAMES_MM / width_mm,
        "right": 1 - EDGE_MM / width_mm,
        "top": 1 - TITLES_MM / height_mm,
        "bottom": NOTE_AT + FOOT_MM / height_mm,
        "hspace": TITLES_MM / block,
    }
    figure = Figure(figsize=(width_mm / plotting.MM_PER_INCH, height_mm / plotting.MM_PER_INCH))
    axes = figure.subplots(arms, 1, squeeze=False, gridspec_kw=place)
    for axis in axes[:, 0]:
        axis.set(xlim=(0, width_mm - NAMES_MM - EDGE_MM), ylim=(block, 0), autoscale_on=False)
    return figure, axes[:, 0]


def _name(axis: Axes, names: list[str], cell: Cell) -> None:
    """Classes above the columns, and the order of picks beside the rows."""
    axis.set_xticks([(n + 0.5) * cell.width_mm for n in range(len(names))], [cell.fitting(name) for name in names])
    axis.set_yticks([row * cell.height_mm + cell.side_mm / 2 for row in range(len(ROWS))], ROWS)
    axis.tick_params(length=0, labeltop=True, labelbottom=False)
    axis.xaxis.set_label_position("top")
    axis.set(xlabel="true class", ylabel="order of picks")
    axis.spines[:].set_visible(False)


def _column(axis: Axes, middle: float, of_class: DataFrame, path: Path, names: list[str], cell: Cell) -> None:
    """The picks of one class, each at its place, with the class that was predicted."""
    pictures = images.read_split(path, "train", of_class["id"].to_numpy()).images
    look: dict[str, Any] = {"ha": "center", "va": "top", "fontsize": plotting.NOTE_PT}
    picked = of_class[["place", "label", "predicted"]].astype(int).itertuples(index=False)
    for pixels, (place, label, predicted) in zip(pictures, picked, strict=True):
        top = place * cell.height_mm
        height, width = (cell.side_mm * length / max(pixels.shape) for length in pixels.shape[:2])
        left = middle - width / 2
        edges = (left, left + width, top + height, top)
        axis.imshow(pixels, extent=edges, aspect="auto", interpolation="nearest")
        axis.text(middle, top + cell.side_mm + 0.7, cell.fitting(names[predicted]), **look)
        if predicted != label:
            axis.add_patch(Rectangle((left, top), width, height, fill=False, edgecolor=WRONG, linewidth=1.5))
            axis.text(left + 0.5, top + 0.3, "×", color=WRONG, weight="bold", path_effects=plotting.HALO, va="top")
