"""The most typical samples of large clusters in which few are labelled (TypiClust: Hacohen et al. 2022)."""

import numpy as np
import torch

from superposition import geometry
from superposition.clusters import k_means, places
from superposition.selection import Choice, Pool

NEEDS = ("features",)
MOST_CLUSTERS = 500
NEIGHBOURS = 20
SMALL = 5
FLOOR = 1e-5


def choose(pool: Pool, size: int, generator: np.random.Generator) -> Choice:
    """Each time, take the most typical sample of the cluster with the fewest labelled or chosen, the largest of those.

    Clusters of at most 5 come last. The score is the typicality, 1 / (mean distance to the 20 nearest of the cluster).
    Features are scaled to length 1 and clustered by k-means, into as many as will be labelled but at most 500.
    """
    n = len(pool.ids)
    order = generator.permutation(n)  # so that the first of equals is any of them
    features = np.concatenate([pool.features[order], pool.labelled])
    features /= np.maximum(np.linalg.norm(features, axis=1, keepdims=True), FLOOR)
    number = min(len(pool.labelled) + size, MOST_CLUSTERS)
    clusters, _ = k_means(features, number, generator)
    typicality = _typicality(features, clusters)[:n]
    rows = _in_turn(clusters[:n], clusters[n:], typicality)[:size]
    return Choice(order[rows], typicality[rows])


def _typicality(features: np.ndarray, clusters: np.ndarray) -> np.ndarray:
    """1 / (mean distance to the 20 nearest of the cluster, or to all if it is smaller) [sample]; 0 for a single one."""
    samples = geometry.points(features)
    found = np.zeros(len(features))
    by_cluster = np.argsort(clusters, kind="stable")
    for members in np.split(by_cluster, np.cumsum(np.bincount(clusters))[:-1]):
        if (neighbours := min(NEIGHBOURS, len(members) - 1)) > 0:
            distances = geometry.mean_to_neighbours(samples.at(torch.from_numpy(members)), neighbours)
            found[members] = 1 / (distances.cpu().numpy() + FLOOR)
    return found


def _in_turn(clusters: np.ndarray, of_labelled: np.ndarray, typicality: np.ndarray) -> np.ndarray:
    """All rows of `clusters` [sample] as they would be chosen; of_labelled: clusters [labelled] of what is already."""
    covered = np.bincount(of_labelled, minlength=clusters.max() + 1)
    sizes = covered + np.bincount(clusters, minlength=len(covered))
    covered_then = covered[clusters] + places(clusters, typicality)
    return np.lexsort((-sizes[clusters], covered_then, sizes[clusters] <= SMALL))
