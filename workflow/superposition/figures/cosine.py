"""How cosine similarities are spread over all pairs of samples and all pairs of neurons, arms side by side.

One row a layer and kind of pair, one column an arm, after each arm's last round; the density is the mean over seeds.
"""

from collections.abc import Mapping
from itertools import product

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from pandas import DataFrame, Series

from superposition import plotting, wording
from superposition.errors import InputError

NEEDS = ("measures", "distributions")
METRICS = ("cosine",)
SECTION = "features"
CAPTION = (
    "Cosine similarity of all pairs of samples and of all pairs of neurons, after each arm's last round. "
    "The density is the mean over seeds. "
    "Dashed: the mean over pairs and seeds. Outline: the first arm, for comparison."
)
COLUMNS = 4


def draw(tables: Mapping[str, DataFrame], width_mm: float) -> Figure:
    """Panels [layer and kind of pair, arm], many arms in blocks one below the other.

    Raises InputError where cosine was not measured.
    """
    curves, means = (_last_rounds(tables[name]) for name in ("distributions", "measures"))
    if curves.empty:
        raise InputError("figures: cosine needs cosine among the study's metrics")
    arms = list(curves["arm"].unique())
    kinds = [(layer, of) for layer in curves["layer"].unique() for of in ("sample", "neuron")]
    columns = -(-len(arms) // -(-len(arms) // COLUMNS))
    blocks = [arms[start : start + columns] for start in range(0, len(arms), columns)]
    figure, axes = plotting.panels(width_mm, len(blocks) * len(kinds), columns, height_mm=42, share="row")
    for row, (block, (layer, of)) in zip(axes, product(blocks, kinds), strict=True):
        _row(row, block, _densities(curves, layer, f"{of}.histogram"), _means(means, layer, f"{of}.mean"))
        row[0].set_ylabel(f"{layer}\n{of} pairs: density")
    for row, block in zip(axes[:: len(kinds)], blocks, strict=True):
        for axis, arm in zip(row, block, strict=False):
            axis.set_title(arm)
    figure.align_ylabels()
    plotting.note(figure, f"After each arm's last round, mean over seeds. Dashed: mean. Outline: {arms[0]}.")
    return figure


def _last_rounds(table: DataFrame) -> DataFrame:
    cosine = table[table["metric"] == "cosine"]
    return cosine[cosine["round"] == cosine.groupby("arm")["round"].transform("max")]


def _densities(curves: DataFrame, layer: str, quantity: str) -> DataFrame:
    """Density [position, arm], averaged over seeds; arms in order of the study."""
    chosen = curves[(curves["layer"] == layer) & (curves["quantity"] == quantity)]
    densities = chosen.pivot_table(index="at", columns="arm", values="value", aggfunc="mean")
    return densities[curves["arm"].unique()]


def _means(means: DataFrame, layer: str, quantity: str) -> Series:
    """Mean over seeds [arm]."""
    chosen = means[(means["layer"] == layer) & (means["quantity"] == quantity)]
    return chosen.groupby("arm")["value"].mean()


def _row(row: np.ndarray, arms: list[str], densities: DataFrame, means: Series) -> None:
    """A panel an arm; the scales are those of all arms of the study."""
    row[0].set(xlim=_support(densities), ylim=(0, 1.05 * densities.max(axis=None)))
    for axis, arm in zip(row, arms, strict=False):
        _panel(axis, densities[arm], densities[densities.columns[0]])
        axis.set_xlabel("cosine similarity")
        plotting.mark(axis, means[arm], wording.number(means[arm]))
    for axis in row[len(arms) :]:
        axis.remove()


def _support(densities: DataFrame) -> tuple[float, float]:
    """From the first to the last position where any arm has pairs, and a little more."""
    at = densities.index[(densities > 0).any(axis=1)]
    return max(-1.0, at[0] - 0.05), min(1.0, at[-1] + 0.05)


def _panel(axis: Axes, density: Series, first: Series) -> None:
    half = (density.index[1] - density.index[0]) / 2
    edges = np.append(density.index - half, density.index[-1] + half)
    axis.stairs(density, edges, fill=True, color="#56B4E9")
    axis.stairs(first, edges, color="#555555", linewidth=0.7)
