"""Which classes each round picked more of, or fewer, than were on offer, one panel an arm.

The colour is a class's share of the list over its share of the pool that the list was chosen from, both means over
seeds. The class with most picks of a round has a point.
"""

import math
from collections.abc import Mapping

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from pandas import DataFrame, Series

from superposition import picks, plotting, wording

NEEDS = ("picked", "queries")
SECTION = "picks"
CAPTION = (
    "Share of each class in each round's list over its share of the pool that the list was chosen from: red, more than "
    "was on offer; blue, fewer; grey, none left. Means over seeds. Points: the class with most picks of the round. "
    "Above: the class with most picks of all rounds in which the arm had a choice. Round 1 is drawn at random."
)
PANEL_MM = 55
NAMED_CLASSES = 20
LETTERS = 16
NAMED_MM = 3.4  # a line of type
MANY_MM = 75
LABELS_MM = 24  # titles and axis labels
FOOT_MM = 22  # scale and note
TIMES = {0.25: "¼ or less", 0.5: "½", 1: "1", 2: "2", 4: "4 or more"}


def draw(tables: Mapping[str, DataFrame], width_mm: float) -> Figure:
    """Panels of classes by rounds."""
    picked = tables["picked"]
    arms = picks.several_rounds(picked)
    most = picks.most_picked(picked, tables["queries"])
    classes = picked.drop_duplicates("label").set_index("label")["class"].sort_index()
    named = len(classes) <= NAMED_CLASSES
    columns = min(max(int(width_mm / PANEL_MM), 1), len(arms))
    rows = -(-len(arms) // columns)
    height = LABELS_MM + (NAMED_MM * len(classes) if named else MANY_MM) + FOOT_MM / rows
    figure, axes = plotting.panels(width_mm, rows, columns, height_mm=height, share="row")
    for axis, arm in zip(axes.flat, arms, strict=False):
        image = _panel(axis, picked[picked["arm"] == arm], classes)
        axis.set_title(_title(arm, most))
    for axis in axes.flat[len(arms) :]:
        axis.remove()
    for axis in axes[:, 0]:
        axis.set_ylabel("class" if named else "class (number)")
        if named:
            axis.set_yticks(range(len(classes)), [wording.shortened(name, LETTERS) for name in classes])
    scale = plotting.scale(figure, image, "times what was on offer")
    scale.set_ticks([math.log2(times) for times in TIMES], labels=[*TIMES.values()])
    plotting.note(figure, "Point: the class with most picks of the round. Grey: none left. Round 1: drawn at random.")
    return figure


def _panel(axis: Axes, of_arm: DataFrame, classes: Series) -> AxesImage:
    means = of_arm.groupby(["label", "round"])[["share", "pool_share"]].mean().unstack("round")
    with np.errstate(divide="ignore"):
        times = np.log2(means["share"] / means["pool_share"])
    rounds, (low, high) = times.columns, np.log2([min(TIMES), max(TIMES)])
    edges = (rounds.min() - 0.5, rounds.max() + 0.5, len(classes) - 0.5, -0.5)
    look = {"cmap": colormaps["RdBu_r"].with_extremes(bad="#bbbbbb"), "vmin": low, "vmax": high}
    image = axis.imshow(times.clip(low, high), extent=edges, aspect="auto", interpolation="nearest", **look)
    axis.plot(rounds, means["share"].to_numpy().argmax(axis=0), "o", color="#000000", markersize=2.5, markeredgewidth=0)
    plotting.count_rounds(axis)
    return image


def _title(arm: str, most: DataFrame) -> str:
    if arm not in most.index:
        return arm
    name, share, pool_share = most.loc[arm, ["most_picked", "share", "pool_share"]]
    shares = f"{wording.percent(share)}, {wording.percent(pool_share)} on offer"
    return f"{arm}\nmost: {wording.shortened(name, LETTERS)}\n{shares}"
