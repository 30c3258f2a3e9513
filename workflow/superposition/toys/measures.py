"""What is measured of trained toy models, whose features are known: a table of models, and one of their features."""

import numpy as np
from pandas import DataFrame

from superposition.packing import dimensionality
from superposition.toys.config import Models
from superposition.toys.files import Trained
from superposition.toys.moments import moment

REPRESENTED = 0.5
"""Length from which a feature counts as represented; Elhage et al. 2022 find them near 0 or near 1."""

REGULAR = 0.1
"""Share by which the sides and corners of a polygon may differ that counts as regular."""
MEAN_SIZE = {"uniform": 0.5, "sign": 1.0, "symmetric": 0.5, "normal": (2 / np.pi) ** 0.5}
"""E|u| of a feature's value when it is present."""


def features(trained: Trained) -> DataFrame:
    """A row a model and feature: what the model is, feature (from 1), density_of_feature, importance_of_feature, norm,
    bias, dimensionality, interference, error.

    norm: |w_i|, w_i the feature's column of W, the inner weights; dimensionality: D_i = |w_i|^2 / sum_j (u_i.w_j)^2,
    u_i = w_i / |w_i|; interference: sum_{j != i} (u_i.w_j)^2, how far other features come through where this one is
    read (Elhage et al. 2022, arXiv 2209.10652); error: mean squared.
    """
    models, number = trained.models, trained.models.encoder.shape[-1]
    norms = np.linalg.norm(models.encoder, axis=1)
    columns = {
        "density_of_feature": trained.densities,
        "importance_of_feature": trained.importances,
        "norm": norms,
        "bias": np.zeros_like(norms) if models.bias is None else models.bias,
        "dimensionality": np.stack([dimensionality(weights.T.astype(np.float64)) for weights in models.encoder]),
        "interference": interference(models.encoder),
        "error": models.errors,
    }
    rows = trained.rows.loc[trained.rows.index.repeat(number)].reset_index(drop=True)
    counted = np.tile(np.arange(1, number + 1), len(trained.rows))
    return rows.assign(feature=counted, **{name: values.ravel() for name, values in columns.items()})


def interference(weights: np.ndarray) -> np.ndarray:
    """sum_{j != i} (u_i.w_j)^2 [..., feature] of weights [..., dimension, feature], u_i = w_i / |w_i|; 0 for a feature
    that has no weights."""
    products = np.swapaxes(weights, -1, -2) @ weights
    squares = np.square(products)
    own = np.diagonal(squares, axis1=-2, axis2=-1)
    lengths = np.diagonal(products, axis1=-2, axis2=-1)
    return np.divide(squares.sum(-1) - own, lengths, out=np.zeros_like(lengths), where=lengths > 0)


def models(trained: Trained, toy: Models) -> DataFrame:
    """A row a model: what it is, loss, loss_over_mean, represented, dimensions_per_feature, largest_overlap, filled,
    polygon.

    loss: sum_i I_i E(t_i - x'_i)^2; loss_over_mean: over that of answering each feature's mean; represented: features
    of norm above 1/2; dimensions_per_feature: D* = m / |W|_F^2 (Elhage et al. 2022); largest_overlap: |w_i.w_j| of the
    worst pair; filled: sum_i D_i / m, the share of the dimensions that is used; polygon: in two dimensions, the corners
    of the regular polygon that the represented features are, or 0.
    """
    learned, dimensions = trained.models, toy.dimensions
    losses = (trained.importances * learned.errors).sum(axis=1)
    of_mean = (trained.importances * variance(toy, trained.densities)).sum(axis=1)
    products = np.swapaxes(learned.encoder, 1, 2) @ learned.encoder
    pairs = np.abs(products * ~np.eye(products.shape[-1], dtype=bool))
    norms = np.linalg.norm(learned.encoder, axis=1)
    lengths = np.square(norms).sum(axis=1, dtype=np.float64)
    shares = [dimensionality(weights.T.astype(np.float64)).sum() for weights in learned.encoder]
    return trained.rows.assign(
        loss=losses,
        loss_over_mean=losses / of_mean,
        represented=(norms > REPRESENTED).sum(axis=1),
        dimensions_per_feature=np.divide(dimensions, lengths, out=np.full(len(lengths), np.nan), where=lengths > 0),
        largest_overlap=pairs.max(axis=(1, 2)),
        filled=np.array(shares) / dimensions,
        polygon=[polygon(weights) if dimensions == 2 else np.nan for weights in learned.encoder],
    )


def polygon(weights: np.ndarray) -> int:
    """How many corners the represented features [dimension, feature] have as a regular polygon in the plane; 0 if they
    are none: if gaps between neighbours, or lengths, differ by more than a tenth."""
    lengths = np.linalg.norm(weights, axis=0)
    corners = weights[:, lengths > REPRESENTED]
    count = corners.shape[1]
    if count < 3:
        return 0
    angles = np.sort(np.arctan2(corners[1], corners[0]))
    gaps = np.diff(np.append(angles, angles[0] + 2 * np.pi)) * count / (2 * np.pi)
    long = np.linalg.norm(corners, axis=0)
    even = np.abs(gaps - 1).max() < REGULAR and np.ptp(long) < REGULAR * long.mean()
    return count if even else 0


def variance(toy: Models, densities: np.ndarray) -> np.ndarray:
    """Variance [model, feature] of what is to be answered, q E[u^2] - (q E[u])^2; |u| for u in absolute targets."""
    mean = MEAN_SIZE[toy.values] if toy.target == "absolute" else moment(toy.values, 1)
    return densities * moment(toy.values, 2) - np.square(densities * mean)
