"""BADGE: gradients written out, every probability of a draw, scikit-activeml, and where all is equal."""

from itertools import permutations

import numpy as np
import pytest
from scipy.special import softmax
from scipy.stats import chisquare
from skactiveml.base import SkactivemlClassifier
from skactiveml.pool import Badge

from superposition import geometry
from superposition.selection import Choice, Pool
from superposition.strategies import badge


def pool_of(samples: int, classes: int = 3, units: int = 4, seed: int = 0) -> Pool:
    """A pool of random logits, and features as after a ReLU."""
    generator = np.random.default_rng(seed)
    logits = 2 * generator.normal(size=(samples, classes)).astype(np.float32)
    features = np.maximum(generator.normal(size=(samples, units)), 0).astype(np.float32)
    return Pool(np.arange(samples), logits, features)


def choice(pool: Pool, size: int, seed: int) -> Choice:
    """What badge takes."""
    return badge.choose(pool, size, np.random.default_rng(seed))


def gradients(pool: Pool) -> np.ndarray:
    """(p - e_yhat) (x) h by definition, float64 [sample, class x unit]."""
    errors = softmax(pool.logits.astype(np.float64), axis=1)
    errors[np.arange(len(errors)), errors.argmax(axis=1)] -= 1
    return np.einsum("nc,nd->ncd", errors, pool.features, dtype=np.float64).reshape(len(errors), -1)


def to_nearest(points: np.ndarray, centres: list[int]) -> np.ndarray:
    """Squared distances [point] to the nearest of `centres`."""
    return np.min([np.square(points - points[centre]).sum(axis=1) for centre in centres], axis=0)


def written_out(pool: Pool, size: int, generator: np.random.Generator) -> Choice:
    """The same draws from the same random numbers, with whole gradients and every distance anew."""
    order = generator.permutation(len(pool.ids))
    points = gradients(pool)[order]
    lengths = np.square(points).sum(axis=1)
    rows, scores = [int(lengths.argmax())], [lengths.max()]
    while len(rows) < size:
        number, weights = min(badge.PROPOSALS, len(rows)), to_nearest(points, rows)
        drawn = np.searchsorted(weights.cumsum(), generator.random(number) * weights.sum(), side="right")
        bars = generator.random(number) * weights[drawn]
        for row, bar in zip(drawn.tolist(), bars.tolist(), strict=True):
            now = to_nearest(points, rows)[row]
            if now > bar and len(rows) < size:
                rows.append(row)
                scores.append(now)
    return Choice(order[rows], np.array(scores))


def test_errors_of_known_probabilities() -> None:
    logits = np.log(np.array([[0.5, 0.25, 0.25], [0.125, 0.125, 0.75]], np.float32)) - 7
    assert badge._errors(logits) == pytest.approx(np.array([[-0.5, 0.25, 0.25], [0.125, 0.125, -0.25]]), rel=1e-5)


def test_errors_of_certain_samples_do_not_cancel() -> None:
    found = badge._errors(np.array([[0, 30, -1], [60, 0, 1]], np.float32))
    small, smaller = np.exp([-30.0, -31]), np.exp([-60.0, -59])
    assert found == pytest.approx(
        np.array([[small[0], -small.sum(), small[1]], [-smaller.sum(), *smaller]]), rel=1e-4, abs=0
    )


@pytest.mark.parametrize("proposals", [1, 5, 1024])
@pytest.mark.parametrize("seed", range(3))
def test_equals_whole_gradients_given_the_same_random_numbers(
    seed: int, proposals: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(badge, "PROPOSALS", proposals)
    pool = pool_of(100, classes=5, units=16, seed=seed)
    found, expected = (take(pool, 60, np.random.default_rng(seed)) for take in (badge.choose, written_out))
    assert found.rows.tolist() == expected.rows.tolist()
    assert found.scores == pytest.approx(expected.scores, rel=1e-3)


def test_every_sequence_is_as_likely_as_k_means_plus_plus_makes_it() -> None:
    pool, size, repeats = pool_of(6), 4, 4_000
    points = gradients(pool)
    first = int(np.square(points).sum(axis=1).argmax())
    probabilities = {}
    for rest in permutations(set(range(6)) - {first}, size - 1):
        sequence, probability = [first], 1.0
        for row in rest:
            weights = to_nearest(points, sequence)
            probability *= weights[row] / weights.sum()
            sequence.append(row)
        probabilities[tuple(sequence)] = probability
    times = dict.fromkeys(probabilities, 0)
    for seed in range(repeats):
        times[tuple(choice(pool, size, seed).rows.tolist())] += 1
    expected = repeats * np.array(list(probabilities.values()))
    assert chisquare(list(times.values()), expected).pvalue > 0.01


class OneLayer(SkactivemlClassifier):  # type: ignore[misc]
    """softmax(features x weights)."""

    def fit(self, X: np.ndarray, y: np.ndarray) -> "OneLayer":
        return self

    def predict_proba(self, X: np.ndarray) -> np.ndarray:
        return softmax(X @ WEIGHTS, axis=1)


WEIGHTS = np.random.default_rng(9).normal(size=(4, 3))


def test_equals_scikit_activeml_which_has_the_origin_for_a_centre() -> None:
    features = pool_of(30).features.astype(np.float64)
    unlabelled, classifier = np.full(30, np.nan), OneLayer(classes=range(3))
    query = Badge(random_state=0).query
    rows, utilities = query(features, unlabelled, classifier, fit_clf=False, batch_size=2, return_utilities=True)
    pool = Pool(np.arange(30), np.float32(features @ WEIGHTS), np.float32(features))
    choices = [choice(pool, 2, seed) for seed in range(100)]
    assert {int(found.rows[0]) for found in choices} == {rows[0]}
    to_origin = np.square(gradients(pool)).sum(axis=1)
    seconds = {int(found.rows[1]): found.scores[1] for found in choices if utilities[1][found.rows[1]] > 0}
    sums = [min(score, to_origin[row]) / utilities[1][row] for row, score in seconds.items()]
    assert sums == pytest.approx([sums[0]] * len(sums), rel=1e-4)
    assert len(sums) > 10


def test_the_origin_is_no_centre() -> None:
    certain = np.tile(np.array([40, 0], np.float32), (9, 1))
    pool = Pool(np.arange(10), np.concatenate([[[0, 0]], certain]).astype(np.float32), np.ones((10, 4), np.float32))
    for seed in range(10):
        rows, scores = choice(pool, 2, seed)
        assert rows[0] == 0 and rows[1] > 0
        assert scores == pytest.approx([2, 2])  # from the origin, what is certain would be at no distance


def test_copies_are_drawn_last_and_any_of_them() -> None:
    one = pool_of(5, seed=3)
    pool = Pool(np.arange(20), np.repeat(one.logits, 4, axis=0), np.repeat(one.features, 4, axis=0))
    choices = [choice(pool, 20, seed) for seed in range(300)]
    for rows, scores in choices:
        assert sorted(rows.tolist()) == list(range(20))
        assert len(set((rows[:5] // 4).tolist())) == 5
        assert (scores[:5] > 0).all() and (scores[5:] == 0).all()
    for place in (5, 19):
        times = np.bincount([rows[place] for rows, _ in choices], minlength=20)
        assert times.min() >= 5  # each 15 times, give or take 4
    first = np.bincount([rows[0] for rows, _ in choices], minlength=20)
    assert np.count_nonzero(first) == 4 and first.max() < 75 + 5 * 7.5


def test_none_is_drawn_twice_even_if_rounding_leaves_it_at_a_distance(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(geometry, "ROUNDING", 0)
    pool = pool_of(20, classes=50, units=700)
    same = Pool(np.arange(100), np.resize(pool.logits, (100, 50)), np.resize(pool.features, (100, 700)))
    for seed in range(20):
        assert sorted(choice(same, 100, seed).rows.tolist()) == list(range(100))
