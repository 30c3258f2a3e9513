"""Share of a dimension that each direction of a sparse dictionary has for itself.

D_i = 1 / sum_j (u_i.u_j)^2: feature dimensionality (Elhage et al. 2022, arXiv 2209.10652), which is capacity (Scherlis
et al. 2022, arXiv 2210.01892), of the directions u, of length 1, that sparse autoencoders (`topk` and `l1`: see
effective_features) use for at least one sample. `number` of them, `mean` of D_i, and `histogram` (density in 50 bins
from 0 to 1); `filled` is sum D_i over the most dimensions that n directions can span, min(n, units).

From 0 to 1. Directions that are orthogonal have D_i = 1, antipodal pairs 1/2, and n directions spread evenly over d < n
dimensions d / n; `filled` is 1 for all three. A low mean says that directions share dimensions; with a high `filled`
because they are many, as in superposition, with a low one because they crowd in a few dimensions and leave others free.
All depends on the dictionary being right, and effective_features says how far it is. A code that is at work once counts
as much as one that always is, directions of rare codes hardly move from where they began, and dictionaries cut one
feature into several that lie close together, which lowers D_i without any superposition in the network.
"""

import numpy as np

from superposition.activations import Activations, Dictionary, Quantities, histogram, require_dictionaries
from superposition.packing import dimensionality

HEADLINE = ("topk.filled", "l1.filled")
ASKS = ("autoencoder",)
BINS = 50


def measure(activations: Activations) -> Quantities:
    """number, mean, filled and histogram of each kind of autoencoder. Raises InputError without any."""
    return {
        f"{kind}.{name}": value
        for kind, dictionary in require_dictionaries(activations, "dictionary_capacity").items()
        for name, value in _described(dictionary).items()
    }


def _described(dictionary: Dictionary) -> Quantities:
    living = dictionary.directions[dictionary.activity > 0].astype(np.float64)
    shares = dimensionality(living)
    return {
        "number": float(len(living)),
        "mean": float(shares.mean()),
        "filled": float(shares.sum() / min(living.shape)),
        "histogram": histogram(shares, 0, 1, BINS),
    }
