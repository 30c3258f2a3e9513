"""Polysemanticity: units that stand for one thing or two, scikit-learn's k-means and silhouette, ties, and limits."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score

from superposition import two_means, unit_scores
from superposition.activations import Activations, Distribution
from superposition.errors import InputError
from superposition.metrics import polysemanticity
from tests.small_features import of_things
from tests.small_results import activations, rotation


def clouds(sets: int, points: int, dimensions: int, apart: float = 0, seed: int = 0) -> np.ndarray:
    """Round clouds [set, point, dimension], half of the points moved `apart` along the first dimension."""
    found = np.random.default_rng(seed).normal(size=(sets, points, dimensions))
    found[:, points // 2 :, 0] += apart
    return found


def split(sets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The clusters of each set, and their silhouettes."""
    products = two_means.inner_products(sets)
    side = two_means.two_means(products)
    return side, two_means.mean_silhouettes(products, side)


def scatter(points: np.ndarray, side: np.ndarray) -> float:
    """Sum of squares about the two centres."""
    return sum(float(np.square(some - some.mean(axis=0)).sum()) for some in (points[side], points[~side]))


@pytest.mark.parametrize("points", [3, 4, 20, 64])
def test_silhouettes_equal_scikit_learns(points: int) -> None:
    sets = clouds(5, points, 6)
    sides, found = split(sets)
    expected = [silhouette_score(some, side) for some, side in zip(sets, sides, strict=True)]
    assert found == pytest.approx(expected)


def test_two_clouds_are_found() -> None:
    sets = clouds(10, 30, 8, apart=9)
    sides, _ = split(sets)
    assert np.all((sides[:, :15] == sides[:, :1]) & (sides[:, 15:] != sides[:, :1]))


@pytest.mark.parametrize("dimensions", [1, 2, 30])
def test_one_start_does_almost_as_well_as_ten_of_scikit_learn(dimensions: int) -> None:
    sets = clouds(20, 40, dimensions, seed=1)
    ours = [scatter(some, side) for some, side in zip(sets, split(sets)[0], strict=True)]
    best = [KMeans(2, n_init=10, random_state=0).fit(some).inertia_ for some in sets]
    assert np.mean(np.array(ours) / best) == pytest.approx(1, abs=0.02)


def test_k_means_has_come_to_rest() -> None:
    for some, side in zip(clouds(20, 40, 3), split(clouds(20, 40, 3))[0], strict=True):
        to_centres = [np.linalg.norm(some - some[members].mean(axis=0), axis=1) for members in (side, ~side)]
        assert np.array_equal(to_centres[0] < to_centres[1], side)


def test_points_that_are_all_the_same_are_one_thing() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert split(np.full((2, 7, 3), 0.1, np.float32))[1].tolist() == [0, 0]


@pytest.mark.parametrize(("dimensions", "expected"), [(1, 0.56), (2, 0.34), (10, 0.10), (500, 0.01)])
def test_one_cloud_scores_what_the_docstring_says(dimensions: int, expected: float) -> None:
    assert split(clouds(50, 64, dimensions))[1].mean() == pytest.approx(expected, abs=0.015)


def silhouette_of_unit(shown: Activations, unit: int) -> float:
    """The number of one unit."""
    kinds = unit_scores.two_kinds(shown.values, np.array([unit]), 64)
    return float(two_means.mean_silhouettes(kinds.products, kinds.side)[0])


def test_units_of_two_things_score_high_and_of_one_low() -> None:
    shown = of_things([[0], [3], [0, 1], [2, 3]])
    found = [silhouette_of_unit(shown, unit) for unit in range(4)]
    assert max(found[:2]) < 0.1 and min(found[2:]) > 0.5


def test_a_units_own_activation_does_not_count() -> None:
    shown = of_things([[0]])
    values = shown.values.copy()
    values[:, 0] *= np.where(np.arange(len(values)) % 8 == 0, 100, 1)
    assert silhouette_of_unit(replace(shown, values=values), 0) < 0.1


def test_quantities_describe_the_units_that_fire() -> None:
    shown = of_things([[0], [0, 1], [], [0]])
    values = shown.values.copy()
    values[20:, 3] = 0  # five images are left
    shown = replace(shown, values=values)
    units = np.array([unit for unit in range(values.shape[1]) if unit not in (2, 3)])
    each = np.array([silhouette_of_unit(shown, unit) for unit in units])
    found = polysemanticity.measure(shown)
    assert found["left_out"] == 2
    for name, expected in {"mean": each.mean(), "sd": each.std(), "median": np.median(each)}.items():
        assert found[name] == pytest.approx(expected)
    assert found["split"] == pytest.approx(np.mean(each > 0.25))
    histogram = found["histogram"]
    assert isinstance(histogram, Distribution)
    assert histogram.value == pytest.approx(np.histogram(each, 100, (-1, 1), density=True)[0])


@pytest.mark.parametrize(("n", "classes", "expected"), [(1280, 10, 64), (1270, 10, 63), (60, 3, 10), (40, 5, 4)])
def test_top_images_are_half_a_class_or_64(n: int, classes: int, expected: int) -> None:
    assert unit_scores.number_of_images(activations(n=n, classes=classes)) == expected


def test_of_equals_the_lower_id_is_in_whatever_the_order() -> None:
    shown = activations(n=90, units=4)
    shown = replace(shown, values=np.minimum(shown.values, 0.5))
    order = np.random.default_rng(0).permutation(90)
    fields = {name: getattr(shown, name)[order] for name in ("values", "logits", "labels", "ids")}
    assert polysemanticity.measure(replace(shown, **fields))["mean"] == polysemanticity.measure(shown)["mean"]


@given(st.integers(0, 1000), st.floats(0.001, 1000), st.floats(-10, 10))
@settings(max_examples=20)
def test_it_ignores_scale_and_the_origin(seed: int, scale: float, shift: float) -> None:
    shown = replace(activations(seed), values=np.random.default_rng(seed).normal(size=(60, 8)))
    moved = replace(shown, values=(shown.values + shift) * scale)
    assert polysemanticity.measure(moved)["mean"] == pytest.approx(polysemanticity.measure(shown)["mean"])


def test_it_depends_on_the_units_themselves() -> None:
    shown = of_things([[0], [1], [2], [3]])
    turned = replace(shown, values=shown.values @ rotation(0, 34))
    assert polysemanticity.measure(turned)["mean"] != pytest.approx(polysemanticity.measure(shown)["mean"], abs=0.01)


def test_too_few_images_and_dead_layers_are_refused() -> None:
    with pytest.raises(InputError, match="polysemanticity needs 8 samples or more a class, not 60 of 10 classes"):
        polysemanticity.measure(activations(classes=10))
    with pytest.raises(InputError, match="layer avgpool: polysemanticity is undefined, no unit has 10 images above"):
        polysemanticity.measure(replace(activations(), values=np.zeros((60, 8))))
