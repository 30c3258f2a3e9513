"""What every strategy holds to, whatever it is after and whatever it needs."""

import pickle
import random
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st

from superposition import plugins
from superposition.errors import InputError
from superposition.selection import Choice, Pool, Strategy, select

STRATEGIES = plugins.names("strategy")
HELD_FOR = {
    "logits": ("logits",),
    "features": ("features", "labelled"),
    "committee": ("committee",),
    "dropout": ("committee",),
}
"""What a pool holds for each word of `NEEDS`."""

CLASSES, UNITS, LABELLED, MEMBERS = 4, 6, 7, 3


def held(name: str) -> list[str]:
    """What a pool holds for a strategy."""
    needs = plugins.declared("strategy", name)["NEEDS"]
    return sorted({field for need in needs for field in HELD_FOR[need]})


def pool_for(name: str, samples: int, spread: float = 1, seed: int = 0) -> Pool:
    """A pool that holds just what a strategy needs: numbers around zero, or nothing but zeros without spread."""
    shapes = {
        "logits": (samples, CLASSES),
        "features": (samples, UNITS),
        "labelled": (LABELLED, UNITS),
        "committee": (MEMBERS, samples, CLASSES),
    }
    generator = np.random.default_rng(seed)
    values = {field: spread * generator.normal(size=shapes[field]).astype(np.float32) for field in held(name)}
    return Pool(ids=3 * np.arange(samples) + 5, **values)


def permuted(pool: Pool, order: np.ndarray) -> Pool:
    """The same pool with its rows in another order."""
    moved: dict[str, Any] = {"ids": pool.ids[order]}
    for field, axis in (("logits", 0), ("features", 0), ("committee", 1)):
        if getattr(pool, field) is not None:
            moved[field] = getattr(pool, field).take(order, axis)
    return replace(pool, **moved)


def global_generators() -> bytes:
    """The state of every generator that a strategy could use behind our back."""
    return pickle.dumps((random.getstate(), np.random.get_state(), torch.get_rng_state().numpy()))


def taken(choose: Strategy, pool: Pool, size: int, seed: int = 0) -> Choice:
    """What `select` answers, with a generator of its own."""
    return select(choose, pool, size, np.random.default_rng(seed))


@pytest.fixture(params=STRATEGIES)
def name(request: pytest.FixtureRequest) -> str:
    """Each strategy in turn."""
    return str(request.param)


@pytest.fixture
def choose(name: str) -> Strategy:
    """Its function."""
    function: Strategy = plugins.load("strategy", name).choose
    return function


def test_declares_what_it_needs_and_says_what_it_takes(name: str, choose: Strategy) -> None:
    needs = plugins.declared("strategy", name)["NEEDS"]
    assert isinstance(needs, tuple) and set(needs) <= HELD_FOR.keys() and len(set(needs)) == len(needs)
    assert plugins.summary("strategy", name).endswith(".")
    assert choose.__doc__


def test_uses_all_that_it_needs(name: str, choose: Strategy) -> None:
    for need in plugins.declared("strategy", name)["NEEDS"]:
        without = replace(pool_for(name, 10), **dict.fromkeys(HELD_FOR[need]))
        with pytest.raises((AttributeError, TypeError)):
            choose(without, 3, np.random.default_rng(0))


@pytest.mark.parametrize("name", STRATEGIES)
@given(samples=st.integers(1, 40), share=st.floats(0, 1), spread=st.sampled_from([0, 0.1, 30]), seed=st.integers(0, 9))
@example(samples=1, share=1, spread=1, seed=0)
@example(samples=40, share=1, spread=1, seed=0)
@example(samples=40, share=1, spread=0, seed=0)
@example(samples=40, share=0, spread=0, seed=0)
@settings(max_examples=25)
def test_takes_the_number_asked_for_and_none_twice(
    name: str, samples: int, share: float, spread: float, seed: int
) -> None:
    size = max(1, round(share * samples))
    rows, scores = taken(plugins.load("strategy", name).choose, pool_for(name, samples, spread, seed), size, seed)
    assert rows.shape == scores.shape == (size,)
    assert len(set(rows.tolist())) == size and set(rows.tolist()) <= set(range(samples))
    assert np.isfinite(scores).all()


def test_takes_the_same_samples_of_a_permuted_pool(name: str, choose: Strategy) -> None:
    pool = pool_for(name, 40)
    expected = taken(choose, pool, 12)
    for seed in range(3):
        other = permuted(pool, np.random.default_rng(seed).permutation(40))
        found = taken(choose, other, 12)
        assert other.ids[found.rows].tolist() == pool.ids[expected.rows].tolist()
        assert found.scores.tolist() == expected.scores.tolist()


def test_depends_on_its_own_generator_alone(name: str, choose: Strategy) -> None:
    pool = pool_for(name, 40)
    first = taken(choose, pool, 12)
    for seed, seed_globally in enumerate((random.seed, np.random.seed, torch.manual_seed)):
        seed_globally(seed)
    again = taken(choose, pool, 12)
    assert first.rows.tolist() == again.rows.tolist()
    assert first.scores.tolist() == again.scores.tolist()


def test_leaves_global_generators_alone(name: str, choose: Strategy) -> None:
    before = global_generators()
    taken(choose, pool_for(name, 40), 12)
    assert global_generators() == before


def test_breaks_ties_at_random(name: str, choose: Strategy) -> None:
    pool = pool_for(name, 30, spread=0)
    choices = [taken(choose, pool, 10, seed).rows for seed in range(200)]
    times = np.bincount(np.concatenate(choices), minlength=30)
    assert times.min() > 67 - 5 * 6.7 and times.max() < 67 + 5 * 6.7  # by index, ten of them 200 times
    assert np.bincount([rows[0] for rows in choices], minlength=30).max() < 25  # each 7 times, give or take


def test_leaves_its_input_alone(name: str, choose: Strategy) -> None:
    pool, before = pool_for(name, 30), pool_for(name, 30)
    choose(pool, 10, np.random.default_rng(0))
    for field in ["ids", *held(name)]:
        assert np.array_equal(getattr(pool, field), getattr(before, field)), field


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_is_not_asked_about_numbers_that_are_not_finite(name: str, choose: Strategy, value: float) -> None:
    for field in held(name):
        pool = pool_for(name, 30)
        getattr(pool, field).flat[-1] = value
        with pytest.raises(InputError, match=f"^{field} of the pool are not all finite numbers: training diverged$"):
            taken(choose, pool, 10)


def test_is_not_asked_for_more_than_the_pool_holds(name: str, choose: Strategy) -> None:
    with pytest.raises(InputError, match=r"^31 samples are asked of a pool of 30; lower `query` or `rounds`$"):
        taken(choose, pool_for(name, 30), 31)
