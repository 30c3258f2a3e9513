"""Whether the last network gets a sample right, by the round in which it was taken.

Lines are arms, bands one standard deviation over seeds to either side; samples that were never taken stand at the end.
"""

from collections.abc import Mapping

from matplotlib.figure import Figure
from pandas import DataFrame

from superposition import picks, plotting

NEEDS = ("ages",)
SECTION = "picks"
CAPTION = (
    "Share of the training samples that the last round's network predicts right, by the round in which each was taken. "
    "It was trained on samples that were taken (an arm that trains on the newest only: on those of the last round) and "
    "not on the others. Lines: mean over seeds; bands and bars: one standard deviation to either side."
)
TICKS = 12


def draw(tables: Mapping[str, DataFrame], width_mm: float) -> Figure:
    """One panel; those never taken are apart from the lines."""
    ages = tables["ages"]
    figure, axes = plotting.panels(width_mm, 1, 1, height_mm=85)
    axis, last, arms = axes[0, 0], int(ages["round"].max()), picks.several_rounds(ages)
    for position, arm in enumerate(ages["arm"].unique()):
        if arm in arms:
            correct = 100 * ages[ages["arm"] == arm].set_index("round")["correct"]
            never = correct[correct.index.isna()]
            plotting.over_seeds(axis, correct[correct.index.notna()], position, arm)
            look = {**plotting.arm_look(position), "linestyle": "none", "markersize": 4, "elinewidth": 0.8}
            place = last + 1 + (arms.index(arm) + 1) / (len(arms) + 1)
            axis.errorbar(place, never.mean(), never.std(), **look)
    plotting.within_percent(axis)
    rounds = range(1, last + 1, -(-last // TICKS))
    never_taken = {last + 1.5: "never"} if ages["round"].isna().any() else {}
    axis.set_xticks([*rounds, *never_taken], [*map(str, rounds), *never_taken.values()])
    axis.set(xlabel="round in which the sample was taken", ylabel="right in the end (%)")
    axis.grid(alpha=0.25, linewidth=0.5)
    figure.legend(*axis.get_legend_handles_labels(), loc="outside right upper")
    plotting.note(figure, plotting.averaged(ages))
    return figure
