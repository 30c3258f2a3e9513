"""What strategies share: what they may know, what they answer, and how scores become a choice."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

import numpy as np

from superposition.errors import InputError

NOT_NEEDED: Any = None
"""Typed as anything: a strategy reads just what its `NEEDS` declare, so it need not ask whether it is there."""


@dataclass(frozen=True)
class Pool:
    """What a strategy may know: the samples it can choose from, one row each, and what is labelled already.

    ids: int64 [sample]; logits: float32 [sample, class]; features: float32 [sample, unit], what the network's last
    layer reads; labelled: float32 [labelled, unit], the same of the samples labelled so far; committee: float32
    [member, sample, class], the logits of several networks or dropout passes. What a strategy's `NEEDS` leave out is
    None.
    """

    ids: np.ndarray
    logits: np.ndarray = NOT_NEEDED
    features: np.ndarray = NOT_NEEDED
    labelled: np.ndarray = NOT_NEEDED
    committee: np.ndarray = NOT_NEEDED

    def ordered(self) -> "Pool":
        """The same pool with its rows ascending by id."""
        order = np.argsort(self.ids)
        logits, features, committee = (
            None if values is None else values.take(order, axis=axis)
            for values, axis in ((self.logits, 0), (self.features, 0), (self.committee, 1))
        )
        return Pool(self.ids[order], logits, features, self.labelled, committee)


class Choice(NamedTuple):
    """Rows of the pool in the order they were chosen, and the number by which each was."""

    rows: np.ndarray
    scores: np.ndarray


Strategy = Callable[[Pool, int, np.random.Generator], Choice]
"""`choose(pool, size, generator)` of a file of `strategies/`: `size` rows of a pool that `select` has checked."""


def select(strategy: Strategy, pool: Pool, size: int, generator: np.random.Generator) -> Choice:
    """The `size` samples that `strategy` chooses, whatever the order of the pool's rows.

    Raises InputError if the pool holds fewer, or has values that are not finite.
    """
    if size > len(pool.ids):
        raise InputError(f"{size:,} samples are asked of a pool of {len(pool.ids):,}; lower `query` or `rounds`")
    for field in fields(pool):
        values = getattr(pool, field.name)
        if values is not None and not np.isfinite(values).all():
            raise InputError(f"{field.name} of the pool are not all finite numbers: training diverged")
    rows, scores = strategy(pool.ordered(), size, generator)
    return Choice(np.argsort(pool.ids)[rows], scores)


def highest(scores: np.ndarray, size: int, generator: np.random.Generator) -> Choice:
    """The `size` highest of `scores` [sample], highest first; ties in random order."""
    shuffled = generator.permutation(len(scores))
    contenders = shuffled[scores[shuffled] >= np.partition(scores, -size)[-size]]
    # Stable, because other sorts leave ties in an order that depends on the processor.
    rows = contenders[np.argsort(-scores[contenders], kind="stable")[:size]]
    return Choice(rows, scores[rows])
