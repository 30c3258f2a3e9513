"""Distances between points: double precision, scikit-learn, and what single precision cannot tell apart."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist
from sklearn.neighbors import NearestNeighbors

from superposition import geometry
from superposition.geometry import approach, mean_to_neighbours, points, squared_distances


def random_factor(n: int, units: int, seed: int = 0, mean: float = 0) -> np.ndarray:
    """float32 [point, unit]."""
    return (mean + np.random.default_rng(seed).normal(size=(n, units))).astype(np.float32)


def outer_products(a: np.ndarray, h: np.ndarray) -> np.ndarray:
    """a (x) h, written out in float64 [point, class x unit]."""
    return np.einsum("nc,nd->ncd", a, h, dtype=np.float64).reshape(len(a), -1)


def squares(these: np.ndarray, those: np.ndarray) -> np.ndarray:
    """Squared distances by definition, in float64."""
    return cdist(these.astype(np.float64), those.astype(np.float64), "sqeuclidean")


def test_distances_of_a_right_triangle() -> None:
    corners = points(np.array([[0, 0], [3, 0], [0, 4]], np.float32))
    found = squared_distances(corners.at(slice(0, 2)), corners.at(torch.tensor([2, 0])))
    assert found.tolist() == [[16, 0], [25, 9]]


@given(n=st.integers(1, 20), units=st.integers(1, 40), classes=st.integers(1, 12), seed=st.integers(0, 99))
@settings(max_examples=50)
def test_distances_of_outer_products_are_those_of_their_entries(n: int, units: int, classes: int, seed: int) -> None:
    a, h = random_factor(n, classes, seed), random_factor(n, units, seed + 1, mean=1)
    written_out = outer_products(a, h)
    found = squared_distances(points(a, h).at(slice(1, None)), points(a, h))
    assert found.numpy() == pytest.approx(squares(written_out[1:], written_out), rel=1e-4, abs=1e-4)


@pytest.mark.parametrize(("units", "mean"), [(1, 0), (512, 0), (2048, 3)])
def test_equal_points_are_at_no_distance_however_many_units(units: int, mean: float) -> None:
    factors = random_factor(50, units, mean=mean), random_factor(50, 1000, seed=1)
    for parts in (factors[:1], factors):
        twice = points(*(np.repeat(part, 2, axis=0) for part in parts))
        found, equal = squared_distances(twice, twice).numpy(), np.kron(np.eye(50), np.ones((2, 2))) == 1
        assert (found[equal] == 0).all() and (found[~equal] > 0).all()


@pytest.mark.parametrize("block", [16, 64, 10**6])
@pytest.mark.parametrize("centres", [1, 5, 1000])
def test_approach_keeps_the_distance_to_the_nearest(block: int, centres: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(geometry, "BLOCK", block)
    monkeypatch.setattr(geometry, "CENTRES", centres)
    values = random_factor(40, 8)
    nearest = torch.full((30,), torch.inf)
    nearest[4] = 0.5
    approach(nearest, points(values[:30]), points(values[30:]))
    expected = squares(values[:30], values[30:]).min(axis=1)
    expected[4] = 0.5
    assert nearest.numpy() == pytest.approx(expected, rel=1e-5)


def test_approach_to_nothing_changes_nothing() -> None:
    nearest, three = torch.full((3,), torch.inf), points(random_factor(3, 2))
    approach(nearest, three, three.at(slice(0)))
    assert nearest.isinf().all()


@pytest.mark.parametrize("block", [1, 100, 10**6])
@pytest.mark.parametrize("number", [1, 4, 29])
def test_mean_distance_to_neighbours_equals_scikit_learn(
    number: int, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(geometry, "BLOCK", block)
    values = random_factor(30, 8)
    expected, _ = NearestNeighbors(n_neighbors=number).fit(values).kneighbors()
    assert mean_to_neighbours(points(values), number).numpy() == pytest.approx(expected.mean(axis=1), rel=1e-5)


def test_a_point_is_not_its_own_neighbour_but_its_copy_is() -> None:
    three = points(np.array([[0, 0], [3, 4], [3, 4]], np.float32))
    assert mean_to_neighbours(three, 1).tolist() == [5, 0, 0]
    assert mean_to_neighbours(three, 2).tolist() == [5, 2.5, 2.5]
