"""How features are packed by models whose samples were chosen, round by round, beside the prediction."""

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from superposition import plotting
from superposition.toys.packed import QUANTITIES

OF = "selections"
NEEDS = ("rounds",)
CAPTION = (
    "Models trained on samples that were chosen in different ways, after each round: features represented, what these "
    "have of a dimension, their norms, the interference on them and what the model explains under the true "
    "distribution, and how many features a sample has. Lines: mean over seeds; bands: one standard deviation to either "
    "side. Dashed: what theory to first order predicts from the densities of the features in the samples."
)
COLUMNS = 3
PANEL_MM = 50
LABELS = {
    "represented": "represented features",
    "dimensionality": "D of these, mean",
    "norm": "norm, mean",
    "interference": "interference",
    "explained": "share explained",
    "active": "features of a sample",
}


def draw(given: Mapping[str, Any], width_mm: float) -> Figure:
    """A panel for each quantity."""
    rounds = given["rounds"]
    figure, axes = plotting.panels(width_mm, 2, COLUMNS, height_mm=PANEL_MM, share=False)
    for axis, quantity in zip(axes.flat, QUANTITIES, strict=True):
        shown = rounds[rounds["quantity"] == quantity]
        for position, arm in enumerate(rounds["arm"].unique()):
            of_arm = shown[shown["arm"] == arm].set_index("given")
            plotting.over_seeds(axis, of_arm["value"], position, arm)
            predicted = of_arm["predicted"].groupby(level=0).mean().dropna()
            axis.plot(predicted, color=plotting.arm_look(position)["color"], linestyle=(0, (4, 2)), linewidth=0.8)
        axis.set(xlabel="samples trained on", ylabel=LABELS[quantity])
        axis.xaxis.set_major_formatter("{x:,.0f}")
        axis.xaxis.set_major_locator(MaxNLocator(4))
        axis.grid(alpha=0.25, linewidth=0.5)
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=5)
    plotting.note(figure, f"{plotting.averaged(rounds)} Dashed: first-order prediction.")
    return figure
