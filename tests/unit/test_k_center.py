"""Greedy k-center: known answers, all distances at once, scikit-activeml, and what must not matter."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist
from skactiveml.pool import CoreSet

from superposition.selection import Choice, Pool
from superposition.strategies import k_center


def choice(features: np.ndarray, labelled: np.ndarray, size: int, seed: int = 0) -> Choice:
    """What k_center takes of `features`, in float32 as networks give them."""
    pool = Pool(np.arange(len(features)), features=np.float32(features), labelled=np.float32(labelled))
    return k_center.choose(pool, size, np.random.default_rng(seed))


def farthest_first(features: np.ndarray, labelled: np.ndarray, size: int) -> Choice:
    """The same by definition: the whole matrix of distances, and every minimum anew for every sample."""
    everything = np.concatenate([features, labelled]).astype(np.float64)
    distances = cdist(everything, everything)
    centres, found = list(range(len(features), len(everything))), []
    for _ in range(size):
        nearest = distances[: len(features), centres].min(axis=1)
        centres.append(int(nearest.argmax()))
        found.append(nearest.max())
    return Choice(np.array(centres[len(labelled) :]), np.array(found))


def clustered(samples: int, seed: int = 0) -> np.ndarray:
    """Features [sample, 20] around five centres, far from the origin."""
    generator = np.random.default_rng(seed)
    return 10 + 3 * generator.normal(size=(5, 20))[np.arange(samples) % 5] + generator.normal(size=(samples, 20))


def test_samples_on_a_line() -> None:
    rows, scores = choice(np.array([[1], [4.5], [10], [6]]), np.array([[0]]), 4)
    assert rows.tolist() == [2, 1, 3, 0]
    assert scores == pytest.approx([10, 4.5, 1.5, 1], rel=1e-6)


@pytest.mark.parametrize("candidates", [1, 2, 7, 40, 1024])
@pytest.mark.parametrize("labelled", [1, 30])
def test_equals_all_distances_anew(labelled: int, candidates: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(k_center, "CANDIDATES", candidates)
    values = clustered(200)
    found, expected = (take(values[labelled:], values[:labelled], 100) for take in (choice, farthest_first))
    assert found.rows.tolist() == expected.rows.tolist()
    assert found.scores == pytest.approx(expected.scores, rel=1e-5)


def test_equals_scikit_activeml() -> None:
    values = clustered(400, seed=1)
    known = np.where(np.arange(400) < 20, 0, np.nan)
    rows, utilities = CoreSet(random_state=0).query(values, known, batch_size=60, return_utilities=True)
    found = choice(values[20:], values[:20], 60)
    assert (found.rows + 20).tolist() == rows.tolist()
    assert found.scores == pytest.approx(np.nanmax(utilities, axis=1), rel=1e-5)


@given(
    positions=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=2, max_size=30),
    labelled=st.integers(0, 3),
    candidates=st.integers(1, 8),
    seed=st.integers(0, 9),
)
@settings(max_examples=200)
def test_every_sample_taken_is_a_farthest_one(
    positions: list[tuple[int, int]], labelled: int, candidates: int, seed: int
) -> None:
    values = np.array(positions)
    labelled = min(labelled, len(values) - 1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(k_center, "CANDIDATES", candidates)
        rows, scores = choice(values[labelled:], values[:labelled], len(values) - labelled, seed)
    assert sorted(rows.tolist()) == list(range(len(values) - labelled))
    distances = cdist(values[labelled:][rows], values)
    for place in range(0 if labelled else 1, len(rows)):
        centres = [*range(labelled), *(rows[:place] + labelled)]
        nearest = distances[place:, centres].min(axis=1)
        assert scores[place] == pytest.approx(nearest.max(), abs=1e-5)
        assert nearest[0] == pytest.approx(nearest.max(), abs=1e-5)


def test_without_a_labelled_sample_the_first_is_any_and_the_rest_follows() -> None:
    values = clustered(12)
    choices = [choice(values, values[:0], 5, seed) for seed in range(600)]
    assert np.bincount([rows[0] for rows, _ in choices], minlength=12).min() > 20  # each 50 times, give or take 7
    for rows, scores in choices[:20]:
        expected = farthest_first(values, values[rows[:1]], 4)
        assert rows[1:].tolist() == expected.rows.tolist()
        assert scores == pytest.approx([0, *expected.scores], rel=1e-5)


@given(seed=st.integers(0, 99), scale=st.floats(0.01, 100), shift=st.floats(-30, 30))
@settings(max_examples=30)
def test_shift_scale_and_rotation_change_nothing(seed: int, scale: float, shift: float) -> None:
    values = clustered(60, seed)
    rotation = np.linalg.qr(np.random.default_rng(seed).normal(size=(20, 20)))[0]
    moved = scale * (values @ rotation + shift)
    expected, found = (choice(each[5:], each[:5], 20).scores for each in (values, moved))
    assert found == pytest.approx(scale * expected, rel=1e-4)  # rows could differ by a tie in single precision


def test_copies_of_what_is_taken_come_last_in_any_order() -> None:
    values = np.repeat(clustered(5), 4, axis=0)
    choices = [choice(values, 2 * values[:1], 20, seed) for seed in range(300)]
    for rows, scores in choices:
        assert len(set((rows[:5] // 4).tolist())) == 5
        assert (scores[:5] > 1).all() and (scores[5:] == 0).all()
    assert np.bincount([rows[-1] for rows, _ in choices], minlength=20).min() >= 5  # each 15 times, give or take 4
