"""Who beats whom: the share of checkpoints at which one arm is significantly better than another.

The pairwise penalty matrix of Ash et al. 2020: each row's arm against each column's, with means of rows and columns.
"""

from collections.abc import Mapping
from math import isnan

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from pandas import DataFrame

from superposition import plotting

NEEDS = ("penalties", "experiments")
METRICS = ("accuracy",)
SECTION = "curves"
CAPTION = (
    "Pairwise penalty matrix: the share of checkpoints (numbers of labelled samples), in per cent, at which the row's "
    "arm is more accurate than the column's by a paired two-sided t-test over seeds at .05. "
    "Checkpoints at which both trained alike on the same samples are left out. "
    "Last column: how often an arm beats the others, on average (high is good). "
    "Last row: how often they beat it (low is good)."
)
MATRIX_MM = 60
CELL_MM = 7
LABELS_MM = 40  # names of arms, axis label and note
DARK = 55


def draw(tables: Mapping[str, DataFrame], width_mm: float) -> Figure:
    """A square matrix with means in its margins."""
    tested = tables["penalties"].query("checkpoints > 0")
    arms = [arm for arm in tables["experiments"]["arm"].unique() if arm in set(tested["a"])]
    if not arms:
        why = "Nothing to test: a paired t-test takes two arms with several rounds, and two seeds."
        return plotting.nothing(width_mm, why, "is beaten", "beats")
    height_mm = LABELS_MM + max(CELL_MM * (len(arms) + 1), MATRIX_MM)
    figure, axes = plotting.panels(width_mm, 1, 1, height_mm=height_mm)
    axes[0, 0].set(xlabel="is beaten", ylabel="beats")
    _matrix(axes[0, 0], 100 * _with_means(tested, arms), [*arms, "mean"])
    low, high = tested["checkpoints"].min(), tested["checkpoints"].max()
    count = high if low == high else f"{low} to {high}"
    pairs = len(tested) // 2
    plotting.note(figure, f"Per cent of {count} checkpoints a pair. Pairs: {pairs}; not corrected for their number.")
    return figure


def _with_means(tested: DataFrame, arms: list[str]) -> np.ndarray:
    """Penalties [a, b], and behind them the mean of each row and column; nan where there is none."""
    shares = tested.pivot(index="a", columns="b", values="penalty").reindex(index=arms, columns=arms)
    rows, columns = shares.mean(axis=1).to_numpy(), shares.mean(axis=0).to_numpy()
    return np.block([[shares.to_numpy(), rows[:, None]], [columns, np.array([np.nan])]])


def _matrix(axis: Axes, shares: np.ndarray, names: list[str]) -> None:
    axis.pcolormesh(shares, cmap="Blues", vmin=0, vmax=100, edgecolors="white", linewidth=1)
    for (row, column), share in np.ndenumerate(shares):
        text, colour = "" if isnan(share) else f"{share:.0f}", "white" if share > DARK else "black"
        axis.text(column + 0.5, row + 0.5, text, color=colour, ha="center", va="center", fontsize=plotting.NOTE_PT)
    middles = np.arange(len(names)) + 0.5
    axis.set_xticks(middles, names, rotation=90)
    axis.set_yticks(middles, names)
    axis.tick_params(length=0)
    axis.spines[:].set_visible(False)
    for draw_line in (axis.axhline, axis.axvline):
        draw_line(len(names) - 1, color="#555555", linewidth=1)
    axis.set_aspect("equal")
    axis.invert_yaxis()
