"""How many rare features can be given back, over how many there are, beside bounds."""

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from superposition import plotting

OF = "bounds"
NEEDS = ("bounds",)
CAPTION = (
    "Improvement over answering 0, per density, in the limit of ever rarer features: the best weights that were found, "
    "the bound that none can be above, and what random vectors reach on average. Where points lie on the bound, it is "
    "tight."
)


def draw(given: Mapping[str, Any], width_mm: float) -> Figure:
    """One panel; a colour for each number of dimensions."""
    limit = given["bounds"][given["bounds"]["density"] == 0]
    figure, axes = plotting.panels(width_mm, 1, 1, height_mm=75)
    axis = axes[0, 0]
    for place, (dimensions, rows) in enumerate(limit.groupby("dimensions"), 1):
        rows = rows.sort_values("features")
        colour = plotting.cycled(plotting.ARM_COLOURS, place)
        bar: dict[str, Any] = {"color": colour, "marker": "_", "markersize": 10}
        axis.plot(rows["features"], rows["upper"], label=f"{dimensions} dimensions", **bar)
        axis.plot(rows["features"], rows["improvement"], color=colour, marker="o", markersize=4, linestyle="none")
        axis.plot(rows["features"], rows["random"], linestyle=(0, (1, 1)), **bar)
    axis.set(xlabel="features", ylabel="improvement I/p")
    axis.set_ylim(bottom=0)
    axis.xaxis.set_major_locator(MaxNLocator(integer=True))
    axis.grid(alpha=0.25, linewidth=0.5)
    figure.legend(loc="outside right upper")
    plotting.note(figure, "Bars and lines: upper bound. Points: best weights found. Dotted: random vectors.")
    return figure
