"""How much of a dimension features have for themselves, over sparsity."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from pandas import DataFrame

from superposition import plotting, toy_panels
from superposition.toys.measures import REPRESENTED

OF = "models"
NEEDS = ("summary", "features")
CAPTION = (
    "Above: dimensions per feature, D* = m/‖W‖², over 1/(1−S) (rare features to the right). It lingers at 1, where "
    "features are kept alone, and at 1/2, where they lie in antipodal pairs (Elhage et al. 2022). Below: the "
    "dimensionality D of each represented feature, a point each, with what regular polytopes give: features that lie "
    "as the corners of a tetrahedron have 3/4 of a dimension each, and so on."
)
STICKY = ("1 alone", "1/2 pairs")
POLYTOPES = ("1 alone", "3/4 tetrahedron", "2/3 triangle", "1/2 pair", "2/5 pentagon", "3/8 square antiprism")
NUDGE = {"2/5 pentagon": 3, "3/8 square antiprism": -3}  # points, so that names of near lines keep apart
SPREAD = 0.25


def draw(given: Mapping[str, Any], width_mm: float) -> Figure:
    """Two panels, one above the other."""
    figure, axes = plotting.panels(width_mm, 2, 1, height_mm=68, share=False)
    above, below = axes[:, 0]
    toy_panels.lines(above, given["summary"], "dimensions_per_feature")
    above.set(ylabel="D* = m/‖W‖²", ylim=(0, min(1.3, max(1.08, above.get_ylim()[1]))))
    _lines(above, STICKY)
    if len(above.lines) - len(STICKY) > 1:
        figure.legend(*above.get_legend_handles_labels(), loc="outside upper center", ncols=4)
    represented = given["features"][given["features"]["norm"] > REPRESENTED]
    _scatter(below, represented)
    toy_panels.logarithmic(below, "x")
    below.set(xlabel="1/(1−S)", ylabel="D of a feature", ylim=(0, 1.08), xlim=above.get_xlim())
    _lines(below, POLYTOPES)
    note = f"Below: features of norm above {REPRESENTED}, moved a little sideways so that they can be told apart."
    plotting.note(figure, note)
    return figure


def _scatter(axis: Axes, features: DataFrame) -> None:
    steps = np.diff(np.unique(np.log(1 / features["density"]))) if features["density"].nunique() > 1 else np.ones(1)
    aside = np.random.default_rng(0).uniform(-SPREAD, SPREAD, len(features)) * steps.min()
    x = np.exp(np.log(1 / features["density"]) + aside)
    axis.scatter(
        x, features["dimensionality"], s=3, color=plotting.ARM_COLOURS[1], alpha=0.4, linewidth=0, rasterized=True
    )


def _lines(axis: Axes, names: Sequence[str]) -> None:
    """A dashed line for each fraction that a name begins with."""
    for name in names:
        level = float(Fraction(name.partition(" ")[0]))
        axis.axhline(level, color="#888888", linewidth=0.6, linestyle=(0, (4, 2)), zorder=0)
        axis.annotate(
            name,
            (1.01, level),
            (0, NUDGE.get(name, 0)),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            va="center",
            fontsize=plotting.NOTE_PT,
        )
