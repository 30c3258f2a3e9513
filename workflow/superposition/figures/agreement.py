"""How far the measures agree: their rank correlations over all runs and rounds.

Spearman's correlation of each two measures, over the rounds of all arms and seeds together.
"""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from pandas import DataFrame

from superposition import headlines, plotting

NEEDS = ("measures", "experiments")
SECTION = "features"
CAPTION = (
    "Do the measures agree? Spearman's rank correlation of each two of the measures that the report shows first, over "
    "the rounds of all trained arms and seeds together: 1 (red), the same order; −1 (blue), the opposite one. "
    "Rounds of a run are not independent, and what training and labels do to all measures counts too, so these "
    "are no tests. A negative one may be agreement: a low Davies–Bouldin index means what a high silhouette means."
)
NAMES_MM = 62
CELL_MM = (3.4, 11)  # height: least and most
FOOT_MM = 30  # numbers, axis label, scale and note
HUNDREDTHS = 20  # measures, up to which cells have room for hundredths
TENTHS = 32  # up to which they have room for tenths
TICKS = 40
DARK = 0.6


def draw(tables: Mapping[str, DataFrame], width_mm: float) -> Figure:
    """A triangle of numbered measures."""
    rounds = headlines.trained(headlines.after_rounds(tables["measures"], tables["experiments"]))
    values = headlines.side_by_side(rounds)
    names = [plotting.fitting(name, NAMES_MM - 8) for name in values]
    x, y = "measure (number as on the left)", "measure"
    if len(names) < 2 or len(values) < headlines.LEAST:
        why = f"Correlations take two measures and {headlines.LEAST} rounds or seeds."
        return plotting.nothing(width_mm, why, x, y)
    side = float(np.clip((width_mm - NAMES_MM) / (len(names) - 1), *CELL_MM))
    figure, axes = plotting.panels(width_mm, 1, 1, height_mm=side * len(names) + FOOT_MM)
    image = _triangle(axes[0, 0], headlines.correlations(values).to_numpy(), names)
    axes[0, 0].set(xlabel=x, ylabel=y)
    plotting.scale(figure, image, "Spearman's rank correlation").set_ticks([-1, 0, 1])
    arms = rounds["arm"].nunique()
    counted = f"{len(values)} rounds: {arms} arm{'s' * (arms > 1)}, {plotting.seed_count(rounds)}."
    numbers = "" if len(names) > TENTHS else f" Numbers: {'tenths' if len(names) > HUNDREDTHS else 'hundredths'}."
    plotting.note(figure, f"{counted}{numbers} Blank: one of the two does not vary.")
    return figure


def _triangle(axis: Axes, correlations: np.ndarray, names: list[str]) -> AxesImage:
    """Each measure against those before it."""
    below = np.where(np.tri(len(names), k=-1, dtype=bool), correlations, np.nan)[:, :-1]
    image = axis.imshow(below, cmap="RdBu_r", vmin=-1, vmax=1, interpolation="nearest", aspect="auto")
    if len(names) <= TENTHS:
        _write(axis, below, 10 if len(names) > HUNDREDTHS else 100)
    numbered = [f"{name}  {number}" for number, name in enumerate(names, 1)]
    axis.set_yticks(range(len(names)), numbered)
    shown = range(0, len(names) - 1, 1 + len(names) // TICKS)
    axis.set_xticks(shown, [str(column + 1) for column in shown])
    axis.tick_params(length=0)
    axis.spines[:].set_visible(False)
    return image


def _write(axis: Axes, correlations: np.ndarray, parts: int) -> None:
    """Numbers in the cells; parts: of 1, that they count."""
    for row, column in np.argwhere(np.isfinite(correlations)):
        colour = "white" if abs(correlations[row, column]) > DARK else "black"
        text = f"{round(parts * correlations[row, column])}".replace("-", "−")
        axis.text(column, row, text, color=colour, ha="center", va="center", fontsize=plotting.NOTE_PT)
