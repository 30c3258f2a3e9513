"""Neural collapse: a collapsed network, one whose scatter is known, the definition word for word, and invariances."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.neighbors import NearestCentroid

from superposition.activations import Activations
from superposition.errors import InputError
from superposition.metrics import neural_collapse
from tests.small_results import activations, classes_at, rotation, simplex


@pytest.mark.parametrize("classes", [2, 3, 10])
def test_a_collapsed_network_has_0_0_0_and_1(classes: int) -> None:
    corners = simplex(classes)
    turn = rotation(0, classes)
    shown = replace(classes_at((7 * corners + 2) @ turn), head=0.1 * corners @ turn)
    names = ("nc1", "nc2.lengths", "nc2.angles", "head.nc2.lengths", "head.nc2.angles", "head.nc3")
    assert neural_collapse.measure(shown) == pytest.approx({**dict.fromkeys(names, 0), "nc4": 1}, abs=1e-12)


def test_scatter_within_classes_counts_against_that_between_them() -> None:
    values = np.array([[-3, 1], [-1, -1], [1, 5], [3, -5]])
    labels = np.array([0, 0, 1, 1])
    shown = Activations(values, np.eye(2)[labels], labels, np.arange(4), "avgpool", ["a", "b"])
    # Variance 1 within and 2^2 between classes along the first unit; the second tells no classes apart.
    assert neural_collapse.measure(shown)["nc1"] == pytest.approx(1 / 4 / 2)


def test_nc1_is_the_trace_with_the_pseudo_inverse() -> None:
    shown = activations(n=90, units=20, classes=5)
    values, labels = shown.values.astype(np.float64), shown.labels
    means = np.array([values[labels == label].mean(axis=0) for label in range(5)])
    within = np.cov((values - means[labels]).T, bias=True)
    between = np.cov(means.T, bias=True)
    expected = np.trace(within @ np.linalg.pinv(between, rcond=1e-10, hermitian=True)) / 5
    assert neural_collapse.measure(shown)["nc1"] == pytest.approx(expected)


def test_simplex_is_measured_by_lengths_and_angles() -> None:
    means = np.array([[2.0, 0], [0, 1], [-2, -1]])
    lengths = np.array([2, 1, 5**0.5])
    cosines = np.array([0, -2 / 5**0.5, -1 / 5**0.5])
    found = neural_collapse.measure(classes_at(means))
    assert found["nc2.lengths"] == pytest.approx(lengths.std() / lengths.mean())
    assert found["nc2.angles"] == pytest.approx(abs(cosines + 1 / 2).mean())


@pytest.mark.parametrize(("head", "expected"), [(simplex(3), 0), (-simplex(3), 4), (np.roll(simplex(3), 1, 0), 3)])
def test_head_mirrors_the_class_means_or_not(head: np.ndarray, expected: float) -> None:
    shown = replace(classes_at(simplex(3) + 1), head=head)
    assert neural_collapse.measure(shown)["head.nc3"] == pytest.approx(expected, abs=1e-12)


def test_rows_of_classes_that_do_not_occur_are_left_out() -> None:
    shown = classes_at(simplex(3))
    head = np.insert(simplex(3), 1, 9, axis=0)
    renamed = replace(shown, labels=np.array([0, 2, 3])[shown.labels], head=head)
    assert neural_collapse.measure(renamed)["head.nc3"] == pytest.approx(0, abs=1e-12)


def test_nc4_compares_the_networks_decisions_with_scikit_learns_nearest_centroid() -> None:
    shown = activations(n=300, classes=5)
    nearest = NearestCentroid().fit(shown.values, shown.labels).predict(shown.values)
    assert neural_collapse.measure(shown)["nc4"] == pytest.approx(np.mean(nearest == shown.logits.argmax(axis=1)))


def test_nc4_does_not_ask_who_is_right() -> None:
    shown = classes_at(simplex(4), spread=0.01)
    wrong = replace(shown, logits=np.roll(shown.logits, 1, axis=1))
    assert neural_collapse.measure(wrong)["nc4"] == 0
    misplaced = replace(shown, values=np.roll(simplex(4), 1, axis=0)[shown.labels], logits=simplex(4)[shown.labels])
    assert neural_collapse.measure(misplaced)["nc4"] == 1


@given(st.integers(0, 1000), st.floats(0.001, 1000), st.floats(-100, 100))
@settings(max_examples=20)
def test_collapse_ignores_scale_rotation_and_the_origin(seed: int, scale: float, shift: float) -> None:
    shown, turn = activations(seed), rotation(seed, 8) * scale
    assert shown.head is not None
    turned = replace(shown, values=(shown.values.astype(np.float64) + shift) @ turn, head=shown.head @ turn)
    assert neural_collapse.measure(turned) == pytest.approx(neural_collapse.measure(shown), rel=1e-4)


def test_without_a_head_there_is_nothing_about_it() -> None:
    assert set(neural_collapse.measure(replace(activations(), head=None))) == {
        "nc1",
        "nc2.lengths",
        "nc2.angles",
        "nc4",
    }


def test_what_is_undefined_is_named() -> None:
    with pytest.raises(InputError, match="layer avgpool: neural_collapse is undefined, all classes have the same mean"):
        neural_collapse.measure(classes_at(np.zeros((3, 4)), spread=0))
    with pytest.raises(InputError, match="layer avgpool: neural_collapse of the head: 3 of 3 vectors are all zero"):
        neural_collapse.measure(replace(classes_at(simplex(3)), head=np.zeros((3, 3))))
    with pytest.raises(InputError, match="layer avgpool: neural_collapse needs 2 or more classes"):
        neural_collapse.measure(replace(activations(), labels=np.zeros(60, np.int64)))
