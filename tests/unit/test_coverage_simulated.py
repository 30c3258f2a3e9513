"""Intervals cover, and tests err, as often as they say: simulated studies with fixed random numbers."""

from collections.abc import Callable

import numpy as np
import pytest

from superposition import statistics

Draw = Callable[[tuple[int, int]], np.ndarray]


def studies(count: int, seeds: int, draw: str = "normal") -> np.ndarray:
    """Paired differences [study, seed] around a mean of 0."""
    draws: dict[str, Draw] = {
        "normal": lambda size: np.random.default_rng(5).normal(size=size),
        "exponential": lambda size: np.random.default_rng(5).exponential(size=size) - 1,
    }
    return draws[draw]((count, seeds))


def share_within(intervals: list[tuple[float, float]]) -> float:
    """How many of the intervals hold 0."""
    return float(np.mean([low <= 0 <= high for low, high in intervals]))


@pytest.mark.parametrize("seeds", [2, 3, 5, 10])
def test_t_interval_covers_at_the_stated_rate(seeds: int) -> None:
    covered = share_within([statistics.interval(study)[2:] for study in studies(4000, seeds)])
    assert covered == pytest.approx(statistics.LEVEL, abs=4 * (0.95 * 0.05 / 4000) ** 0.5)


@pytest.mark.parametrize("draw", ["normal", "exponential"])
def test_bootstrap_interval_covers_nearly_at_the_stated_rate(draw: str) -> None:
    covered = share_within([statistics.bootstrap_interval(study) for study in studies(500, 5, draw)])
    assert 0.90 < covered < 0.98


def test_p_of_permutations_takes_each_of_its_values_equally_often_where_nothing_is_to_be_found() -> None:
    p = [statistics.p_of_permutations(study) for study in studies(1600, 5)]
    values, counts = np.unique(np.round(np.multiply(p, 16), 9), return_counts=True)
    assert values.tolist() == list(range(1, 17)), "2 / 32, 4 / 32, ... 1"
    assert np.abs(counts - 100).max() < 4 * (100 * 15 / 16) ** 0.5


@pytest.mark.parametrize("true_effects", [0, 3])
def test_holm_keeps_the_chance_of_any_false_positive(true_effects: int) -> None:
    families = studies(6000, 5).reshape(1000, 6, 5)
    families[:, :true_effects] += 5
    p = np.array([[statistics.p_of_t_test(values) for values in family] for family in families])
    corrected = np.array([statistics.holm(family) for family in p])
    false = (corrected[:, true_effects:] < 0.05).any(axis=1).mean()
    uncorrected = (p[:, true_effects:] < 0.05).any(axis=1).mean()
    assert false < 0.05 + 3 * (0.05 * 0.95 / 1000) ** 0.5 < uncorrected
    assert true_effects == 0 or (corrected[:, :true_effects] < 0.05).mean() > 0.95


def test_effect_size_is_right_on_average() -> None:
    sizes = [statistics.effect_size(study + 1) for study in studies(4000, 5)]
    assert np.mean(sizes) == pytest.approx(1, abs=0.05)
