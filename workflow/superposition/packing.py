"""How vectors share the dimensions that they lie in. Vectors are float64 [vector, dimension]."""

from typing import NamedTuple

import numpy as np

from superposition.activations import Activations
from superposition.class_means import centred, class_means
from superposition.errors import InputError


class Packing(NamedTuple):
    """Vectors, and the most dimensions that so many of them can span."""

    vectors: np.ndarray
    dimensions: int


def packings(activations: Activations, measure: str) -> dict[str, Packing]:
    """The class means and, where the network's last layer reads these features, its rows, by name: `means` and `head`
    as they are, `means.centred` and `head.centred` minus their mean.

    Raises InputError where the classes have no means to tell apart.
    """
    sets = {"means": class_means(activations, measure)}
    if activations.head is not None:
        sets["head"] = activations.head.astype(np.float64)
    found = {}
    for name, vectors in sets.items():
        number, dimensions = vectors.shape
        found[name] = Packing(vectors, min(number, dimensions))
        found[f"{name}.centred"] = Packing(centred(vectors), min(number - 1, dimensions))
    return found


def dimensionality(vectors: np.ndarray) -> np.ndarray:
    """Share of a dimension [vector] that each has for itself: D_i = |v_i|^2 / sum_j (u_i.v_j)^2, u_i = v_i / |v_i|.

    Feature dimensionality (Elhage et al. 2022, arXiv 2209.10652), which is capacity (Scherlis et al. 2022,
    arXiv 2210.01892). They sum to the rank at most; a zero vector has none.
    """
    products = vectors @ vectors.T
    own, shared = np.diag(products) ** 2, np.square(products).sum(axis=1)
    return np.divide(own, shared, out=np.zeros(len(vectors)), where=shared > 0)


def cosines(vectors: np.ndarray, what: str) -> np.ndarray:
    """u_i.u_j of all pairs i < j [pair], u_i = v_i / |v_i|. Raises InputError, naming `what`, for a zero vector."""
    lengths = np.linalg.norm(vectors, axis=1)
    zero = np.count_nonzero(lengths == 0)
    if zero:
        raise InputError(f"{what}: {zero} of {len(vectors)} vectors are all zero and have no direction")
    directions = vectors / lengths[:, np.newaxis]
    similarities = (directions @ directions.T)[np.triu_indices(len(vectors), 1)]
    return np.clip(similarities, -1, 1)


def welch_bound(number: int, dimensions: int) -> float:
    """Least largest |cosine| that `number` directions can have: sqrt((n - d) / (d (n - 1))), and 0 up to n = d (Welch
    1974, doi:10.1109/TIT.1974.1055219)."""
    return max(0.0, (number - dimensions) / (dimensions * (number - 1))) ** 0.5
