"""Samples of low margin from as many clusters as there are, small ones first (Cluster-Margin: Citovsky et al. 2021)."""

import numpy as np

from superposition.clusters import average_linkage, places
from superposition.selection import Choice, Pool, highest
from superposition.uncertainty import log_closeness

NEEDS = ("logits", "features")
CANDIDATES = 10


def choose(pool: Pool, size: int, generator: np.random.Generator) -> Choice:
    """Take a random one of each cluster in turn, from the smallest to the largest, until there are enough.

    Clustered are the 10 x size samples with the least p1 - p2, but at most half of the pool, and at least `size`: if
    all were candidates, margins would have no say. The score is 1 - (p1 - p2).
    """
    number = max(size, min(CANDIDATES * size, len(pool.ids) // 2))
    candidates, logarithms = highest(log_closeness(pool.logits), number, generator)
    clusters = average_linkage(pool.features[candidates], generator)
    luck = generator.random(number)
    sizes = np.bincount(clusters)
    chosen = np.lexsort((luck, sizes[clusters], places(clusters, luck)))[:size]
    return Choice(candidates[chosen], np.exp(logarithms[chosen]))
