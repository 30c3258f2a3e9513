"""Share of a dimension that each class has for itself.

D_i = |v_i|^2 / sum_j (u_i.v_j)^2, u_i = v_i / |v_i|: feature dimensionality (Elhage et al. 2022, arXiv 2209.10652),
which is capacity (Scherlis et al. 2022, arXiv 2210.01892). The vectors v are the class means (`means`) and, where the
network's last layer reads these features, its rows (`head`); `.centred`: minus their mean, in which each counts once.
`mean` is the mean of D_i; `filled` is sum D_i over the most dimensions that n vectors in d dimensions can span: min(n,
d), or min(n - 1, d) if centred; `each` is D_i from the highest (1) to the lowest (n).

From 0 to 1. An orthogonal set has D_i = 1, an antipodal pair 1/2, a centred simplex of n classes (n - 1)/n; `filled` is
1 for all three. Low means that classes share directions, as features in superposition do.
It cannot tell sharing that is forced from sharing that is not: with fewer classes than units nothing forces it. A long
common mean makes all raw means share one direction, and of vectors of unequal length the short ones get less. And it
knows only features that are classes, not those that the network made for itself.
"""

import numpy as np

from superposition.activations import Activations, Distribution, Quantities
from superposition.packing import Packing, dimensionality, packings

HEADLINE = ("means.centred.filled", "means.filled", "head.filled")


def measure(activations: Activations) -> Quantities:
    """means.*, means.centred.* and, with a head, head.* and head.centred.*.

    Raises InputError where there are fewer than two classes, as many as samples, or one mean for all.
    """
    sets = packings(activations, "capacity")
    return {f"{of}.{name}": value for of, packing in sets.items() for name, value in _described(packing).items()}


def _described(packing: Packing) -> Quantities:
    shares = dimensionality(packing.vectors)
    ranks = np.arange(1, len(shares) + 1)
    return {
        "mean": float(shares.mean()),
        "filled": float(shares.sum() / packing.dimensions),
        "each": Distribution(at=ranks, value=np.sort(shares)[::-1]),
    }
