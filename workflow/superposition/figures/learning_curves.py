"""Test accuracy over the number of labelled samples, one line an arm.

A line is the mean over seeds, its band one standard deviation to either side. An arm with a single round is a point,
and a dashed line across so that the others can be read against it.
"""

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from pandas import DataFrame

from superposition import headlines, plotting
from superposition.errors import InputError

NEEDS = ("experiments",)
METRICS = ("accuracy",)
SECTION = "curves"
CAPTION = (
    "Test accuracy over the number of labelled training samples. "
    "Lines: mean over seeds; bands and bars: one standard deviation to either side. "
    "An arm with a single round is drawn as a point, with a dashed line at its height."
)


def draw(tables: Mapping[str, DataFrame], width_mm: float) -> Figure:
    """One panel. Raises InputError where accuracy was not measured."""
    experiments = headlines.trained(tables["experiments"]).dropna(subset="accuracy")
    if experiments.empty:
        raise InputError("figures: learning_curves needs accuracy among the study's metrics")
    looks = plotting.arm_looks(experiments)
    figure, axes = plotting.panels(width_mm, 1, 1, height_mm=plotting.beside_key(len(looks), 90))
    axis = axes[0, 0]
    for position, (arm, look) in enumerate(looks.items()):
        _curve(axis, experiments[experiments["arm"] == arm], {**look, "label": arm}, position)
    axis.set(xlabel="labelled training samples", ylabel="test accuracy (%)")
    axis.xaxis.set_major_formatter("{x:,.0f}")
    axis.grid(alpha=0.25, linewidth=0.5)
    keys = {label: key for key, label in zip(*axis.get_legend_handles_labels(), strict=True)}
    figure.legend([keys[arm] for arm in looks], list(looks), loc="outside right upper")
    plotting.note(figure, f"{plotting.averaged(experiments)} Dashed across: arms with one round.")
    return figure


def _curve(axis: Axes, runs: DataFrame, look: dict[str, Any], position: int) -> None:
    rounds = (100 * runs["accuracy"]).groupby(runs["labelled"]).agg(["mean", "std"]).fillna(0)
    mean, spread = rounds["mean"], rounds["std"]
    if runs["round"].nunique() == 1:
        level: dict[str, Any] = {"linewidth": 0.9, "linestyle": (0, (4, 2))}
        axis.errorbar(rounds.index, mean, spread, markersize=5, capsize=3, elinewidth=1, **{**look, **level})
        axis.axhline(mean.iloc[0], color=look["color"], **level)
    else:
        width = max(2.6 - 0.4 * position, 1.0)  # so that a line shows beneath one that coincides with it
        axis.plot(rounds.index, mean, markersize=3 + width, linewidth=width, **look)
        axis.fill_between(rounds.index, mean - spread, mean + spread, color=look["color"], alpha=0.15, linewidth=0)
