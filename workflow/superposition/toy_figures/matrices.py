"""What models make of features: the matrix W'W with the bias, and each feature's norm and interference."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from superposition import plotting, toy_panels

OF = "models"
NEEDS = ("models", "features")
CAPTION = (
    "Models as matrices (as Elhage et al. 2022 and Xiang 2024 show them): WᵀW, or VW where outer weights V are not "
    "tied to the inner ones, and the bias as a column of its own, from −1 (blue) to 1 (red). A feature that is kept "
    "alone has one red square on the diagonal; colours off it are interference. Below: the norm of each feature’s "
    "inner weights, coloured by how far other features come through where it is read, Σ (u·w)²: dark, it has its "
    "direction for itself; yellow, it shares it."
)
COLUMNS = 4
MATRIX_MM, BARS_MM = 46, 22
FOOT_MM = 46  # scales and note


def draw(given: Mapping[str, Any], width_mm: float) -> Figure:
    """A matrix and a row of bars for each model of the first seed."""
    trained, features = given["models"], given["features"]
    shown = toy_panels.shown(trained.rows)
    columns = min(COLUMNS, len(shown))
    rows = -(-len(shown) // columns)
    height_mm = (MATRIX_MM + BARS_MM + FOOT_MM / rows) / 2
    figure, axes = plotting.panels(width_mm, 2 * rows, columns, height_mm=height_mm, share=False)
    axes[0, 0].get_gridspec().set_height_ratios([MATRIX_MM, BARS_MM] * rows)
    highest = 1.1 * features["norm"].max()
    for place, (model, row) in enumerate(shown.iterrows()):
        above, below = axes[2 * (place // columns) : 2 * (place // columns) + 2, place % columns]
        image = toy_panels.matrix(above, _with_bias(trained.models, model), "equal")
        above.set(xlabel="present", title=row["name"])
        of_model = features.iloc[model * (size := trained.densities.shape[1]) : (model + 1) * size]
        toy_panels.bars(below, of_model["norm"].to_numpy(), of_model["interference"].to_numpy())
        below.set(xlabel="feature", ylim=(0, highest))
        if place % columns == 0:
            above.set_ylabel("answered")
            below.set_ylabel("norm")
    for place in range(len(shown), rows * columns):
        for axis in axes[2 * (place // columns) :, place % columns]:
            axis.remove()
    product = "WᵀW" if trained.models.decoder is None else "VW"
    biased = trained.models.bias is not None
    plotting.scale(figure, image, f"{product} and bias" if biased else product)
    plotting.scale(figure, toy_panels.INTERFERENCE, "interference (1 or more: yellow)")
    which = toy_panels.first_seed(trained.rows, len(shown)) or "One seed. "
    plotting.note(figure, which + ("Right of each matrix: the bias." if biased else ""))
    return figure


def _with_bias(models: Any, model: int) -> np.ndarray:
    """[answered, present], and the bias, as wide as a tenth of that, behind a gap."""
    outer = models.encoder if models.decoder is None else models.decoder
    product = outer[model].T @ models.encoder[model]
    if models.bias is None:
        return product
    width = max(1, len(product) // 10)
    gap, bias = np.full((len(product), width), np.nan), np.repeat(models.bias[model][:, None], width, axis=1)
    return np.hstack([product, gap, bias])
