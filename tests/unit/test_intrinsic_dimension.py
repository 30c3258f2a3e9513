"""TwoNN: surfaces of known dimension, scikit-learn's neighbours and fit, twins, and what is undefined."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression
from sklearn.neighbors import NearestNeighbors

from superposition import neighbours
from superposition.activations import Activations
from superposition.errors import InputError
from superposition.metrics import intrinsic_dimension
from tests.small_results import activations, rotation


def of(points: np.ndarray) -> Activations:
    """These features."""
    return replace(activations(n=len(points)), values=points)


def cube(n: int, dimensions: int, units: int, seed: int = 0) -> np.ndarray:
    """Points drawn evenly from a cube of few dimensions, turned into many units."""
    flat = np.zeros((n, units))
    flat[:, :dimensions] = np.random.default_rng(seed).uniform(size=(n, dimensions))
    return flat @ rotation(seed, units)


@pytest.mark.parametrize("dimensions", [1, 2, 5])
def test_known_dimensions(dimensions: int) -> None:
    found = intrinsic_dimension.measure(of(cube(3000, dimensions, 20)))
    assert found["mle"] == pytest.approx(dimensions, rel=0.08)
    assert found["fit"] == pytest.approx(dimensions, rel=0.08)
    assert found["duplicates"] == 0


def test_it_follows_a_curved_surface() -> None:
    angles = np.random.default_rng(0).uniform(0, 2 * np.pi, 2000)
    circles = np.column_stack([f(k * angles) for k in (1, 2, 3) for f in (np.cos, np.sin)])
    assert intrinsic_dimension.measure(of(circles))["mle"] == pytest.approx(1, rel=0.08)


@pytest.mark.parametrize(("n", "units"), [(3, 2), (4, 3), (255, 30), (600, 30)])
@pytest.mark.parametrize("far", [0, 1e4])
def test_neighbours_equal_scikit_learns(n: int, units: int, far: float) -> None:
    points = np.random.default_rng(n).normal(size=(n, units)) + far
    expected, _ = NearestNeighbors(n_neighbors=2, algorithm="kd_tree").fit(points).kneighbors()
    assert neighbours.distances_to_nearest_two(points, np.arange(n)) == pytest.approx(expected)
    some = np.arange(n)[::-2]
    assert neighbours.distances_to_nearest_two(points, some) == pytest.approx(expected[some])


def test_neighbours_much_nearer_than_others_are_seen_exactly() -> None:
    points = np.repeat(100 * np.random.default_rng(0).normal(size=(50, 40)), 5, axis=0)
    points[:, 0] += 1e-5 * np.tile([0, 1, 3, 6, 10], 50)
    found = neighbours.distances_to_nearest_two(points, np.arange(250)).reshape(50, 5, 2)
    expected = 1e-5 * np.array([[1, 3], [1, 2], [2, 3], [3, 4], [4, 7]])
    assert found == pytest.approx(np.broadcast_to(expected, found.shape), rel=1e-6)


def test_mle_and_fit_equal_their_definitions() -> None:
    points = cube(400, 3, 6)
    distances, _ = NearestNeighbors(n_neighbors=2).fit(points).kneighbors()
    logs = np.sort(np.log(distances[:, 1] / distances[:, 0]))
    found = intrinsic_dimension.measure(of(points))
    assert found["mle"] == pytest.approx(1 / logs.mean())
    cumulated = -np.log(1 - np.arange(1, 361) / 400)
    line = LinearRegression(fit_intercept=False).fit(logs[:360, np.newaxis], cumulated)
    assert found["fit"] == pytest.approx(line.coef_[0])


def test_a_few_strays_move_the_fit_less() -> None:
    points = cube(500, 2, 3)
    stray = points[:10] + np.array([0, 1e-7, 0])
    found = intrinsic_dimension.measure(of(np.vstack([points, stray])))
    assert isinstance(found["mle"], float) and isinstance(found["fit"], float)
    assert abs(found["fit"] - 2) < abs(found["mle"] - 2)


def test_twins_count_once() -> None:
    points = cube(300, 2, 5)
    found = intrinsic_dimension.measure(of(np.vstack([points, points[:40], points[:10]])))
    assert found == pytest.approx(intrinsic_dimension.measure(of(points)) | {"duplicates": 50})


@given(st.integers(0, 1000), st.floats(0.001, 1000))
@settings(max_examples=20)
def test_dimension_ignores_scale_rotation_and_order(seed: int, scale: float) -> None:
    points = np.random.default_rng(seed).normal(size=(60, 8))
    order = np.random.default_rng(seed).permutation(60)
    turned = (points @ rotation(seed, 8) * scale)[order]
    assert intrinsic_dimension.measure(of(turned)) == pytest.approx(intrinsic_dimension.measure(of(points)))


def test_too_few_different_samples_are_refused() -> None:
    with pytest.raises(InputError, match="layer avgpool: intrinsic_dimension needs 3 different samples, not 2 of 9"):
        intrinsic_dimension.measure(of(np.tile([[0.0, 1], [1, 0], [1, 0]], (3, 1))))


def test_a_grid_has_no_ratios() -> None:
    with pytest.raises(InputError, match="layer avgpool: intrinsic_dimension is undefined, the nearest two neighbours"):
        intrinsic_dimension.measure(of(np.eye(6)))
