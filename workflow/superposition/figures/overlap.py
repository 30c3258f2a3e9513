"""How far two arms pick the same samples: the overlap of their lists in a few rounds, beside what chance would give.

Each cell is the Jaccard index of two arms' lists of that round, a mean over seeds.
"""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from pandas import DataFrame, Series

from superposition import plotting

NEEDS = ("overlaps",)
SECTION = "picks"
CAPTION = (
    "Overlap of the lists that two arms chose in the same round: samples that both have over samples that either has "
    "(Jaccard), mean over seeds. By chance: the overlap of two random choices of as many samples, from what each arm "
    "could choose from. Round 1, which arms share by construction, is left out."
)
PANELS = 4
NUMBERED_ARMS = 8
WIDE_ARMS = 6
CELL_MM = 13
LETTER_MM = 1.4
TITLE_MM = 12
FOOT_MM = 27  # axis label, scale and note
SCALE_STEP = 20


def draw(tables: Mapping[str, DataFrame], width_mm: float) -> Figure:
    """One matrix a round: the first and the last that arms chose for, and two between."""
    overlaps = tables["overlaps"]
    if overlaps.empty:
        return plotting.nothing(width_mm, "No two arms have a second round.", "arm", "arm")
    arms, rounds = list(dict.fromkeys([*overlaps["a"], *overlaps["b"]])), _spread(overlaps["round"].unique())
    columns = min(len(rounds), PANELS if len(arms) <= WIDE_ARMS else 2)
    rows = -(-len(rounds) // columns)
    names_mm = LETTER_MM * max(map(len, arms))
    side = min((width_mm - names_mm) / columns, CELL_MM * (len(arms) - 1))
    height = side + TITLE_MM + (names_mm + FOOT_MM) / rows
    figure, axes = plotting.panels(width_mm, rows, columns, height_mm=height)
    means = 100 * overlaps.groupby(["round", "b", "a"])[["jaccard", "chance"]].mean()
    top = SCALE_STEP * np.ceil(means["jaccard"].max() / SCALE_STEP)
    for axis, round_ in zip(axes.flat, rounds, strict=False):
        image = _panel(axis, means.loc[round_], arms, max(top, SCALE_STEP))
        axis.set(title=f"round {round_}\nby chance: {_chance(means.loc[round_, 'chance'])} %")
    for axis in axes.flat[len(rounds) :]:
        axis.remove()
    for axis in axes[:, 0]:
        axis.set_ylabel("arm")
    plotting.scale(figure, image, "overlap (Jaccard, %)")
    plotting.note(figure, "Lists of one round, mean over seeds. By chance: had both arms chosen at random.")
    return figure


def _spread(rounds: np.ndarray) -> list[int]:
    """At most `PANELS` of the rounds, evenly spaced, with the first and the last."""
    positions = np.linspace(0, len(rounds) - 1, min(PANELS, len(rounds))).round().astype(int)
    return [int(round_) for round_ in np.sort(rounds)[positions]]


def _panel(axis: Axes, means: DataFrame, arms: list[str], top: float) -> AxesImage:
    percent = means["jaccard"].unstack("a").reindex(index=arms[1:], columns=arms[:-1]).to_numpy()
    image = axis.imshow(percent, cmap="viridis", vmin=0, vmax=top, interpolation="nearest")
    for i, j in np.argwhere(np.isfinite(percent)) if len(arms) <= NUMBERED_ARMS else ():
        colour = "#ffffff" if percent[i, j] < 0.6 * top else "#000000"
        axis.text(j, i, f"{percent[i, j]:.0f}", ha="center", va="center", color=colour, fontsize=plotting.NOTE_PT)
    axis.set_xticks(range(len(arms) - 1), arms[:-1], rotation=90)
    axis.set_yticks(range(len(arms) - 1), arms[1:])
    axis.set_xlabel("arm")
    return image


def _chance(chances: Series) -> str:
    """`4`, or `4 to 6` where arms differ in what they can choose from."""
    low, high = f"{chances.min():.0f}", f"{chances.max():.0f}"
    return low if low == high else f"{low} to {high}"
