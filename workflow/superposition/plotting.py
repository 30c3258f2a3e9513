"""What all figures share: size, type, colours, and files that are equal byte for byte when the data are."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

MM_PER_INCH = 25.4
NOTE_PT = 7.0
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


def save(figure: Figure, path: Path, dpi: int, kind: Literal["svg", "png"]) -> None:
    """Write the figure without anything that differs from run to run. dpi also counts for the points that an SVG holds
    as pixels."""
    with matplotlib.rc_context(STYLE):
        figure.savefig(path, format=kind, dpi=dpi, metadata={"svg": {"Date": None}, "png": {"Software": None}}[kind])
