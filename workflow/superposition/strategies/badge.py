"""Samples whose gradients would be large and different (BADGE: Ash et al. 2020)."""

from collections.abc import Iterator
from itertools import islice

import numpy as np
import torch
from torch import Tensor

from superposition import geometry
from superposition.geometry import Points
from superposition.selection import Choice, Pool

NEEDS = ("logits", "features")
PROPOSALS = 1024


def choose(pool: Pool, size: int, generator: np.random.Generator) -> Choice:
    """k-means++ on the gradients (p - e_yhat) (x) h of the last layer, as if the predicted classes were true.

    The largest gradient comes first, then each is drawn by its squared distance to the nearest chosen one, which is
    its score (of the first: its squared length). Where all are 0, the rest are equally likely.
    """
    order = generator.permutation(len(pool.ids))  # so that the first of equals is any of them
    gradients = geometry.points(_errors(pool.logits[order]), pool.features[order])
    rows, squares = zip(*islice(_spread(gradients, generator), size), strict=True)
    return Choice(order[list(rows)], np.array(squares))


def _errors(logits: np.ndarray) -> np.ndarray:
    """p - e_yhat [sample, class]; that of the predicted class is the sum of the others, which does not cancel."""
    predicted = logits.argmax(axis=1)[:, None]
    odds = logits - logits.max(axis=1, keepdims=True)
    np.exp(odds, out=odds)
    np.put_along_axis(odds, predicted, 0, axis=1)
    others = odds.sum(axis=1, keepdims=True)
    np.put_along_axis(odds, predicted, -others, axis=1)
    return np.divide(odds, 1 + others, out=odds)


def _spread(gradients: Points, generator: np.random.Generator) -> Iterator[tuple[int, float]]:
    """Rows and their squared distance when drawn (Arthur & Vassilvitskii 2007), each row once.

    To draw by a distance that has shrunk since, draw by what it was and keep the draw with probability (is / was): that
    is exact (Cohen-Addad et al. 2020), and lets one product of matrices renew all distances for many samples at once.
    """
    newest = gradients.squares.argmax(keepdim=True)
    yield int(newest), float(gradients.squares[newest])
    chosen = newest.tolist()
    nearest = torch.full_like(gradients.squares, torch.inf)
    while True:
        geometry.approach(nearest, gradients, gradients.at(newest))
        nearest[newest] = 0
        if not nearest.any():
            break
        drawn = _draw(nearest, min(PROPOSALS, len(chosen)), generator)
        rows, squares = drawn.cpu().numpy(), nearest[drawn].cpu().numpy()
        bars = generator.random(len(rows)) * squares
        between = geometry.squared_distances(gradients.at(drawn), gradients.at(drawn)).cpu().numpy()
        kept = []
        for place, row in enumerate(rows.tolist()):
            if squares[place] > bars[place]:
                yield row, float(squares[place])
                kept.append(place)
                np.minimum(squares, between[place], out=squares)
                squares[rows == row] = 0
        newest = drawn[kept]
        chosen += newest.tolist()
    rest = np.setdiff1d(np.arange(len(nearest)), chosen)
    yield from ((row, 0.0) for row in generator.permutation(rest).tolist())


def _draw(weights: Tensor, number: int, generator: np.random.Generator) -> Tensor:
    """Rows drawn by their weights, with replacement."""
    sums = weights.cumsum(0, dtype=torch.float64)
    return torch.searchsorted(sums, torch.from_numpy(generator.random(number)).to(sums) * sums[-1], right=True)
