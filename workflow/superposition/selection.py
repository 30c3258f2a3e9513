"""What strategies share: the pool they see and how a score becomes a choice."""

from typing import NamedTuple

import numpy as np


class Pool(NamedTuple):
    """The samples that may be chosen, in the order of their ids. logits: float32 [sample, class]."""

    logits: np.ndarray


class Choice(NamedTuple):
    """Rows of the pool in the order they were chosen, and their scores (higher: sooner)."""

    rows: np.ndarray
    scores: np.ndarray


def highest(scores: np.ndarray, size: int, generator: np.random.Generator) -> Choice:
    """The `size` highest of `scores` [sample], highest first; ties in random order."""
    shuffled = generator.permutation(len(scores))
    rows = shuffled[np.argsort(-scores[shuffled], kind="stable")[:size]]
    return Choice(rows, scores[rows])
