"""Area under the learning curve by arm, over labelled samples and over their logarithm.

Both are mean accuracies over the labels that all arms with several rounds have in common; arms stand in the order of
the linear one, the highest on top.
"""

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from pandas import DataFrame, Series

from superposition import plotting, statistics

NEEDS = ("areas", "experiments")
METRICS = ("accuracy",)
SECTION = "curves"
CAPTION = (
    "Area under the learning curve: mean test accuracy over the labelled samples that all arms have in common, counted "
    "as they are (left) and by their logarithm, which gives early rounds more weight (right). "
    "Marks: mean over seeds, with its 95 % interval; dots below: single seeds. "
    "Arms share their seeds, so their differences are surer than these intervals tell: see the table for those."
)
KINDS = {"area_linear": "linear", "area_log": "logarithmic"}
LABEL = "area: mean test accuracy (%)"
ARM_MM = 5.5
BELOW = 0.33
LABELS_MM = 26  # title, axis labels and note


def draw(tables: Mapping[str, DataFrame], width_mm: float) -> Figure:
    """Two panels, linear and logarithmic."""
    areas, looks = tables["areas"].dropna(subset=list(KINDS)), plotting.arm_looks(tables["experiments"])
    if areas.empty:
        return plotting.nothing(width_mm, "No arms with several rounds over the same labelled samples.", LABEL, "arm")
    arms = list(areas.groupby("arm")["area_linear"].mean().sort_values(ascending=False, kind="stable").index)
    height_mm = LABELS_MM + ARM_MM * max(len(arms), 4)
    figure, axes = plotting.panels(width_mm, 1, len(KINDS), height_mm=height_mm, share="row")
    for axis, (area, name) in zip(axes[0], KINDS.items(), strict=True):
        for place, arm in enumerate(arms):
            _row(axis, 100 * areas.loc[areas["arm"] == arm, area], place, looks[arm])
        axis.set(title=f"{name} in labelled samples", xlabel=LABEL)
        axis.grid(axis="x", alpha=0.25, linewidth=0.5)
    axes[0, 0].set(ylabel="arm", yticks=range(len(arms)), yticklabels=arms, ylim=(len(arms) - 0.4, -0.6))
    plotting.note(figure, _note(areas))
    return figure


def _row(axis: Axes, values: Series, place: int, look: dict[str, Any]) -> None:
    mean = statistics.interval(values.to_numpy())
    half = [[mean.mean - mean.low], [mean.high - mean.mean]]
    axis.errorbar([mean.mean], [place], xerr=half, markersize=5, capsize=3, elinewidth=1.2, **{**look, "linestyle": ""})
    if mean.n > 1:
        axis.plot(values, [place + BELOW] * mean.n, "o", markersize=1.8, color=look["color"], alpha=0.6)


def _note(areas: DataFrame) -> str:
    span = "From {:,} to {:,} labelled samples.".format(*areas[["from", "to"]].iloc[0])
    count = plotting.seed_count(areas)
    return f"{span} {'One seed: no interval.' if count == 'one seed' else f'Mean and 95 % t interval over {count}.'}"
