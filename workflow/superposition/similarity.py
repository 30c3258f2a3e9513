"""How alike two networks' features of the same samples are: linear centred kernel alignment (CKA).

cka = |X'Y|_F^2 / (|X'X|_F |Y'Y|_F), for features X [sample, unit] and Y [sample, other unit] minus their mean rows
(Kornblith et al. 2019, arXiv 1905.00414). With K = XX' and L = YY', both centred, it is the cosine of K and L: whether
pairs of samples that are alike in X are alike in Y.
cosine_cka: the same of rows at length one, so that K and L are cosines of samples, and every sample counts the same.

From 0 to 1: high means that both arrange the samples in the same way, up to a rotation, a common scale and a shift (for
cosine_cka: up to a rotation and a scale for each sample).
Neither tells which features there are, or whether units stand for them one by one, and directions with little variance
hardly count. A few samples with long features can decide cka (Nguyen et al. 2022, arXiv 2202.07184; Davari et al. 2022,
arXiv 2210.16156); they do where it is far from cosine_cka. Both are too high for few samples: of features that have
nothing in common, on average sqrt(p q) / (samples - 1), where p and q are their participation ratios. Compare only
equal numbers of samples.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from superposition.activations import Activations
from superposition.blocks import about_mean, blocks
from superposition.errors import InputError

QUANTITIES = ("cka", "cosine_cka")


@dataclass(frozen=True)
class Centred:
    """Features minus their mean row, float32 [sample, unit], and |X'X|_F."""

    values: np.ndarray
    norm: float


@dataclass(frozen=True)
class Representation:
    """What is compared of one network: where it comes from, ids [sample], ascending, and for each of `QUANTITIES` the
    features in that order."""

    source: str
    ids: np.ndarray
    features: Mapping[str, Centred]


def represent(activations: Activations, source: str) -> Representation:
    """A layer's features, ready to be compared.

    Memory: two copies in float32. Raises InputError, naming source and layer, where all samples have the same features,
    or the same direction.
    """
    order = np.argsort(activations.ids)
    values = activations.values[order]
    lengths = np.sqrt(np.einsum("ij,ij->i", values, values, dtype=np.float64))[:, np.newaxis]
    towards = np.divide(values, lengths, out=np.zeros(values.shape), where=lengths > 0)
    features = {quantity: _centred(of) for quantity, of in zip(QUANTITIES, (values, towards), strict=True)}
    for quantity, found in features.items():
        if not found.norm:
            same = "features" if quantity == "cka" else "direction"
            where = f"{source}: layer {activations.layer}"
            raise InputError(f"{where}: {quantity} is undefined, all samples have the same {same}")
    return Representation(source, activations.ids[order], features)


def alike(a: Representation, b: Representation) -> list[float]:
    """Each of `QUANTITIES`. Raises InputError, naming both sources, where they are not of the same samples."""
    if not np.array_equal(a.ids, b.ids):
        raise InputError(f"{a.source} and {b.source}: not of the same samples; delete both and run again")
    return [cka(a.features[quantity], b.features[quantity]) for quantity in QUANTITIES]


def cka(x: Centred, y: Centred) -> float:
    """|X'Y|_F^2 / (|X'X|_F |Y'Y|_F), of features with the same samples in the same order."""
    return min(1.0, _product_norm(x.values, y.values) ** 2 / (x.norm * y.norm))  # rounding can lead beyond 1


def _centred(values: np.ndarray) -> Centred:
    centred = about_mean(values)
    return Centred(centred, _product_norm(centred, centred))


def _product_norm(x: np.ndarray, y: np.ndarray) -> float:
    """|X'Y|_F: products in single precision, sums of blocks in double."""
    product = np.zeros((x.shape[1], y.shape[1]))
    for rows in blocks(len(x)):
        product += x[rows].T @ y[rows]
    return float(np.linalg.norm(product))
