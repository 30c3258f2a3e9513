"""The bias of each feature, model beside model."""

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from superposition import plotting, toy_panels

OF = "models"
NEEDS = ("features",)
CAPTION = (
    "The learnt bias of each feature, from the most important to the least (as Xiang 2024 shows it). A feature that is "
    "dropped is answered by its mean; one that is kept in superposition takes a bias below 0, which ReLU turns into "
    "silence where only interference comes in."
)
PANEL_MM = 33
MOST = 6
"""Kinds of models, and densities of each."""
SHOWS = {"bias": True}


def draw(given: Mapping[str, Any], width_mm: float) -> Figure:
    """A row of panels for each kind of model, a column for each density; the first seed's."""
    features = given["features"]
    first = features[features["seed"] == features["seed"].iloc[0]]
    first = first.assign(kind=toy_panels.kinds(first))
    kinds, densities = (toy_panels.spread(first[column].unique(), MOST) for column in ("kind", "density"))
    figure, axes = plotting.panels(width_mm, len(kinds), len(densities), height_mm=PANEL_MM)
    for row, kind in enumerate(kinds):
        for column, density in enumerate(densities):
            shown = first[(first["kind"] == kind) & (first["density"] == density)]
            axis = axes[row, column]
            axis.bar(shown["feature"], shown["bias"], color=plotting.ARM_COLOURS[1])
            axis.axhline(0, color="#000000", linewidth=0.6)
            if row == 0:
                axis.set_title(f"1−S = {density:.3g}")
            if column == 0:
                axis.set_ylabel("\n".join([*kind.split(", "), "bias"]))
    for axis in axes[-1]:
        axis.set_xlabel("feature")
    for axis in axes[:-1].flat:
        axis.set_xlabel(" ", fontsize=1)
    axes[0, 0].xaxis.set_major_locator(MaxNLocator(4, integer=True))
    models = features.drop_duplicates([*toy_panels.AXES, "seed"])
    plotting.note(figure, toy_panels.first_seed(models, len(kinds) * len(densities)) or "One seed.")
    return figure
