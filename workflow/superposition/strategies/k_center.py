"""Samples farthest from everything labelled or chosen (core-set: Sener & Savarese 2018)."""

from collections.abc import Iterator
from itertools import islice

import numpy as np
import torch
from torch import Tensor

from superposition import geometry
from superposition.geometry import Points
from superposition.selection import Choice, Pool

NEEDS = ("features",)
CANDIDATES = 1024
TAKEN = -1.0


def choose(pool: Pool, size: int, generator: np.random.Generator) -> Choice:
    """Greedy k-center: take the sample that is farthest from its nearest labelled or chosen one, and so on.

    The score is that distance. Where nothing is labelled, the first sample is any, with score 0.
    """
    order = generator.permutation(len(pool.ids))  # so that any of many equals can become a candidate
    features, mean = pool.features[order], pool.features.mean(axis=0)
    features -= mean
    samples = geometry.points(features)
    nearest = torch.full_like(samples.squares, torch.inf)
    geometry.approach(nearest, samples, geometry.points(pool.labelled - mean))
    rows, squares = zip(*islice(_farthest_first(samples, nearest, generator), size), strict=True)
    distances = np.sqrt(squares)
    return Choice(order[list(rows)], np.where(np.isinf(distances), 0, distances))


def _farthest_first(samples: Points, nearest: Tensor, generator: np.random.Generator) -> Iterator[tuple[int, float]]:
    """Rows and their squared distance when chosen, without end; `nearest` [sample] is that to the labelled.

    Distances only shrink. So while the farthest of the candidates is as far as all others were, it is the farthest of
    all; and theirs can wait until one product of matrices renews them for many chosen samples at once.
    """
    while True:
        candidates = nearest.topk(min(CANDIDATES, len(nearest))).indices
        rows, distances = candidates.cpu().numpy(), nearest[candidates].cpu().numpy()
        shown = samples.at(candidates)
        between = geometry.squared_distances(shown, shown).cpu().numpy()
        of_others = distances.min()
        chosen = []
        while (farthest := distances.max()) >= of_others:
            best = int(generator.choice(np.flatnonzero(distances == farthest)))
            yield int(rows[best]), float(farthest)
            chosen.append(best)
            np.minimum(distances, between[best], out=distances)
            distances[best] = TAKEN
        geometry.approach(nearest, samples, shown.at(torch.tensor(chosen)))
        nearest[candidates[chosen]] = TAKEN
