"""How a pool is put in order and checked, and how scores become a choice."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from superposition.errors import InputError
from superposition.selection import Choice, Pool, highest, select


def pool() -> Pool:
    """Three samples, not in the order of their ids; whatever is known of sample i starts with i."""
    rows = np.array([[30, 1], [10, 2], [20, 3]], np.float32)
    committee = np.stack([rows, rows + 1])
    return Pool(np.array([30, 10, 20]), rows, rows + 0.5, np.ones((4, 2), np.float32), committee)


def first(pool: Pool, size: int, generator: np.random.Generator) -> Choice:
    """A strategy that takes the first rows it is shown."""
    return Choice(np.arange(size), np.linspace(1, 0, size))


def test_ordered_moves_all_that_is_known_of_a_sample_with_its_id() -> None:
    ordered = pool().ordered()
    assert ordered.ids.tolist() == [10, 20, 30]
    assert ordered.logits.tolist() == [[10, 2], [20, 3], [30, 1]]
    assert ordered.features.tolist() == [[10.5, 2.5], [20.5, 3.5], [30.5, 1.5]]
    assert ordered.committee[:, :, 0].tolist() == [[10, 20, 30], [11, 21, 31]]
    assert ordered.labelled.tolist() == pool().labelled.tolist()


def test_ordered_leaves_out_what_the_pool_lacks() -> None:
    ordered = Pool(np.array([2, 1])).ordered()
    assert ordered.ids.tolist() == [1, 2]
    assert (ordered.logits, ordered.features, ordered.labelled, ordered.committee) == (None,) * 4


def test_select_shows_the_pool_by_id_and_answers_in_its_own_rows() -> None:
    shown = pool()
    chosen = select(first, shown, 2, np.random.default_rng(0))
    assert shown.ids[chosen.rows].tolist() == [10, 20]
    assert chosen.scores.tolist() == [1, 0]


def test_select_passes_the_generator_on() -> None:
    def draw(pool: Pool, size: int, generator: np.random.Generator) -> Choice:
        return Choice(generator.permutation(3)[:size], np.zeros(size))

    drawn = select(draw, pool(), 3, np.random.default_rng(4))
    expected = np.array([10, 20, 30])[np.random.default_rng(4).permutation(3)]
    assert pool().ids[drawn.rows].tolist() == expected.tolist()


def test_select_refuses_more_than_there_are() -> None:
    with pytest.raises(InputError, match=r"^4,000 samples are asked of a pool of 3; lower `query` or `rounds`$"):
        select(first, pool(), 4_000, np.random.default_rng(0))


@pytest.mark.parametrize("field", ["logits", "features", "labelled", "committee"])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_select_refuses_numbers_that_are_not_finite(field: str, value: float) -> None:
    broken = pool()
    getattr(broken, field).flat[0] = value
    with pytest.raises(InputError, match=f"^{field} of the pool are not all finite numbers: training diverged$"):
        select(first, broken, 1, np.random.default_rng(0))


def test_highest_takes_the_highest_first() -> None:
    rows, scores = highest(np.array([0.2, -1, 7, 0.3, 3]), 3, np.random.default_rng(0))
    assert rows.tolist() == [2, 4, 3]
    assert scores.tolist() == [7, 3, 0.3]


@given(scores=st.lists(st.integers(-3, 3), min_size=1, max_size=30), share=st.floats(0, 1), seed=st.integers(0, 9))
def test_highest_equals_a_sort(scores: list[int], share: float, seed: int) -> None:
    size = max(1, round(share * len(scores)))
    chosen = highest(np.array(scores, np.float64), size, np.random.default_rng(seed))
    assert chosen.scores.tolist() == sorted(scores, reverse=True)[:size]
    assert np.array(scores)[chosen.rows].tolist() == chosen.scores.tolist()
    assert len(set(chosen.rows.tolist())) == size


def test_highest_breaks_ties_at_random_and_no_others() -> None:
    scores = np.array([1, 1, 5, 1, 1, 0, 9, 1, 1], np.float32)
    choices = [highest(scores, 4, np.random.default_rng(seed)).rows for seed in range(600)]
    assert all(rows[:2].tolist() == [6, 2] for rows in choices)
    for place in (2, 3):
        times = np.bincount([rows[place] for rows in choices], minlength=9)
        assert times[[2, 5, 6]].sum() == 0
        assert times[[0, 1, 3, 4, 7, 8]].min() > 55  # each 100 times, give or take 9
