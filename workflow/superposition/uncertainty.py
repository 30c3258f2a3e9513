"""How unsure a network is of each sample, from its logits [sample, class].

p1 >= p2 >= ... are the probabilities of a sample's classes. Everything is reckoned from what the other classes have,
not from what the most likely one lacks, and answered as a natural logarithm. In float32, 1 - p1 is 0 for all samples
whose two largest logits are more than 17 apart, and so is -ln p1: their order, which the logits tell, would be lost.
"""

from collections.abc import Callable
from functools import wraps

import numpy as np

BLOCK = 2**16
"""Logits that are worked on at a time: few enough to stay in a processor's cache, and for their memory to be reused."""

Scoring = Callable[[np.ndarray], np.ndarray]


def in_blocks(score: Scoring) -> Scoring:
    """Apply a function of logits [..., sample, class] to some samples at a time; it answers one number a sample."""

    @wraps(score)
    def scores(logits: np.ndarray) -> np.ndarray:
        samples = logits.shape[-2]
        step = max(1, BLOCK * samples // logits.size)
        return np.concatenate([score(logits[..., start : start + step, :]) for start in range(0, samples, step)])

    return scores


@in_blocks
def log_ratio(logits: np.ndarray) -> np.ndarray:
    """ln(p2 / p1): the difference of the two largest logits."""
    return _rivals(logits)[0]


@in_blocks
def log_error(logits: np.ndarray) -> np.ndarray:
    """ln(1 - p1)."""
    gap, behind = _rivals(logits)
    log_odds = gap + np.log(np.exp(behind).sum(axis=1))  # of 1 - p1 to p1
    return log_odds - np.log1p(np.exp(log_odds))


@in_blocks
def log_closeness(logits: np.ndarray) -> np.ndarray:
    """ln(1 - (p1 - p2))."""
    gap, behind = _rivals(logits)
    others = np.exp(behind).sum(axis=1)  # (1 - p1) / p2
    return gap + np.log1p(others) - np.log1p(np.exp(gap) * others)


@in_blocks
def log_entropy(logits: np.ndarray) -> np.ndarray:
    """ln H, where H = -sum_c p_c ln p_c (Shannon 1948) = -ln p1 - sum_{c > 1} p_c ln(p_c / p1), in nats."""
    gap, behind = _rivals(logits)
    shares = np.exp(behind)  # p_c / p2
    others = shares.sum(axis=1)
    odds = np.maximum(np.exp(gap) * others, np.finfo(np.float64).tiny)  # (1 - p1) / p1, so that p1 = 1 / (1 + odds)
    below = -gap * others - np.einsum("sc,sc->s", shares, behind)
    return gap + np.log(others * np.log1p(odds) / odds + below / (1 + odds))


def _rivals(logits: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How far the runner-up's logit is behind the winner's [sample], and each class's behind the runner-up's
    [sample, class]; the winner itself, which is no rival, is put so far behind that its share is 0.
    """
    winner = logits.argmax(axis=1)[:, None]
    rivals = logits.copy()
    np.put_along_axis(rivals, winner, np.finfo(logits.dtype).min, axis=1)
    runner_up = rivals.max(axis=1, keepdims=True)
    gap = np.subtract(runner_up, np.take_along_axis(logits, winner, axis=1), dtype=np.float64)
    return gap[:, 0], np.subtract(rivals, runner_up, out=rivals)
