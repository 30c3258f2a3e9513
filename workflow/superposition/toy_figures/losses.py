"""What models lose, and how many features they keep, over sparsity."""

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure

from superposition import plotting, toy_panels

OF = "models"
NEEDS = ("summary",)
CAPTION = (
    "Left: loss on unseen samples, over the loss of answering each feature’s mean. Right: features whose weights are "
    "longer than 1/2. Both over 1/(1−S), where 1−S is the probability that a feature is present: rare features are to "
    "the right. A linear model keeps as many features as it has dimensions, however rare they are; ReLU keeps more the "
    "rarer they are."
)


def draw(given: Mapping[str, Any], width_mm: float) -> Figure:
    """Two panels, a line a kind of model."""
    summary = given["summary"]
    figure, axes = plotting.panels(width_mm, 1, 2, height_mm=62, share=False)
    for axis, quantity in zip(axes.flat, ("loss_over_mean", "represented"), strict=True):
        toy_panels.lines(axis, summary, quantity)
    axes[0, 0].set_ylabel("loss over that of the mean")
    axes[0, 1].set_ylabel("represented features")
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=4)
    seeds = summary["seed"].nunique()
    plotting.note(figure, "One seed." if seeds == 1 else f"Mean over {seeds} seeds; bands: ± 1 standard deviation.")
    return figure
