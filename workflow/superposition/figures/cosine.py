"""How cosine similarities are spread over all pairs of samples and all pairs of neurons, arms side by side.

One row a layer and kind of pair, one column an arm, after each arm's last round; the density is the mean over seeds.
"""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from pandas import DataFrame, Series

from superposition import plotting, wording
from superposition.errors import InputError

NEEDS = ("measures", "distributions")
METRICS = ("cosine",)
CAPTION = (
    "Cosine similarity of all pairs of samples and of all pairs of neurons, after each arm's last round. "
    "The density is the mean over seeds. "
    "Dashed: the mean over pairs and seeds. Outline: the first arm, for comparison."
)


def draw(tables: Mapping[str, DataFrame], width_mm: float) -> Figure:
    """Panels [layer and kind of pair, arm]. Raises InputError where cosine was not measured."""
    curves, means = (_last_rounds(tables[name]) for name in ("distributions", "measures"))
    if curves.empty:
        raise InputError("figures: cosine needs cosine among the study's metrics")
    arms = list(curves["arm"].unique())
    kinds = [(layer, of) for layer in curves["layer"].unique() for of in ("sample", "neuron")]
    figure, axes = plotting.panels(width_mm, len(kinds), len(arms), height_mm=42, share="row")
    for row, (layer, of) in zip(axes, kinds, strict=True):
        densities = _densities(curves, layer, f"{of}.histogram")
        row[0].set(xlim=_support(densities), ylabel=f"{layer}\n{of} pairs: density")
        for axis, arm in zip(row, arms, strict=True):
            _panel(axis, densities[arm], densities[arms[0]])
            axis.set_xlabel("cosine similarity")
            mean = _mean(means, arm, layer, f"{of}.mean")
            plotting.mark(axis, mean, wording.number(mean))
    for axis, arm in zip(axes[0], arms, strict=True):
        axis.set_title(arm)
    figure.align_ylabels()
    plotting.note(figure, f"After each arm's last round, mean over seeds. Dashed: mean. Outline: {arms[0]}.")
    return figure


def _last_rounds(table: DataFrame) -> DataFrame:
    cosine = table[table["metric"] == "cosine"]
    return cosine[cosine["round"] == cosine.groupby("arm")["round"].transform("max")]


def _densities(curves: DataFrame, layer: str, quantity: str) -> DataFrame:
    """Density [position, arm], averaged over seeds."""
    chosen = curves[(curves["layer"] == layer) & (curves["quantity"] == quantity)]
    return chosen.pivot_table(index="at", columns="arm", values="value", aggfunc="mean")


def _support(densities: DataFrame) -> tuple[float, float]:
    """From the first to the last position where any arm has pairs, and a little more."""
    at = densities.index[(densities > 0).any(axis=1)]
    return max(-1.0, at[0] - 0.05), min(1.0, at[-1] + 0.05)


def _mean(means: DataFrame, arm: str, layer: str, quantity: str) -> float:
    chosen = means[(means["arm"] == arm) & (means["layer"] == layer) & (means["quantity"] == quantity)]
    return float(chosen["value"].mean())


def _panel(axis: Axes, density: Series, first: Series) -> None:
    half = (density.index[1] - density.index[0]) / 2
    edges = np.append(density.index - half, density.index[-1] + half)
    axis.stairs(density, edges, fill=True, color="#56B4E9")
    axis.stairs(first, edges, color="#555555", linewidth=0.7)
