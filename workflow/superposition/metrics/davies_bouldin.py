"""How wide classes are against the distance to the class they are most easily mixed up with.

index = mean over classes i of max_{j != i} (S_i + S_j) / M_ij: S_i is the mean Euclidean distance of class i's samples
to their centroid, M_ij the distance between centroids (Davies & Bouldin 1979, doi:10.1109/TPAMI.1979.4766909).

From 0 up: low means compact, well separated classes. Undefined where two classes have the same centroid.
It sees only centroids and mean widths: neither a class's shape nor single stray samples.
"""

import numpy as np
from scipy.spatial.distance import pdist, squareform

from superposition.activations import Activations, Quantities
from superposition.blocks import squares_about
from superposition.class_means import class_means
from superposition.errors import InputError

ROUNDING = 1e-12


def measure(activations: Activations) -> Quantities:
    """index, on the features themselves and the true labels.

    Raises InputError where there are fewer than two classes, as many as samples, or two classes with the same centroid.
    """
    centroids = class_means(activations, "davies_bouldin")
    _, of, sizes = np.unique(activations.labels, return_inverse=True, return_counts=True)
    apart = pdist(centroids)
    if apart.min() <= ROUNDING * np.abs(centroids).max():
        raise InputError(f"layer {activations.layer}: davies_bouldin is undefined, two classes have the same centroid")
    widths = np.bincount(of, np.sqrt(squares_about(centroids, of, activations.values))) / sizes
    between = squareform(apart)
    np.fill_diagonal(between, np.inf)
    return {"index": float(((widths[:, np.newaxis] + widths) / between).max(axis=1).mean())}
