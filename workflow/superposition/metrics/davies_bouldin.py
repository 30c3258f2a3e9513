"""How wide classes are against the distance to the class they are most easily mixed up with.

index = mean over classes i of max_{j != i} (S_i + S_j) / M_ij: S_i is the mean Euclidean distance of class i's samples
to their centroid, M_ij the distance between centroids (Davies & Bouldin 1979, doi:10.1109/TPAMI.1979.4766909).

From 0 up: low means compact, well separated classes. Undefined where two classes have the same centroid.
It sees only centroids and mean widths: neither a class's shape nor single stray samples.
"""

import numpy as np
from scipy.spatial.distance import pdist

from superposition.activations import Activations, Quantities, require_clusters
from superposition.errors import InputError

ROUNDING = 1e-12


def measure(activations: Activations) -> Quantities:
    """index, on the features themselves and the true labels.

    Raises InputError where there are fewer than two classes, as many as samples, or two classes with the same centroid.
    """
    from sklearn.metrics import davies_bouldin_score  # costs seconds, which the other metrics need not pay

    require_clusters(activations, "davies_bouldin")
    _require_distinct_centroids(activations)
    return {"index": float(davies_bouldin_score(activations.values.astype(np.float64), activations.labels))}


def _require_distinct_centroids(activations: Activations) -> None:
    """scikit-learn leaves equal centroids out, and so calls features that are all the same perfect (0)."""
    values, labels = activations.values, activations.labels
    centroids = np.array([values[labels == label].mean(axis=0, dtype=np.float64) for label in np.unique(labels)])
    if pdist(centroids).min() <= ROUNDING * np.abs(centroids).max():
        raise InputError(f"layer {activations.layer}: davies_bouldin is undefined, two classes have the same centroid")
