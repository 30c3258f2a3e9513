"""How far class centroids scatter against how far samples scatter within classes.

index = [B / (K - 1)] / [W / (N - K)] for N samples in K classes: B is the sum over samples of the squared Euclidean
distance of their class's centroid to the mean of all samples, W that of the samples to their class's centroid
(Calinski & Harabasz 1974, doi:10.1080/03610927408827101). This is the F ratio of a one-way analysis of variance, over
all units at once.

From 0 up: high means compact, well separated classes; about 1 is what labels drawn by lot give. Undefined where every
sample equals its class's centroid.
It grows with the number of samples, so compare it only between sets of the same size and classes. One class far from
all others can make it high while these overlap.
"""

import numpy as np

from superposition.activations import Activations, Quantities
from superposition.blocks import squares_about
from superposition.class_means import class_means
from superposition.errors import InputError

ROUNDING = 1e-12


def measure(activations: Activations) -> Quantities:
    """index, on the features themselves and the true labels.

    Raises InputError where there are fewer than two classes, as many as samples, one centroid for all classes, or no
    scatter within classes.
    """
    centroids = class_means(activations, "calinski_harabasz")
    _, of, sizes = np.unique(activations.labels, return_inverse=True, return_counts=True)
    within = squares_about(centroids, of, activations.values).sum()
    if within <= ROUNDING**2 * (sizes @ np.square(centroids).sum(axis=1)):
        found = "every sample equals its class's centroid"
        raise InputError(f"layer {activations.layer}: calinski_harabasz is undefined, {found}")
    between = sizes @ np.square(centroids - sizes @ centroids / len(of)).sum(axis=1)
    return {"index": float(between / (len(sizes) - 1) / (within / (len(of) - len(sizes))))}
