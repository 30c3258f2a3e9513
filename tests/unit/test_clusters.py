"""Clusters of samples: groups that anyone can see, scikit-learn's average linkage, and turns taken one by one."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.cluster import AgglomerativeClustering
from sklearn.metrics import adjusted_rand_score

from superposition import clusters


def groups(sizes: list[int], apart: float = 100, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """float32 [sample, 5] in groups that are `apart`, and their numbers [sample]."""
    of = np.repeat(np.arange(len(sizes)), sizes)
    features = apart * np.eye(5)[of] + np.random.default_rng(seed).normal(size=(len(of), 5))
    return features.astype(np.float32), of


@pytest.mark.parametrize("number", [5, 60])
def test_k_means_depends_on_its_generator_alone(number: int) -> None:
    features, _ = groups([100, 100])
    first, again, other = (clusters.k_means(features, number, np.random.default_rng(seed)) for seed in (0, 0, 1))
    assert np.array_equal(first[0], again[0]) and np.array_equal(first[1], again[1])
    assert not np.array_equal(first[0], other[0])


@pytest.mark.parametrize("exact", [0, 50])
def test_k_means_finds_groups_and_their_centres(exact: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "EXACT", exact)
    features, of = groups([50, 30, 20])
    found, centres = clusters.k_means(features, 3, np.random.default_rng(0))
    assert adjusted_rand_score(of, found) == 1
    for group in range(3):
        assert centres[found[of == group][0]] == pytest.approx(features[of == group].mean(axis=0), abs=2)


@pytest.mark.parametrize("exact", [0, 50])
def test_k_means_of_equal_samples_is_silent(exact: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "EXACT", exact)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found, _ = clusters.k_means(np.ones((20, 3), np.float32), 7, np.random.default_rng(0))
    assert len(set(found.tolist())) == 1


@pytest.mark.parametrize("samples", [20, 99, 500])
def test_average_linkage_equals_scikit_learn(samples: int) -> None:
    features = np.random.default_rng(samples).normal(size=(samples, 5)).astype(np.float32)
    found = clusters.average_linkage(features, np.random.default_rng(0))
    expected = AgglomerativeClustering(samples // 10, linkage="average").fit_predict(features)
    assert adjusted_rand_score(expected, found) == 1


@pytest.mark.parametrize("samples", [1, 2, 19])
def test_few_samples_are_one_cluster(samples: int) -> None:
    features = np.random.default_rng(0).normal(size=(samples, 5)).astype(np.float32)
    assert clusters.average_linkage(features, np.random.default_rng(0)).tolist() == [0] * samples


def test_average_linkage_of_more_than_it_can_merge_still_finds_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "LEAVES", 50)
    features, of = groups([400, 300, 200, 60, 40])
    found = clusters.average_linkage(features, np.random.default_rng(0))
    assert adjusted_rand_score(of, found) == 1


def test_places_by_score_within_each_cluster() -> None:
    assert clusters.places(np.array([7, 2, 7, 2, 7]), np.array([1, 5, 3, 6, 2])).tolist() == [2, 1, 0, 0, 1]


@given(samples=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=30))
def test_places_count_what_comes_first(samples: list[tuple[int, int]]) -> None:
    of, scores = np.array(samples, np.int64).reshape(-1, 2).T
    first_to_last = sorted(range(len(samples)), key=lambda row: (-scores[row], row))
    expected = [[row for row in first_to_last if of[row] == of[one]].index(one) for one in range(len(samples))]
    assert clusters.places(of, scores).tolist() == expected
