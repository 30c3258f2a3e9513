"""Which features each hidden unit reads and answers to, where inner and outer weights are not tied."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from superposition import plotting, toy_panels

OF = "models"
NEEDS = ("models",)
SHOWS = {"tied": False}
CAPTION = (
    "Inner weights (above) and outer ones (below) of each hidden unit, sorted by the feature that it reads most. To "
    "give |x| with ReLU takes a unit for the positive part of a feature and one for its negative part. Where features "
    "are common, a unit reads one feature and few are served; where they are rare, units read several (computation in "
    "superposition: Elhage et al. 2022)."
)
COLUMNS = 4
PANEL_MM = 44


def draw(given: Mapping[str, Any], width_mm: float) -> Figure:
    """Two matrices [unit, feature] for each of up to four models of the first seed."""
    trained = given["models"]
    shown = toy_panels.shown(trained.rows, COLUMNS)
    figure, axes = plotting.panels(width_mm, 2, len(shown), height_mm=PANEL_MM, share=False)
    for column, (model, row) in enumerate(shown.iterrows()):
        inner, outer = trained.models.encoder[model], trained.models.decoder[model]
        order = np.lexsort((-inner.max(axis=1), np.abs(inner).argmax(axis=1)))
        for axis, weights in zip(axes[:, column], (inner, outer), strict=True):
            image = toy_panels.matrix(axis, weights[order] / np.abs(weights).max(), "auto")
            axis.set_xlabel("feature")
        axes[0, column].set_title(row["name"])
    axes[0, 0].set_ylabel("inner weights of unit")
    axes[1, 0].set_ylabel("outer weights of unit")
    plotting.scale(figure, image, "weight, over the largest of its panel")
    plotting.note(figure, toy_panels.first_seed(trained.rows, len(shown)) or "One seed.")
    return figure
