"""Test accuracy over the number of labelled samples, one line an arm.

A line is the mean over seeds, its band one standard deviation to either side. An arm with a single round is a point,
and a dashed line across so that the others can be read against it.
"""

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from pandas import DataFrame

from superposition import plotting
from superposition.errors import InputError

NEEDS = ("experiments",)
METRICS = ("accuracy",)
CAPTION = (
    "Test accuracy over the number of labelled training samples. "
    "Lines: mean over seeds; bands: one standard deviation to either side. "
    "An arm with a single round is drawn as a point, with a dashed line at its height."
)


def draw(tables: Mapping[str, DataFrame], width_mm: float) -> Figure:
    """One panel. Raises InputError where accuracy was not measured."""
    experiments = tables["experiments"].dropna(subset="accuracy")
    if experiments.empty:
        raise InputError("figures: learning_curves needs accuracy among the study's metrics")
    figure, axes = plotting.panels(width_mm, 1, 1, height_mm=90)
    axis, arms = axes[0, 0], list(experiments["arm"].unique())
    for position, arm in enumerate(arms):
        _curve(axis, experiments[experiments["arm"] == arm], arm, position)
    axis.set(xlabel="labelled training samples", ylabel="test accuracy (%)")
    axis.grid(alpha=0.25, linewidth=0.5)
    keys = {label: key for key, label in zip(*axis.get_legend_handles_labels(), strict=True)}
    figure.legend([keys[arm] for arm in arms], arms, loc="outside right upper")
    plotting.note(figure, f"{_seeds(experiments)} Dashed: arms with one round.")
    return figure


def _curve(axis: Axes, runs: DataFrame, arm: str, position: int) -> None:
    rounds = (100 * runs["accuracy"]).groupby(runs["labelled"]).agg(["mean", "std"]).fillna(0)
    mean, spread = rounds["mean"], rounds["std"]
    look: dict[str, Any] = {"color": plotting.cycled(plotting.ARM_COLOURS, position), "label": arm}
    marker = plotting.cycled(plotting.ARM_MARKERS, position)
    if runs["round"].nunique() == 1:
        line: dict[str, Any] = {"linewidth": 0.9, "linestyle": (0, (4, 2))}
        axis.errorbar(rounds.index, mean, spread, marker=marker, markersize=5, capsize=3, elinewidth=1, **look, **line)
        axis.axhline(mean.iloc[0], color=look["color"], **line)
    else:
        width = max(2.6 - 0.4 * position, 1.0)  # so that a line shows beneath one that coincides with it
        axis.plot(rounds.index, mean, marker=marker, markersize=3 + width, linewidth=width, **look)
        axis.fill_between(rounds.index, mean - spread, mean + spread, color=look["color"], alpha=0.15, linewidth=0)


def _seeds(experiments: DataFrame) -> str:
    counts = experiments.groupby("arm")["seed"].nunique()
    low, high = counts.min(), counts.max()
    if high == 1:
        return "One seed: no spread to show."
    return f"Mean over {high if low == high else f'{low} to {high}'} seeds; bands and bars: ± 1 standard deviation."
