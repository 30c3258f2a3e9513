"""Where features lie in two dimensions."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from pandas import DataFrame

from superposition import plotting, toy_panels

OF = "models"
NEEDS = ("models", "summary")
SHOWS = {"dimensions": 2}
CAPTION = (
    "The weights of each feature as a vector in the plane. Features of a group, which are present together or never "
    "so, share a colour. Regular: how many of the seeds have their represented features at equal angles, with equal "
    "lengths; five of them are the pentagon of Elhage et al. 2022."
)
COLUMNS, MOST = 4, 6
LARGEST_MM = 60


def draw(given: Mapping[str, Any], width_mm: float) -> Figure:
    """A panel for each model of the first seed."""
    trained, summary = given["models"], given["summary"]
    shown = toy_panels.shown(trained.rows)
    columns = min(max(COLUMNS, shown["density"].nunique()), MOST, len(shown))
    rows = -(-len(shown) // columns)
    figure, axes = plotting.panels(width_mm, rows, columns, height_mm=min(width_mm / columns, LARGEST_MM) + 8)
    reach = 1.12 * np.linalg.norm(trained.models.encoder, axis=1).max()
    for place, (model, row) in enumerate(shown.iterrows()):
        axis = axes.flat[place]
        _vectors(axis, trained.models.encoder[model], row["group"])
        axis.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")
        axis.set_title(f"{row['name']}\n{_regular(summary, row)}")
        axis.set(xlabel="first dimension", ylabel="second dimension" if place % columns == 0 else "")
        axis.xaxis.set_major_locator(MaxNLocator(2))
        axis.yaxis.set_major_locator(MaxNLocator(2))
    for axis in axes.flat[len(shown) :]:
        axis.remove()
    plotting.note(figure, toy_panels.first_seed(trained.rows, len(shown)) or "One seed.")
    return figure


def _vectors(axis: Axes, weights: np.ndarray, group: int) -> None:
    for feature, (x, y) in enumerate(weights.T):
        colour = plotting.cycled(plotting.ARM_COLOURS[1:], feature // group if group > 1 else 0)
        axis.plot([0, x], [0, y], color=colour, linewidth=1)
        axis.plot([x], [y], color=colour, marker="o", markersize=3.5)
    axis.axhline(0, color="#dddddd", linewidth=0.5, zorder=0)
    axis.axvline(0, color="#dddddd", linewidth=0.5, zorder=0)


def _regular(summary: DataFrame, row: Any) -> str:
    """`regular 5: 10 of 10 seeds`, the most common regular figure of models like this one."""
    alike = summary[(summary[toy_panels.AXES] == row[toy_panels.AXES]).all(axis=1)]
    corners = alike.loc[alike["polygon"] > 0, "polygon"]
    if corners.empty:
        return f"regular: 0 of {len(alike)}"
    return f"regular {corners.mode()[0]:.0f}: {(corners == corners.mode()[0]).sum()} of {len(alike)}"
