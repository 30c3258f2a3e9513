"""What each round's list is like: how evenly it is spread over the classes, and how often the network was wrong.

Lines are arms, bands one standard deviation over seeds to either side.
"""

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from pandas import DataFrame

from superposition import picks, plotting

NEEDS = ("queries",)
SECTION = "picks"
CAPTION = (
    "Left: entropy of the classes in each round's list, as a share of its highest value; 100 % is the same number of "
    "each class. Right: share of the list that the network, when asked, took for another class. "
    "Round 1 is drawn at random. Lines: mean over seeds; bands: one standard deviation to either side."
)


def draw(tables: Mapping[str, DataFrame], width_mm: float) -> Figure:
    """Two panels: class entropy and wrong predictions by round."""
    queries = tables["queries"]
    figure, axes = plotting.panels(width_mm, 1, 2, height_mm=75, share=False)
    panels = {"entropy": "class entropy (% of highest)", "wrong": "wrong predictions (% of list)"}
    for axis, (column, label) in zip(axes[0], panels.items(), strict=True):
        axis.set_ylabel(label)
        plotting.count_rounds(axis)
        _lines(axis, queries, column)
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside right upper")
    plotting.note(figure, f"{plotting.averaged(queries)} Round 1: drawn at random.")
    return figure


def _lines(axis: Axes, queries: DataFrame, column: str) -> None:
    if queries[column].isna().all():
        plotting.say(axis, "No arm has a second round.")
        return
    axis.grid(alpha=0.25, linewidth=0.5)
    for position, arm in enumerate(queries["arm"].unique()):
        if arm in picks.several_rounds(queries):
            of_arm = queries[queries["arm"] == arm].set_index("round")
            plotting.over_seeds(axis, 100 * of_arm[column], position, arm)
    plotting.within_percent(axis)
