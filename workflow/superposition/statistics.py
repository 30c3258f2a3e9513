"""Comparisons over seeds."""

from typing import NamedTuple

import numpy as np
from scipy.special import stdtrit

LEVEL = 0.95


class Interval(NamedTuple):
    """Mean of n values, and the ends of its 95 % interval (nan for a single value)."""

    n: int
    mean: float
    low: float
    high: float


class PairedDifference(NamedTuple):
    """Means of a and b, their difference a - b, and the ends of its 95 % interval (nan for a single pair)."""

    n: int
    mean_a: float
    mean_b: float
    difference: float
    low: float
    high: float


def interval(values: np.ndarray) -> Interval:
    """Mean of n values [value], with Student's t interval: m +- t(n - 1) s / sqrt(n) (Student 1908)."""
    values = np.asarray(values, np.float64)
    n, mean = len(values), float(values.mean())
    half = float(stdtrit(n - 1, (1 + LEVEL) / 2) * values.std(ddof=1) / n**0.5) if n > 1 else float("nan")
    return Interval(n, mean, mean - half, mean + half)


def paired_difference(a: np.ndarray, b: np.ndarray) -> PairedDifference:
    """a - b for n pairs [pair], with the interval of the mean of their differences."""
    n, difference, low, high = interval(np.asarray(a, np.float64) - np.asarray(b, np.float64))
    return PairedDifference(n, float(np.mean(a)), float(np.mean(b)), difference, low, high)
