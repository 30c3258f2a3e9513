"""Seconds that training and asking for samples take, round by round.

A query is what stands between two trainings: predictions on the pool, the choice itself, and the training of a
committee's other members.
"""

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from pandas import DataFrame

from superposition import plotting

NEEDS = ("experiments",)
SECTION = "curves"
CAPTION = (
    "Time by round, mean over seeds. Left: training the network. "
    "Right: the query for the round's samples, that is predictions on the pool, the choice, and training the other "
    "networks of a committee. First rounds have no query."
)
KINDS = {"seconds": "training", "query_seconds": "query"}
WIDE = 20  # between the longest and the shortest, above which a logarithmic scale shows both


def draw(tables: Mapping[str, DataFrame], width_mm: float) -> Figure:
    """Two panels, training and query."""
    experiments = tables["experiments"]
    looks = plotting.arm_looks(experiments)
    figure, axes = plotting.panels(width_mm, 1, len(KINDS), height_mm=plotting.beside_key(len(looks), 80), share=False)
    for axis, (column, name) in zip(axes[0], KINDS.items(), strict=True):
        seconds = experiments.groupby(["arm", "round"], sort=False)[column].mean().dropna()
        axis.set(title=name, xlabel="round", ylabel=f"seconds a {name}")
        if seconds.empty:
            plotting.say(axis, "No arm has a second round")
        else:
            _lines(axis, seconds.unstack("arm"), looks)
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside right upper")
    plotting.note(figure, f"Mean over {plotting.seed_count(experiments)}.")
    return figure


def _lines(axis: Axes, seconds: DataFrame, looks: Mapping[str, dict[str, Any]]) -> None:
    """seconds: rows [round], a column an arm."""
    for arm in seconds:
        axis.plot(seconds.index, seconds[arm], markersize=4, label=arm, **looks[arm])
    if seconds.max(axis=None) > WIDE * seconds.min(axis=None) > 0:
        axis.set_yscale("log")
        axis.yaxis.set_major_formatter("{x:g}")
    else:
        axis.set_ylim(bottom=0)
    axis.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axis.grid(alpha=0.25, linewidth=0.5)
