"""Comparisons over seeds."""

from typing import NamedTuple

import numpy as np
from scipy.special import stdtrit

LEVEL = 0.95


class PairedDifference(NamedTuple):
    """Means of a and b, their difference a - b, and the ends of its 95 % interval (nan for a single pair)."""

    n: int
    mean_a: float
    mean_b: float
    difference: float
    low: float
    high: float


def paired_difference(a: np.ndarray, b: np.ndarray) -> PairedDifference:
    """a - b for n pairs [pair], with Student's t interval: d +- t(n - 1) s / sqrt(n) (Student 1908)."""
    differences = np.asarray(a, np.float64) - np.asarray(b, np.float64)
    n, mean = len(differences), float(differences.mean())
    half = float(stdtrit(n - 1, (1 + LEVEL) / 2) * differences.std(ddof=1) / n**0.5) if n > 1 else float("nan")
    return PairedDifference(n, float(np.mean(a)), float(np.mean(b)), mean, mean - half, mean + half)
