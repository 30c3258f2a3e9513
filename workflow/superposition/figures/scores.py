"""How the scores by which samples were picked are spread in each round, one panel an arm.

Arms score in their own units, so that scores are compared between rounds, not between arms.
"""

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from pandas import DataFrame

from superposition import picks, plotting

NEEDS = ("queries",)
SECTION = "picks"
CAPTION = (
    "Scores of the samples that each round picked. Thin lines: lowest to highest; thick: the middle half; points: the "
    "median; each a mean over seeds. Every strategy scores in its own unit: compare rounds, not panels."
)
PANEL_MM = 55


def draw(tables: Mapping[str, DataFrame], width_mm: float) -> Figure:
    """One panel an arm that was asked for samples."""
    scored = tables["queries"].dropna(subset=[*picks.QUANTILES])
    arms = list(scored["arm"].unique())
    if not arms:
        return plotting.nothing(width_mm, "No arm has a second round.", "round", "score")
    columns = min(max(int(width_mm / PANEL_MM), 1), len(arms))
    figure, axes = plotting.panels(width_mm, -(-len(arms) // columns), columns, height_mm=45, share=False)
    for axis, arm in zip(axes.flat, arms, strict=False):
        _panel(axis, scored[scored["arm"] == arm])
    for axis in axes.flat[len(arms) :]:
        axis.remove()
    plotting.note(
        figure, "Thin: lowest to highest; thick: the middle half; points: median; means over seeds. Units differ."
    )
    return figure


def _panel(axis: Axes, of_arm: DataFrame) -> None:
    scores = of_arm.groupby("round")[list(picks.QUANTILES)].mean()
    axis.vlines(scores.index, scores["score_low"], scores["score_high"], color="#56B4E9", linewidth=1)
    axis.vlines(scores.index, scores["score_q1"], scores["score_q3"], color="#56B4E9", linewidth=5)
    axis.plot(scores.index, scores["score_median"], color="#000000", marker="o", markersize=3, linewidth=0.8)
    arm, strategy = of_arm[["arm", "strategy"]].iloc[0]
    axis.set(title=arm if arm == strategy else f"{arm}\n({strategy})", ylabel="score")
    axis.set_xlim(scores.index.min() - 0.5, scores.index.max() + 0.5)
    plotting.count_rounds(axis)
