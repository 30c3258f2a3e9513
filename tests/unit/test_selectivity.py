"""Class selectivity: units whose answer is known, invariances, and layers that it refuses."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from superposition.activations import Distribution
from superposition.errors import InputError
from superposition.metrics import selectivity
from tests.small_results import activations, classes_at

# Units by column: one class only, all classes alike, two of four, and 3 against 1.
KNOWN = np.array([[2.0, 5, 1, 3], [0, 5, 1, 1], [0, 5, 0, 1], [0, 5, 0, 1]])


def test_known_units() -> None:
    for unit, expected in enumerate([1, 0, 1 / 2, 1 / 2]):
        found = selectivity.measure(classes_at(np.column_stack([KNOWN[:, unit], KNOWN[:, 0]])))
        assert found["mean"] == pytest.approx((expected + 1) / 2)
    found = selectivity.measure(classes_at(KNOWN))
    assert (found["mean"], found["median"], found["sd"]) == pytest.approx((1 / 2, 1 / 2, 1 / 8**0.5))


def test_histogram_counts_every_unit_that_is_alive() -> None:
    with_dead = np.insert(KNOWN, [0, 4], 0, axis=1)
    found = selectivity.measure(classes_at(with_dead))
    assert found["zero"] == 2
    assert found["mean"] == pytest.approx(1 / 2)
    histogram = found["histogram"]
    assert isinstance(histogram, Distribution)
    assert histogram.value[[0, 25, 49]] / 50 == pytest.approx([1 / 4, 1 / 2, 1 / 4])
    assert histogram.value.sum() / 50 == pytest.approx(1)


def test_it_sees_class_means_alone() -> None:
    means = KNOWN + 9
    assert selectivity.measure(classes_at(means, spread=1))["mean"] == pytest.approx(
        float(selectivity.measure(classes_at(means))["mean"])  # type: ignore[arg-type]
    )


@given(st.integers(0, 1000), st.integers(0, 6))
@settings(max_examples=20)
def test_selectivity_ignores_the_scale_of_each_unit(seed: int, magnitude: int) -> None:
    shown = activations(seed)
    scales = 10 ** np.random.default_rng(seed).uniform(-magnitude, magnitude, 8)
    scaled = replace(shown, values=shown.values * scales)
    for name in ("mean", "sd", "median"):
        assert selectivity.measure(scaled)[name] == pytest.approx(selectivity.measure(shown)[name], abs=1e-6)


def test_negative_activations_are_refused_with_a_remedy() -> None:
    values = activations().values.copy()
    values[3, 1] = -0.5
    shown = replace(activations(layer="layer4.1.conv2"), values=values)
    with pytest.raises(
        InputError, match=r"layer layer4.1.conv2: selectivity needs .* not -0.5; use a layer behind a R"
    ):
        selectivity.measure(shown)


def test_dead_layers_and_single_classes_are_refused() -> None:
    with pytest.raises(InputError, match="layer avgpool: selectivity is undefined, all classes have the same mean"):
        selectivity.measure(classes_at(np.zeros((3, 4))))
    with pytest.raises(InputError, match="layer avgpool: selectivity needs 2 or more classes"):
        selectivity.measure(replace(activations(), labels=np.zeros(60, np.int64)))
