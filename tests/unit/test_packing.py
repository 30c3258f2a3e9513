"""Class means and a head as packed vectors: known polytopes, frames, bounds, invariances, and what is undefined."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import pdist

from superposition import packing
from superposition.activations import Distribution, Quantities
from superposition.class_means import centred, class_means
from superposition.errors import InputError
from superposition.metrics import capacity, coherence
from tests.small_results import activations, classes_at, rotation, simplex


def polygon(corners: int) -> np.ndarray:
    """Corners of a regular polygon [corner, 2]."""
    angles = 2 * np.pi * np.arange(corners) / corners
    return np.column_stack([np.cos(angles), np.sin(angles)])


CUBE = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)])
TETRAHEDRON = CUBE[CUBE.prod(axis=1) == 1].astype(np.float64)
KNOWN = {
    "orthonormal": (np.eye(4, 6), 1),
    "antipodal pair": (np.array([[1.0], [-1.0]]), 1 / 2),
    "triangle": (polygon(3), 2 / 3),
    "tetrahedron": (TETRAHEDRON, 3 / 4),
    "pentagon": (polygon(5), 2 / 5),
    "square antiprism": (np.column_stack([polygon(8), np.tile([0.5**0.5, -(0.5**0.5)], 4)]), 3 / 8),
    "simplex": (simplex(10), 9 / 10),
}


@pytest.mark.parametrize("vectors", [vectors for vectors, _ in KNOWN.values()], ids=list(KNOWN))
@pytest.mark.parametrize("length", [1, 1e-9, 1e9])
def test_dimensionality_of_known_sets(vectors: np.ndarray, length: float) -> None:
    expected = next(share for known, share in KNOWN.values() if known is vectors)
    assert packing.dimensionality(vectors * length) == pytest.approx(np.full(len(vectors), expected))


def test_a_zero_vector_has_no_dimension_and_takes_none() -> None:
    assert packing.dimensionality(np.array([[1, 0], [0, 0], [0, 2]])).tolist() == [1, 0, 1]
    assert packing.dimensionality(np.zeros((3, 2))).tolist() == [0, 0, 0]


@given(st.integers(0, 1000), st.integers(1, 12), st.integers(1, 8))
@settings(max_examples=50)
def test_dimensions_are_shared_out_once(seed: int, number: int, dimensions: int) -> None:
    vectors = np.random.default_rng(seed).normal(size=(number, dimensions))
    shares = packing.dimensionality(vectors)
    assert np.all((shares > 0) & (shares <= 1 + 1e-12))
    assert shares.sum() <= min(number, dimensions) + 1e-9


@pytest.mark.parametrize(
    ("vectors", "dimensions"),
    [(simplex(7), 6), (polygon(3), 2), (TETRAHEDRON, 3), (np.array([[1.0], [-1.0]]), 1)],
    ids=["simplex", "triangle", "tetrahedron", "antipodal pair"],
)
def test_equiangular_tight_frames_reach_the_welch_bound(vectors: np.ndarray, dimensions: int) -> None:
    largest = abs(packing.cosines(vectors, "frame")).max()
    assert packing.welch_bound(len(vectors), dimensions) == pytest.approx(largest)


@given(st.integers(0, 1000), st.integers(2, 20), st.integers(1, 10))
@settings(max_examples=50)
def test_no_set_gets_below_the_welch_bound(seed: int, number: int, dimensions: int) -> None:
    vectors = np.random.default_rng(seed).normal(size=(number, dimensions))
    assert abs(packing.cosines(vectors, "set")).max() >= packing.welch_bound(number, dimensions) - 1e-12


def test_cosines_equal_scipy_and_name_zero_vectors() -> None:
    vectors = np.random.default_rng(0).normal(size=(9, 4))
    assert packing.cosines(vectors, "set") == pytest.approx(1 - pdist(vectors, "cosine"))
    vectors[3] = 0
    with pytest.raises(InputError, match="set: 1 of 9 vectors are all zero and have no direction"):
        packing.cosines(vectors, "set")


def test_a_collapsed_network_fills_its_dimensions() -> None:
    shown = replace(classes_at(simplex(5) + 3, spread=0.1), head=simplex(5))
    found = capacity.measure(shown) | coherence.measure(shown)
    for of in ("means.centred", "head.centred"):
        assert found[f"{of}.mean"] == pytest.approx(4 / 5)
        assert found[f"{of}.filled"] == pytest.approx(1)
        assert found[f"{of}.mutual"] == pytest.approx(1 / 4)
        assert found[f"{of}.over_welch"] == pytest.approx(1)
    assert isinstance(found["means.mean"], float) and found["means.mean"] < 0.25  # all share the common mean


def test_capacity_lists_shares_from_the_highest() -> None:
    each = capacity.measure(classes_at(np.array([[1.0, 0, 0], [0, 1, 0], [0, 2, 0], [0, 0, 3]])))["means.each"]
    assert isinstance(each, Distribution)
    assert each.at.tolist() == [1, 2, 3, 4]
    assert each.value == pytest.approx([1, 1, 4 / 5, 1 / 5])


def test_without_a_head_there_is_nothing_about_it() -> None:
    for metric in (capacity, coherence):
        with_head = metric.measure(activations())
        assert {name for name in with_head if not name.startswith("head.")} == set(
            metric.measure(replace(activations(), head=None))
        )
        assert {name.removeprefix("means.") for name in with_head if name.startswith("means.")} == {
            name.removeprefix("head.") for name in with_head if name.startswith("head.")
        }


def test_welch_is_left_out_where_orthogonal_directions_fit() -> None:
    assert "means.over_welch" not in coherence.measure(classes_at(np.eye(3)))
    assert coherence.measure(classes_at(polygon(3)))["means.over_welch"] == pytest.approx(1)


@given(st.integers(0, 1000), st.floats(0.001, 1000))
@settings(max_examples=20)
def test_packing_ignores_scale_and_rotation(seed: int, scale: float) -> None:
    shown, turn = activations(seed), rotation(seed, 8) * scale
    assert shown.head is not None
    turned = replace(shown, values=shown.values @ turn, head=shown.head @ turn)
    assert numbers(capacity.measure(turned)) == pytest.approx(numbers(capacity.measure(shown)), rel=1e-4)
    assert numbers(coherence.measure(turned)) == pytest.approx(numbers(coherence.measure(shown)), rel=1e-4)


def numbers(quantities: Quantities) -> dict[str, float]:
    """All but the distributions."""
    return {name: value for name, value in quantities.items() if isinstance(value, float)}


def test_class_means_are_those_of_classes_that_occur() -> None:
    means = np.array([[1.0, 2], [3, 4], [5, 6]])
    shown = classes_at(means, spread=1)
    renamed = replace(shown, labels=np.array([7, 2, 4])[shown.labels])
    assert class_means(renamed, "capacity") == pytest.approx(means[[1, 2, 0]])


def test_what_rounding_leaves_is_no_direction() -> None:
    vectors = np.array([[0.1, 0.7], [0.3, 0.1], [0.2, 0.4]])
    assert centred(vectors)[2].tolist() == [0, 0]
    assert packing.dimensionality(centred(vectors)) == pytest.approx([1 / 2, 1 / 2, 0])


@pytest.mark.parametrize("metric", [capacity, coherence])
@pytest.mark.parametrize("constant", [0, 0.1])
def test_classes_with_the_same_mean_are_refused(metric: object, constant: float) -> None:
    with pytest.raises(InputError, match=r"layer avgpool: \w+ is undefined, all classes have the same mean"):
        metric.measure(classes_at(np.full((3, 4), constant)))  # type: ignore[attr-defined]
