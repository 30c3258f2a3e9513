"""Linear probe: classes that a plane separates or not, scikit-learn's ridge regression, folds, and invariances."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import Ridge
from sklearn.model_selection import PredefinedSplit, cross_val_predict

from superposition.activations import Activations
from superposition.errors import InputError
from superposition.metrics import linear_probe
from tests.small_results import activations, classes_at, rotation, simplex


def accuracy(shown: Activations) -> float:
    """The probe's answer."""
    found = linear_probe.measure(shown)["accuracy"]
    assert isinstance(found, float)
    return found


def noise(n: int, units: int, classes: int) -> Activations:
    """Features that know nothing of their class."""
    shown = activations(n=n, units=units, classes=classes)
    return replace(shown, values=np.random.default_rng(5).normal(size=(n, units)))


def test_separate_classes_are_read_and_noise_is_guessed() -> None:
    assert accuracy(classes_at(simplex(5), spread=0.05, each=20)) == 1
    assert accuracy(noise(2000, 10, 4)) == pytest.approx(1 / 4, abs=0.04)


def test_a_boundary_that_is_not_flat_is_not_read() -> None:
    corners = np.array([[1, 1], [-1, -1], [1, -1], [-1, 1]])
    shown = classes_at(corners, spread=0.1, each=100)
    assert accuracy(shown) == 1
    assert accuracy(replace(shown, labels=shown.labels // 2)) < 0.65


@pytest.mark.parametrize(("n", "units"), [(203, 6), (60, 90)])
def test_it_equals_scikit_learns_ridge_with_the_same_folds_and_penalties(n: int, units: int) -> None:
    shown = activations(n=n, units=units, classes=3)
    shown = replace(shown, values=shown.values + 3 * np.random.default_rng(1).normal(size=(n, units)))
    targets = np.eye(3)[shown.labels]
    folds = PredefinedSplit(np.arange(n) // 3 % 5)  # labels are 0, 1, 2, 0, 1, 2, ...
    answers = [
        cross_val_predict(Ridge(penalty * n * shown.values.var(axis=0).mean()), shown.values, targets, cv=folds)
        for penalty in linear_probe.PENALTIES
    ]
    best = min(answers, key=lambda found: float(np.square(found - targets).sum()))
    assert accuracy(shown) == pytest.approx(np.mean(best.argmax(axis=1) == shown.labels))


@given(st.lists(st.integers(0, 4), min_size=1, max_size=80))
def test_every_class_is_dealt_out_evenly_by_id(labels: list[int]) -> None:
    of = np.array(labels)
    ids = np.random.default_rng(len(labels)).permutation(len(labels))
    folds = linear_probe._folds(of, ids)
    for label in set(labels):
        in_order = folds[of == label][np.argsort(ids[of == label])]
        assert in_order.tolist() == [place % 5 for place in range(len(in_order))]


@given(st.integers(0, 1000), st.floats(0.001, 1000), st.floats(-10, 10))
@settings(max_examples=20)
def test_the_probe_ignores_scale_rotation_and_the_origin(seed: int, scale: float, shift: float) -> None:
    shown = activations(seed)
    turned = replace(shown, values=(shown.values.astype(np.float64) + shift) @ rotation(seed, 8) * scale)
    assert accuracy(turned) == pytest.approx(accuracy(shown))


def test_rare_classes_and_dead_units_are_no_obstacle() -> None:
    values = np.zeros((7, 3))
    values[0, 0] = 1
    labels = np.array([0, 1, 1, 1, 1, 1, 1])
    shown = Activations(values, np.eye(2)[labels], labels, np.arange(7), "avgpool", ["a", "b"])
    assert accuracy(shown) == pytest.approx(6 / 7)


def test_single_classes_and_constant_features_are_refused() -> None:
    with pytest.raises(InputError, match="layer avgpool: linear_probe needs 2 or more classes"):
        linear_probe.measure(replace(activations(), labels=np.zeros(60, np.int64)))
    with pytest.raises(
        InputError, match="layer avgpool: linear_probe is undefined, all samples have the same features"
    ):
        linear_probe.measure(classes_at(np.full((3, 4), 0.1)))
