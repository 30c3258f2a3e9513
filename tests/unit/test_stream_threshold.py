"""The strategy that meets the pool as a stream: it decides at once, keeps to the budget, and still prefers doubt."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skactiveml.stream.budgetmanager import VariableUncertaintyBudgetManager

from superposition.selection import Pool
from superposition.strategies.stream_threshold import choose, taken_from_stream


def uncertainties(gap: float, samples: int = 4_000, seed: int = 0) -> np.ndarray:
    """1 - p1 of two classes whose logits are so far apart on average: 0.3 a doubtful network's, 10 a certain one's."""
    return 1 / (1 + np.exp(np.random.default_rng(seed).gamma(2, gap / 2, samples)))


def mean_rank(stream: np.ndarray, taken: list[int]) -> float:
    """How uncertain the samples taken are among all, from 0 to 1."""
    return float(stream.argsort().argsort()[taken].mean() / (len(stream) - 1))


def test_moves_the_threshold_as_reckoned_by_hand() -> None:
    # Threshold .5; .5 (1 - 2/5) = .3; .3 (1 - 2/4 / sqrt 2) = .194, below .25, so taken; .194 (1 + 1/3 / sqrt 3) = .231
    assert taken_from_stream(np.array([0.5, 0.2, 0.25, 0.232, 0.9]), 2) == [2, 3]
    assert taken_from_stream(np.array([0.5, 0.2, 0.25, 0.231, 0.9]), 2) == [2, 4]


def test_waits_while_ahead_of_its_budget() -> None:
    # All but the first are above the threshold; but when .7 arrives, 2 of 6 have, and a third of those is less than 1.
    assert taken_from_stream(np.array([0.1, 0.6, 0.7, 0.8, 0.9, 0.95]), 2) == [1, 3]


@given(
    stream=st.lists(st.floats(1e-12, 1), min_size=1, max_size=60),
    share=st.floats(0, 1),
    cut=st.integers(0, 60),
    rest=st.floats(1e-12, 1),
)
def test_spends_its_budget_and_never_looks_ahead(stream: list[float], share: float, cut: int, rest: float) -> None:
    size = max(1, round(share * len(stream)))
    taken = taken_from_stream(np.array(stream), size)
    assert len(taken) == size and taken == sorted(set(taken)) and taken[-1] < len(stream)
    otherwise = taken_from_stream(np.array(stream[:cut] + [rest] * len(stream[cut:])), size)
    assert [place for place in taken if place < cut] == [place for place in otherwise if place < cut]


@pytest.mark.parametrize("gap", [0.3, 3, 10])
@pytest.mark.parametrize("size", [40, 400, 2_000])
def test_spends_evenly_and_on_the_uncertain(gap: float, size: int) -> None:
    for seed in range(3):
        stream = uncertainties(gap, seed=seed)
        taken = taken_from_stream(stream, size)
        lag = np.abs(np.array(taken) / len(stream) - np.arange(size) / size).max()
        assert lag < 0.15
        best, any_ = 1 - size / len(stream) / 2, 0.5
        assert mean_rank(stream, taken) > any_ + 0.7 * (best - any_)


@pytest.mark.parametrize("stream", [np.linspace(1, 0.1, 1_000), np.linspace(0.1, 1, 1_000), np.full(1_000, 0.5)])
def test_spends_evenly_whatever_comes(stream: np.ndarray) -> None:
    taken = np.array(taken_from_stream(stream, 100))
    assert np.abs(taken / 1_000 - np.arange(100) / 100).max() < 0.2


def test_the_unit_of_uncertainty_does_not_matter() -> None:
    stream = uncertainties(3)
    assert taken_from_stream(stream, 400) == taken_from_stream(stream * 2.0**-40, 400)


@pytest.mark.parametrize("gap", [0.3, 3, 10])
def test_takes_more_uncertain_samples_than_equal_steps_do(gap: float) -> None:
    stream = uncertainties(gap)
    equal_steps = VariableUncertaintyBudgetManager(budget=0.1).query_by_utility(stream)
    assert len(equal_steps) == pytest.approx(400, rel=0.1)
    assert mean_rank(stream, taken_from_stream(stream, len(equal_steps))) > mean_rank(stream, equal_steps) + 0.05


def test_answers_in_order_of_arrival_with_the_uncertainty_that_decided() -> None:
    stream = uncertainties(3, 200)
    logits = np.stack([np.log(1 - stream), np.log(stream)], axis=1).astype(np.float32)
    chosen = choose(Pool(np.arange(200), logits), 30, np.random.default_rng(5))
    arrivals = np.random.default_rng(5).permutation(200)
    places = np.argsort(arrivals)[chosen.rows]
    assert places.tolist() == taken_from_stream(stream[arrivals], 30)
    assert chosen.scores == pytest.approx(stream[chosen.rows], rel=1e-5)
