"""What becomes of each feature where samples were chosen."""

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from superposition import plotting

OF = "selections"
NEEDS = ("features",)
CAPTION = (
    "Each feature after the last round: its density in the samples that were chosen, over the true one; the norm of "
    "its weights; what it has of a dimension; and the interference on it under the true distribution. Lines: mean over "
    "seeds; bands: one standard deviation to either side. Dashed: first-order prediction from the chosen densities."
)
PANELS = {
    "ratio": "density chosen / true",
    "norm": "norm",
    "dimensionality": "D",
    "interference": "interference",
}


def draw(given: Mapping[str, Any], width_mm: float) -> Figure:
    """Four panels over the features, a line an arm."""
    features = given["features"]
    last = features[features["round"] == features["round"].max()]
    last = last.assign(ratio=last["density_chosen"] / last["density"])
    figure, axes = plotting.panels(width_mm, 2, 2, height_mm=55, share=False)
    for axis, (quantity, label) in zip(axes.flat, PANELS.items(), strict=True):
        for position, arm in enumerate(last["arm"].unique()):
            of_arm = last[last["arm"] == arm].set_index("feature")
            plotting.over_seeds(axis, of_arm[quantity], position, arm)
            if f"{quantity}.predicted" in of_arm:
                predicted = of_arm[f"{quantity}.predicted"].groupby(level=0).mean()
                look = plotting.arm_look(position)
                axis.plot(predicted, color=look["color"], linestyle=(0, (4, 2)), linewidth=0.8)
        axis.set(xlabel="feature", ylabel=label)
        axis.set_ylim(bottom=0)
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
        axis.grid(alpha=0.25, linewidth=0.5)
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=5)
    rounds = last["round"].max()
    plotting.note(figure, f"After round {rounds}. {plotting.averaged(last)} Dashed: first-order prediction.")
    return figure
