"""What all figures share: size, type, colours, and files that are equal byte for byte when the data are."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colorbar import Colorbar
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patheffects import withStroke
from matplotlib.textpath import text_to_path
from matplotlib.ticker import MaxNLocator
from pandas import DataFrame, Series

from superposition import wording
from superposition.files import replacing

MM_PER_INCH = 25.4
NOTE_PT = 7.0
SCALE_MM = 4.0
KEY_MM = 4.0
HALO = [withStroke(linewidth=2, foreground="white")]
STYLE: Any = {
    "font.size": 8.0,
    "axes.titlesize": 8.0,
    "axes.labelsize": 8.0,
    "xtick.labelsize": 7.0,
    "ytick.labelsize": 7.0,
    "legend.fontsize": 7.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "lines.linewidth": 1.4,
    "legend.frameon": False,
    "figure.constrained_layout.h_pad": 0.06,
    "text.parse_math": False,
    "svg.hashsalt": "superposition",
}

# Okabe & Ito 2008, without the yellow that vanishes on white.
ARM_COLOURS = ["#000000", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00"]
ARM_MARKERS = ["D", "o", "s", "^", "v", "P", "X"]
ARM_LINES: list[Any] = ["solid", (0, (5, 1, 1, 1)), (0, (1, 1))]
# Petroff 2021 (arXiv 2107.02270): ten colours told apart with any common kind of colour vision.
CLASS_COLOURS = [
    "#3f90da",
    "#ffa90e",
    "#bd1f01",
    "#94a4a2",
    "#832db6",
    "#a96b59",
    "#e76300",
    "#b9ac70",
    "#717581",
    "#92dadb",
]


def cycled(values: Sequence[str], position: int) -> str:
    """The value at a position, from the start again after the last."""
    return values[position % len(values)]


def arm_look(position: int) -> dict[str, Any]:
    """Colour, marker and line style of the arm at a position in the study; 21 arms look different."""
    turn, place = divmod(position, len(ARM_COLOURS))
    line = ARM_LINES[turn % len(ARM_LINES)]
    return {"color": ARM_COLOURS[place], "marker": cycled(ARM_MARKERS, place + turn), "linestyle": line}


def arm_looks(experiments: DataFrame) -> dict[str, dict[str, Any]]:
    """The look of each arm of a study, in its order."""
    return {arm: arm_look(position) for position, arm in enumerate(experiments["arm"].unique())}


def seed_count(frame: DataFrame) -> str:
    """How many seeds each arm has: `one seed`, `3 seeds`, `3 to 4 seeds`; frame: arm, seed."""
    counts = frame.groupby("arm")["seed"].nunique()
    low, high = counts.min(), counts.max()
    return "one seed" if high == 1 else f"{high if low == high else f'{low} to {high}'} seeds"


def beside_key(arms: int, least_mm: float) -> float:
    """Height in mm of a panel that has a key of so many arms beside it."""
    return max(least_mm, KEY_MM * arms + 8)


def panels(
    width_mm: float, rows: int, columns: int, *, height_mm: float, share: bool | Literal["row"] = True
) -> tuple[Figure, np.ndarray]:
    """A figure of `height_mm` a row, and its axes [row, column], which share their scales: all, those of a row, or
    none."""
    figure = Figure(figsize=(width_mm / MM_PER_INCH, rows * height_mm / MM_PER_INCH), layout="constrained")
    return figure, figure.subplots(rows, columns, sharex=share, sharey=share, squeeze=False)


def note(figure: Figure, text: str) -> None:
    """Small print under the panels: what is averaged, what is marked."""
    figure.supxlabel(text, fontsize=NOTE_PT, color="#444444")


def say(axis: Axes, text: str) -> None:
    """A sentence in place of data: why there is nothing to show."""
    axis.set(xticks=[], yticks=[])
    axis.text(0.5, 0.5, text, transform=axis.transAxes, ha="center", va="center")


def nothing(width_mm: float, why: str, xlabel: str, ylabel: str) -> Figure:
    """An empty panel that says why there is nothing to show."""
    figure, axes = panels(width_mm, 1, 1, height_mm=40)
    axes[0, 0].set(xlabel=xlabel, ylabel=ylabel)
    say(axes[0, 0], why)
    return figure


def over_seeds(axis: Axes, values: Series, position: int, label: str) -> None:
    """The line of the study's arm at a position, in a band of one standard deviation to either side; values: indexed by
    x, one a seed."""
    rounds = values.dropna().groupby(level=0).agg(["mean", "std"])
    mean, spread = rounds["mean"], rounds["std"].fillna(0)
    look = arm_look(position)
    axis.plot(mean.index, mean, markersize=4, label=label, **look)
    axis.fill_between(mean.index, mean - spread, mean + spread, color=look["color"], alpha=0.15, linewidth=0)


def count_rounds(axis: Axes) -> None:
    """Rounds from left to right, with whole numbers at the ticks however few there are."""
    axis.set_xlabel("round")
    axis.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))


def scale(figure: Figure, image: ScalarMappable, label: str) -> Colorbar:
    """A colour bar below all panels, equally high in figures of any height."""
    height_mm = figure.get_figheight() * MM_PER_INCH
    place: dict[str, Any] = {"location": "bottom", "fraction": SCALE_MM / height_mm, "pad": SCALE_MM / height_mm}
    shown = [axis for axis in figure.axes if axis.get_subplotspec()]
    return figure.colorbar(image, ax=shown, label=label, aspect=40, **place)


def fitting(text: str, width_mm: float) -> str:
    """The text, cut to so many mm in small print."""
    font, points = FontProperties(size=NOTE_PT), width_mm / MM_PER_INCH * 72
    cuts = (wording.shortened(text, letters) for letters in range(len(text), 1, -1))
    widths = ((cut, text_to_path.get_text_width_height_descent(cut, font, ismath=False)[0]) for cut in cuts)
    return next((cut for cut, width in widths if width <= points), text[:1])


def within_percent(axis: Axes) -> None:
    """Leave out what no share can reach, where a band does."""
    low, high = axis.get_ylim()
    axis.set_ylim(max(low, -2), min(high, 102))


def averaged(runs: DataFrame) -> str:
    """What the lines and bands of `over_seeds` are, in a sentence; runs: arm, seed."""
    if runs["seed"].nunique() == 1:
        return "One seed: no spread to show."
    return f"Mean over {seed_count(runs)}; bands: ± 1 standard deviation."


def mark(axis: Axes, x: float, text: str) -> None:
    """A dashed vertical line with its value beside it."""
    axis.axvline(x, color="#000000", linewidth=0.8, linestyle=(0, (4, 2)))
    right = x < np.mean(axis.get_xlim())
    axis.annotate(
        text,
        (x, 1),
        (3 if right else -3, -2),
        xycoords=("data", "axes fraction"),
        textcoords="offset points",
        ha="left" if right else "right",
        va="top",
        fontsize=NOTE_PT,
        path_effects=HALO,
    )


def write(figure: Figure, svg: Path, png: Path, dpi: int) -> None:
    """Save the figure in both formats, each file whole or not at all.

    It is laid out once before, because one pass does not always settle where everything goes.
    """
    with matplotlib.rc_context(STYLE):
        figure.draw_without_rendering()
    with replacing(svg) as temporary:
        save(figure, temporary, dpi, "svg")
    with replacing(png) as temporary:
        save(figure, temporary, dpi, "png")


def save(figure: Figure, path: Path, dpi: int, kind: Literal["svg", "png"]) -> None:
    """Write the figure without anything that differs from run to run. dpi also counts for the points that an SVG holds
    as pixels."""
    with matplotlib.rc_context(STYLE):
        figure.savefig(path, format=kind, dpi=dpi, metadata={"svg": {"Date": None}, "png": {"Software": None}}[kind])
