"""What every strategy holds to, whatever it is after."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from superposition import plugins
from superposition.selection import Pool


def pool_of(size: int, seed: int) -> Pool:
    return Pool(np.random.default_rng(seed).normal(size=(size, 5)).astype(np.float32))


@pytest.mark.parametrize("name", plugins.names("strategy"))
class TestEveryStrategy:
    @given(size=st.integers(1, 60), share=st.floats(0, 1), seed=st.integers(0, 99))
    @settings(max_examples=30)
    def test_takes_the_number_asked_for_and_none_twice(self, name: str, size: int, share: float, seed: int) -> None:
        wanted = max(1, round(share * size))
        chosen = plugins.load("strategy", name).choose(pool_of(size, seed), wanted, np.random.default_rng(seed))
        assert len(chosen.rows) == len(set(chosen.rows.tolist())) == len(chosen.scores) == wanted
        assert set(chosen.rows.tolist()) <= set(range(size))

    def test_depends_on_its_inputs_alone(self, name: str) -> None:
        choose = plugins.load("strategy", name).choose
        first, again = (choose(pool_of(50, 0), 10, np.random.default_rng(3)) for _ in range(2))
        np.random.seed(1)
        assert first.rows.tolist() == again.rows.tolist()
        assert first.scores.tolist() == again.scores.tolist()

    def test_breaks_ties_at_random(self, name: str) -> None:
        constant = Pool(np.zeros((100, 5), np.float32))
        choose = plugins.load("strategy", name).choose
        picks = np.concatenate([choose(constant, 10, np.random.default_rng(seed)).rows for seed in range(200)])
        times = np.bincount(picks, minlength=100)
        assert times.min() > 5
        assert times.max() < 45  # each 20 times, give or take; by index, ten of them 200 times

    def test_leaves_its_input_alone(self, name: str) -> None:
        pool = pool_of(30, 0)
        before = pool.logits.copy()
        plugins.load("strategy", name).choose(pool, 5, np.random.default_rng(0))
        assert np.array_equal(pool.logits, before)


def test_least_confidence_takes_the_flattest_predictions_first() -> None:
    logits = np.array([[9, 0, 0], [1, 1, 1], [2, 1, 0], [5, 0, 0]], np.float32)
    chosen = plugins.load("strategy", "least_confidence").choose(Pool(logits), 3, np.random.default_rng(0))
    assert chosen.rows.tolist() == [1, 2, 3]
    assert chosen.scores[0] == pytest.approx(2 / 3)


def test_least_confidence_still_orders_what_double_precision_calls_certain() -> None:
    logits = np.array([[90, 0], [40, 0], [60, 0]], np.float32)
    chosen = plugins.load("strategy", "least_confidence").choose(Pool(logits), 3, np.random.default_rng(0))
    assert chosen.rows.tolist() == [1, 2, 0]


def test_random_takes_every_sample_equally_often() -> None:
    choose = plugins.load("strategy", "random").choose
    picks = np.concatenate([choose(pool_of(20, 0), 5, np.random.default_rng(seed)).rows for seed in range(2_000)])
    assert np.bincount(picks).std() < 3 * np.sqrt(2_000 * 0.25 * 0.75)
