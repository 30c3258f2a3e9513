"""The classes' mean features: vectors that a network packs into its units."""

import numpy as np

from superposition.activations import Activations, require_clusters
from superposition.errors import InputError

ROUNDING = 1e-12


def class_means(activations: Activations, measure: str) -> np.ndarray:
    """Mean features, float64 [class, unit], of the classes that occur, in the order of their numbers.

    Raises InputError where there are fewer than two classes, as many as samples, or one mean for all.
    """
    require_clusters(activations, measure)
    values, labels = activations.values, activations.labels
    means = np.array([values[labels == label].mean(axis=0, dtype=np.float64) for label in np.unique(labels)])
    if not centred(means).any():
        raise InputError(f"layer {activations.layer}: {measure} is undefined, all classes have the same mean")
    return means


def centred(vectors: np.ndarray) -> np.ndarray:
    """Vectors [vector, dimension] minus their mean, in which each counts once.

    What only rounding keeps from zero is zero: it would pass for a direction.
    """
    differences = vectors - vectors.mean(axis=0)
    differences[np.abs(differences).max(axis=1) <= ROUNDING * np.abs(vectors).max()] = 0
    return differences
