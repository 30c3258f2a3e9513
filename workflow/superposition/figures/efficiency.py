"""Labelling efficiency over labelled samples: labels that random choice needs for the same accuracy, over those used.

Above 1 an arm saves labels. A line stands where every seed has a value: a mean over some would leave out those that
random choice never catches up with.
"""

from collections.abc import Mapping

from matplotlib.figure import Figure
from pandas import DataFrame

from superposition import curves, plotting

NEEDS = ("efficiency", "experiments")
METRICS = ("accuracy",)
SECTION = "curves"
CAPTION = (
    "Labelling efficiency: labels that the random arm of the same seed needs for the accuracy that an arm has, over "
    "the labels that the arm used. Above 1 the arm saves labels. "
    "Lines: mean over seeds; bands: one standard deviation to either side. "
    "A line ends where, in some seed, the random arm never becomes as accurate."
)


def draw(tables: Mapping[str, DataFrame], width_mm: float) -> Figure:
    """One panel."""
    efficiency, arms = curves.of_all_seeds(tables["efficiency"]), tables["experiments"]["arm"].unique()
    x, y = "labelled training samples", "labelling efficiency"
    if efficiency.empty:
        return plotting.nothing(width_mm, "No arm has a random arm that trains in the same way.", x, y)
    figure, axes = plotting.panels(width_mm, 1, 1, height_mm=plotting.beside_key(len(arms), 90))
    axis = axes[0, 0]
    axis.axhline(1, color="#555555", linewidth=0.9, linestyle=(0, (4, 2)))
    for position, arm in enumerate(arms):
        values = efficiency[efficiency["arm"] == arm].set_index("labelled")["efficiency"]
        if len(values):
            plotting.over_seeds(axis, values, position, arm)
    axis.set(xlabel=x, ylabel=y)
    axis.xaxis.set_major_formatter("{x:,.0f}")
    axis.grid(alpha=0.25, linewidth=0.5)
    figure.legend(loc="outside right upper")
    against = ", ".join(efficiency["reference"].unique())
    plotting.note(
        figure, f"{plotting.averaged(efficiency)} Dashed: {against}. Lines end where it is never as accurate."
    )
    return figure
