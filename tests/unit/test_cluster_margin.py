"""Cluster-Margin: which samples are candidates, and turns among their clusters by definition."""

from collections import Counter

import numpy as np
import pytest

from superposition.selection import Choice, Pool
from superposition.strategies import cluster_margin

UNEQUAL = [0, 0, 0, 1, 0, 2, 0, 1, 0, 1]


def pool_of(samples: int, pattern: list[int]) -> tuple[Pool, np.ndarray]:
    """A pool in groups far apart, which take turns as in `pattern`, and its groups [sample]; margins ascend."""
    of = np.resize(pattern, samples)
    features = 100 * np.eye(10)[of] + np.random.default_rng(1).normal(size=(samples, 10))
    logits = np.stack([np.linspace(0.1, 5, samples), np.zeros(samples), np.full(samples, -9)], axis=1)
    return Pool(np.arange(samples), logits.astype(np.float32), features.astype(np.float32)), of


def by_group(features: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """The groups, in place of linkage."""
    return features.argmax(axis=1)


def choice(pool: Pool, size: int, seed: int = 0) -> Choice:
    """What cluster_margin takes."""
    return cluster_margin.choose(pool, size, np.random.default_rng(seed))


def turns(groups: list[int], size: int) -> list[int]:
    """Whose turn it is: again and again each group that has some left, the smallest first."""
    left, found = Counter(groups), []
    ascending = sorted(left, key=left.__getitem__)
    while len(found) < size:
        for group in ascending:
            if left[group]:
                found.append(group)
                left[group] -= 1
    return found[:size]


@pytest.mark.parametrize(("size", "candidates"), [(1, 10), (4, 40), (5, 50), (20, 50), (50, 50), (51, 51), (100, 100)])
def test_candidates_are_the_least_margins(size: int, candidates: int, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = []

    def note(features: np.ndarray, generator: np.random.Generator) -> np.ndarray:
        shown.append(features)
        return by_group(features, generator)

    monkeypatch.setattr(cluster_margin, "average_linkage", note)
    pool, _ = pool_of(100, UNEQUAL)
    rows, scores = choice(pool, size)
    assert np.array_equal(shown[0], pool.features[:candidates])
    assert rows.max() < candidates
    p = np.exp(pool.logits[rows].astype(np.float64))
    assert scores == pytest.approx(1 - (p[:, 0] - p[:, 1]) / p.sum(axis=1), rel=1e-5)


@pytest.mark.parametrize("size", [1, 2, 3, 10, 40, 60, 100])
def test_clusters_take_turns_from_the_smallest(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster_margin, "average_linkage", by_group)
    pool, of = pool_of(100, UNEQUAL)
    candidates = of[: max(size, min(10 * size, 50))].tolist()
    assert of[choice(pool, size).rows].tolist() == turns(candidates, size)


def test_any_of_a_cluster_and_any_of_equal_clusters_is_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster_margin, "average_linkage", by_group)
    pool, _ = pool_of(20, [0, 1])
    choices = [choice(pool, 20, seed).rows for seed in range(400)]
    times = np.bincount([rows[0] for rows in choices], minlength=20)
    assert times.min() >= 5  # each 20 times, give or take 4


def test_finds_the_clusters_itself() -> None:
    pool, of = pool_of(250, list(range(10)))
    assert sorted(of[choice(pool, 10).rows].tolist()) == list(range(10))
