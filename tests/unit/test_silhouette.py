"""Silhouettes: known answers, scikit-learn's answers, double precision, and invariances."""

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist
from sklearn.metrics import silhouette_samples, silhouette_score

from superposition import silhouettes
from superposition.errors import InputError
from superposition.metrics import silhouette
from tests.small_features import of_rows, turned
from tests.small_results import activations


def samples(values: np.ndarray, of: np.ndarray) -> np.ndarray:
    """Euclidean silhouettes [sample]."""
    return silhouettes.silhouettes(silhouettes.euclidean_sums(values, of), of, np.bincount(of))


def clusters(n: int, classes: int, width: float, units: int = 64) -> tuple[np.ndarray, np.ndarray]:
    """Features [sample, unit] that scatter by `width` about their class's mean, far from the origin; their classes."""
    random = np.random.default_rng(0)
    of = np.r_[np.arange(classes), random.integers(0, classes, n - classes)]
    values = 5 + random.normal(size=(classes, units))[of] + width * random.normal(size=(n, units))
    return values.astype(np.float32), of


def test_two_pairs() -> None:
    shown = of_rows([[0, 0], [0, 2], [10, 0], [10, 2]], [0, 0, 1, 1])
    between = (10 + 104**0.5) / 2
    assert silhouette.measure(shown)["mean"] == pytest.approx((between - 2) / between)


def test_directions_of_two_pairs() -> None:
    shown = of_rows([[1, 0], [3, 0], [0, 5], [1, 1]], [0, 0, 1, 1])
    near = 1 - 0.5**0.5
    others = ((1 + near) / 2, near)
    expected = (2 * 1 + (1 - near) / 1 + 0) / 4
    assert others[1] < others[0]
    assert silhouette.measure(shown)["cosine.mean"] == pytest.approx(expected)


@pytest.mark.parametrize(("n", "classes"), [(20, 2), (100, 5), (101, 50), (64, 63)])
def test_equals_scikit_learn(n: int, classes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silhouettes, "ROWS", 8)
    monkeypatch.setattr(silhouettes, "COLUMNS", 24)
    shown = activations(n=n, units=32, classes=classes)
    found, values = silhouette.measure(shown), shown.values.astype(np.float64)
    assert found["mean"] == pytest.approx(silhouette_score(values, shown.labels), abs=1e-6)
    assert found["cosine.mean"] == pytest.approx(silhouette_score(values, shown.labels, metric="cosine"), abs=1e-6)


def test_samples_without_a_direction_are_at_distance_one() -> None:
    shown = activations(n=40)
    values = shown.values.copy()
    values[[3, 4, 9]] = 0
    found = silhouette.measure(replace(shown, values=values))["cosine.mean"]
    assert found == pytest.approx(silhouette_score(values.astype(np.float64), shown.labels, metric="cosine"), abs=1e-9)


@pytest.mark.parametrize("width", [1, 1e-2, 1e-3])
@pytest.mark.parametrize("classes", [4, 150])
def test_classes_that_have_shrunk_to_points_keep_their_silhouettes(width: float, classes: int) -> None:
    values, of = clusters(600, classes, width)
    assert np.allclose(samples(values, of), silhouette_samples(values.astype(np.float64), of), rtol=0, atol=1e-6)


def test_classes_that_share_a_place_far_from_the_rest() -> None:
    values, of = clusters(600, 3, 0.5)
    values[of == 2] += 20
    values[of == 1] += values[of == 0].mean(axis=0) - values[of == 1].mean(axis=0)
    assert np.allclose(samples(values, of), silhouette_samples(values.astype(np.float64), of), rtol=0, atol=1e-5)


def test_equal_samples_are_at_no_distance() -> None:
    values = np.repeat(activations(n=30, units=512).values, 2, axis=0)
    of = np.tile([0, 0, 1], 20)
    distances = cdist(values.astype(np.float64), values.astype(np.float64))
    expected = np.array([distances[:, of == number].sum(axis=1) for number in (0, 1)]).T
    assert np.allclose(silhouettes.euclidean_sums(values, of), expected, rtol=1e-6)


def test_a_class_of_one_sample_and_classes_in_one_place_count_zero() -> None:
    assert silhouette.measure(of_rows([[0, 1], [0, 3], [5, 1]], [0, 0, 1]))["mean"] == pytest.approx(
        silhouette_score([[0, 1], [0, 3], [5, 1]], [0, 0, 1])
    )
    parallel = of_rows([[0.1, 0.3], [0.2, 0.6], [0.3, 0.9], [0.7, 2.1]], [0, 0, 1, 1])
    assert silhouette.measure(parallel)["cosine.mean"] == pytest.approx(0, abs=1e-9)


@given(seed=st.integers(0, 1000), scale=st.floats(0.001, 1000), shift=st.floats(-10, 10))
@settings(max_examples=20, deadline=None)
def test_order_rotation_and_scale_do_not_matter_nor_a_shift_of_points(seed: int, scale: float, shift: float) -> None:
    shown = activations(seed)
    expected = silhouette.measure(shown)
    assert silhouette.measure(turned(shown, seed, scale, shift))["mean"] == pytest.approx(expected["mean"], abs=1e-5)
    found = silhouette.measure(turned(shown, seed, scale))["cosine.mean"]
    assert found == pytest.approx(expected["cosine.mean"], abs=1e-5)


def test_memory_holds_no_table_of_pairs() -> None:
    shown = activations(n=8_000, units=16)
    tracemalloc.start()
    silhouette.measure(shown)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 32e6 < 8_000**2 * 4


@pytest.mark.parametrize(
    ("labels", "found"), [([1, 1, 1], "1 class in 3 samples"), ([0, 1, 2], "3 classes in 3 samples")]
)
def test_needs_classes(labels: list[int], found: str) -> None:
    with pytest.raises(InputError, match=rf"layer layer4.1.conv2: silhouette needs 2 or more classes.*{found}"):
        silhouette.measure(of_rows([[1, 0], [2, 0], [0, 1]], labels))


def test_needs_samples_that_differ() -> None:
    with pytest.raises(InputError, match=r"layer layer4.1.conv2: silhouette is undefined, all samples have the same"):
        silhouette.measure(of_rows([[0.1, 0.2]] * 4, [0, 0, 1, 1]))
