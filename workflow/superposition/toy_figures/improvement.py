"""How good the best weights are, over how rare features are, beside bounds."""

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from pandas import DataFrame

from superposition import plotting, toy_panels

OF = "bounds"
NEEDS = ("bounds",)
CAPTION = (
    "Improvement over answering 0, per density, of the best weights that were found. In the limit of rare features (to "
    "the left) it nears the upper bound, where features are packed as well as the dimensions allow; where they are "
    "common it falls to that of keeping one feature a dimension. Vertical: the density d⁻ᵐ, about which the orders of "
    "Chowdhury and Weiner 2026 cross."
)
COLUMNS = 3
PANEL_MM = 58
LEVELS = {
    "upper": ("upper bound, rare features", "#D55E00", (0, (4, 2))),
    "random": ("random vectors, rare features", "#009E73", (0, (1, 1))),
    "kept": ("one feature a dimension", "#888888", (0, (5, 1, 1, 1))),
}


def draw(given: Mapping[str, Any], width_mm: float) -> Figure:
    """A panel for each size."""
    dense = given["bounds"][given["bounds"]["density"] > 0]
    if dense.empty:
        return plotting.nothing(width_mm, "No densities are named.", "density", "improvement")
    sizes = list(dense.groupby(["dimensions", "features"], sort=False))
    columns = min(COLUMNS, len(sizes))
    figure, axes = plotting.panels(width_mm, -(-len(sizes) // columns), columns, height_mm=PANEL_MM, share=False)
    for axis, ((dimensions, features), rows) in zip(axes.flat, sizes, strict=False):
        _panel(axis, rows)
        axis.set(title=f"{features} features in {dimensions} dimensions", xlabel="density p")
    for axis in axes[:, 0]:
        axis.set_ylabel("improvement I/p")
    for axis in axes.flat[len(sizes) :]:
        axis.remove()
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=3)
    return figure


def _panel(axis: Axes, rows: DataFrame) -> None:
    axis.plot(rows["density"], rows["improvement"], color="#000000", marker="o", markersize=3, label="best found")
    for column, (label, colour, line) in LEVELS.items():
        axis.axhline(rows[column].iloc[0], color=colour, linestyle=line, linewidth=1, label=label)
    toy_panels.logarithmic(axis, "x")
    axis.set_ylim((0, 1.12 * rows[["upper", "improvement"]].max().max()))
    axis.axvline(rows["crossover"].iloc[0], color="#888888", linewidth=0.6, label="density d⁻ᵐ")
