"""TypiClust: samples in plain sight, one choice at a time by definition, and scikit-activeml."""

from collections import Counter

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from skactiveml.pool import TypiClust

from superposition.selection import Choice, Pool
from superposition.strategies import typiclust

SIZES = [30, 25, 40, 9, 4]
"""Samples of each group, the labelled among them."""


def groups(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """float32 features [sample, 8] of length 1 around as many axes as there are groups, and their groups [sample]."""
    of = np.repeat(np.arange(len(SIZES)), SIZES)
    generator = np.random.default_rng(seed)
    order = generator.permutation(len(of))
    features = np.eye(8)[of] + 0.1 * generator.normal(size=(len(of), 8))
    features /= np.linalg.norm(features, axis=1, keepdims=True)
    return features[order].astype(np.float32), of[order]


def by_axis(features: np.ndarray, number: int, generator: np.random.Generator) -> tuple[np.ndarray, None]:
    """The groups, in place of k-means."""
    return features.argmax(axis=1), None


def choice(features: np.ndarray, labelled: np.ndarray, size: int, seed: int = 0) -> Choice:
    """What typiclust takes."""
    pool = Pool(np.arange(len(features)), features=features, labelled=labelled)
    return typiclust.choose(pool, size, np.random.default_rng(seed))


def one_by_one(features: np.ndarray, labelled: int, size: int) -> Choice:
    """The same by definition, of features of length 1; the first `labelled` are labelled already."""
    of = dict(enumerate(features.argmax(axis=1).tolist()))
    members = {group: [row for row in of if of[row] == group] for group in set(of.values())}
    typicality = {}
    for group in members.values():
        for row in group:
            distances = sorted(cdist(features[[row]], features[[other for other in group if other != row]])[0])[:20]
            typicality[row] = 1 / (sum(distances) / len(distances) + 1e-5)
    covered, taken = Counter(of[row] for row in range(labelled)), list(range(labelled))
    for _ in range(size):
        left = {group: [row for row in rows if row not in taken] for group, rows in members.items()}
        groups = [group for group in left if left[group]]
        best = min(groups, key=lambda group: (len(members[group]) <= 5, covered[group], -len(members[group])))
        taken.append(max(left[best], key=lambda row: typicality[row]))
        covered[best] += 1
    rows = np.array(taken[labelled:])
    return Choice(rows - labelled, np.array([typicality[row] for row in rows.tolist()]))


@pytest.mark.parametrize("labelled", [0, 1, 7, 60])
@pytest.mark.parametrize("size", [1, 4, 48])
def test_equals_one_choice_at_a_time(size: int, labelled: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typiclust, "k_means", by_axis)
    features, _ = groups()
    found, expected = choice(features[labelled:], features[:labelled], size), one_by_one(features, labelled, size)
    assert found.rows.tolist() == expected.rows.tolist()
    assert found.scores == pytest.approx(expected.scores, rel=1e-4)


class ByAxis:
    """`by_axis` as scikit-activeml asks for it."""

    def __init__(self, n_clusters: int) -> None:
        """n_clusters: not used."""

    def fit_predict(self, features: np.ndarray) -> np.ndarray:
        """The groups."""
        return features.argmax(axis=1)


def test_equals_scikit_activeml(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typiclust, "k_means", by_axis)
    features, of = groups(seed=1)
    order = np.argsort(of != 1, kind="stable")[3:]  # 22 of group 1 come first; the rest of it is left out
    known = np.where(np.arange(len(order)) < 22, 0, np.nan)
    reference = TypiClust(cluster_algo=ByAxis, n_cluster_param_name="n_clusters", k=20, random_state=0)
    expected = reference.query(features[order].astype(np.float64), known, batch_size=3)
    found = choice(features[order[22:]], features[order[:22]], 3)
    assert (found.rows + 22).tolist() == expected.tolist()


def test_takes_the_middle_of_the_largest_group_without_a_label() -> None:
    features, of = groups()
    middles = np.eye(8, dtype=np.float32)[[0, 1, 2]]
    pool, labelled = np.concatenate([features[of < 3], middles]), features[of == 2][:2]
    rows, _ = choice(pool, labelled, 2)
    assert rows.tolist() == [len(pool) - 3, len(pool) - 2]  # the middle of 31 samples, then that of 26


def test_length_does_not_matter() -> None:
    features, _ = groups()
    lengths = np.random.default_rng(0).uniform(0.5, 20, size=(len(features), 1)).astype(np.float32)
    expected, found = (choice(each[9:], each[:9], 20).rows for each in (features, features * lengths))
    assert found.tolist() == expected.tolist()


@pytest.mark.parametrize(("labelled", "size", "clusters"), [(3, 4, 7), (3, 40, 43), (60, 48, 50)])
def test_as_many_clusters_as_will_be_labelled_up_to_a_limit(
    labelled: int, size: int, clusters: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def k_means(features: np.ndarray, number: int, generator: np.random.Generator) -> tuple[np.ndarray, None]:
        asked.append(number)
        return by_axis(features, number, generator)

    monkeypatch.setattr(typiclust, "k_means", k_means)
    monkeypatch.setattr(typiclust, "MOST_CLUSTERS", 50)
    features, _ = groups()
    choice(features[labelled:], features[:labelled], size)
    assert asked == [clusters]


def test_features_that_are_all_zero_are_no_obstacle() -> None:
    features, _ = groups()
    features[5] = 0
    rows, scores = choice(features[1:], features[:1], len(features) - 1)
    assert sorted(rows.tolist()) == list(range(len(features) - 1))
    assert np.isfinite(scores).all()
