"""Distances between many points, on the GPU if there is one, a block of them at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce

import numpy as np
import torch
from torch import Tensor

from superposition.devices import best_device

BLOCK = 2**22
"""Distances at a time: 16 MB of them, which is little, and enough to keep a GPU busy."""
CENTRES = 1024
ROUNDING = 5e-6
"""Squared distances below this share of the points' squared lengths are noise of single precision, and count as 0."""


@dataclass(frozen=True)
class Points:
    """Points [point, unit], or outer products of several such factors, whose entries are never made."""

    factors: list[Tensor]
    squares: Tensor
    """Squared lengths [point]."""

    def at(self, rows: Tensor | slice) -> "Points":
        """Some of the points."""
        return Points([factor[rows] for factor in self.factors], self.squares[rows])


def points(*factors: np.ndarray) -> Points:
    """Points from factors, float32 [point, unit]; a common mean that is long beside the rest costs precision."""
    moved = [torch.from_numpy(factor).to(best_device()) for factor in factors]
    lengths = [torch.linalg.vector_norm(factor, dim=1) for factor in moved]
    return Points(moved, reduce(torch.mul, lengths).square())


def squared_distances(these: Points, those: Points) -> Tensor:
    """|x - y|^2 = <x, x> + <y, y> - 2 <x, y> [this, that]; of outer products, <a (x) h, b (x) k> = <a, b> <h, k>."""
    products = [one @ other.T for one, other in zip(these.factors, those.factors, strict=True)]
    lengths = these.squares[:, None] + those.squares
    distances = reduce(torch.mul, products).mul_(-2).add_(lengths)
    return distances.masked_fill_(distances < ROUNDING * lengths, 0)


def approach(nearest: Tensor, these: Points, centres: Points) -> None:
    """Lower `nearest` [point] to the squared distance to the nearest of `centres` where that is less."""
    for some in _blocks(len(centres.squares), CENTRES):
        others = centres.at(some)
        for rows in _blocks(len(nearest), BLOCK // len(others.squares)):
            found = squared_distances(these.at(rows), others).amin(dim=1)
            torch.minimum(nearest[rows], found, out=nearest[rows])


def mean_to_neighbours(these: Points, number: int) -> Tensor:
    """Mean distance [point] to the `number` nearest others."""
    n = len(these.squares)
    # One more than `number`, because a point's own distance, 0, is among the least.
    least = [
        squared_distances(these.at(rows), these).topk(number + 1, largest=False).values
        for rows in _blocks(n, max(1, BLOCK // n))
    ]
    return torch.cat(least).sqrt().sum(dim=1) / number


def _blocks(size: int, rows: int) -> Iterator[slice]:
    return (slice(start, min(start + rows, size)) for start in range(0, size, rows))
