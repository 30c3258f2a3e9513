"""Test samples laid out by t-SNE and coloured by class, one panel an arm.

The first seed, each arm's last round. Distances between groups and the directions of the axes mean nothing; who lies
beside whom does.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from pandas import DataFrame

from superposition import plotting, wording

NEEDS = ("embeddings",)
SECTION = "maps"
CAPTION = (
    "t-SNE of the test samples' features, coloured by true class: the first seed, after each arm's last round. "
    "Distances between groups, and the axes' directions, mean nothing; who lies beside whom does."
)
COLUMNS = 3
MANY_CLASSES = 20
LEGEND_COLUMNS = 5
LETTERS = 16
LABELS_MM = 22  # titles, axis labels and the key's share


def draw(tables: Mapping[str, DataFrame], width_mm: float) -> Figure:
    """One panel an arm, of the last layer in the table."""
    points = _shown(tables["embeddings"])
    arms = points["arm"].unique()
    columns = min(COLUMNS, len(arms))
    side = width_mm / max(columns, 2)
    figure, axes = plotting.panels(width_mm, -(-len(arms) // columns), columns, height_mm=side + LABELS_MM, share=False)
    many = points["label"].max() >= MANY_CLASSES
    for axis, arm in zip(axes.flat, arms, strict=False):
        _panel(axis, points[points["arm"] == arm], many)
    for axis in axes.flat[len(arms) :]:
        axis.remove()
    _key(figure, points, many)
    plotting.note(figure, f"Layer {points['layer'].iloc[0]}, test samples.")
    return figure


def _shown(table: DataFrame) -> DataFrame:
    """The test samples of the last layer, of the first seed's last rounds."""
    test = table[table["split"] == "test"]
    chosen = test[(test["layer"] == test["layer"].iloc[-1]) & (test["seed"] == test["seed"].min())]
    return chosen[chosen["round"] == chosen.groupby("arm")["round"].transform("max")]


def _panel(axis: Axes, points: DataFrame, many: bool) -> None:
    size = np.clip(4000 / len(points), 1.0, 9.0)
    for marker, group in points.groupby(points["label"].map(_marker)):
        colours = {"c": group["label"], "cmap": "viridis"} if many else {"c": group["label"].map(_colour)}
        axis.scatter(group["x"], group["y"], s=size, marker=marker, linewidths=0, rasterized=True, **colours)
    if not many:
        _name_classes(axis, points)
    axis.set_title(f"{points['arm'].iloc[0]}\nseed {points['seed'].iloc[0]}, round {points['round'].iloc[0]}")
    axis.set(xlabel="t-SNE 1 (no unit)", ylabel="t-SNE 2 (no unit)", xticks=[], yticks=[])
    axis.set_aspect("equal", adjustable="datalim")
    axis.set_box_aspect(1)


def _name_classes(axis: Axes, points: DataFrame) -> None:
    """Each class's name in the middle of its samples, for those who cannot rely on colour."""
    look: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": plotting.NOTE_PT}
    for name, group in points.groupby("class"):
        axis.text(
            group["x"].median(),
            group["y"].median(),
            wording.shortened(name, LETTERS),
            path_effects=plotting.HALO,
            **look,
        )


def _key(figure: Figure, points: DataFrame, many: bool) -> None:
    if many:
        scale = ScalarMappable(Normalize(points["label"].min(), points["label"].max()), "viridis")
        plotting.scale(figure, scale, "class (number)")
        return
    classes = points[["label", "class"]].drop_duplicates().sort_values("label")
    handles = [
        Line2D(
            [],
            [],
            linestyle="",
            marker=_marker(label),
            color=_colour(label),
            markersize=4,
            label=wording.shortened(name, LETTERS),
        )
        for label, name in classes.itertuples(index=False)
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=LEGEND_COLUMNS)


def _colour(label: int) -> str:
    return plotting.cycled(plotting.CLASS_COLOURS, label)


def _marker(label: int) -> str:
    return plotting.cycled("o^", label // len(plotting.CLASS_COLOURS))
