"""Cosines of all pairs: known answers, scikit-learn's answers, invariances, weights, and what is left out."""

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics.pairwise import cosine_similarity

from superposition import pairs
from superposition.activations import Activations, Distribution, Quantities
from superposition.errors import InputError
from superposition.metrics import cosine
from tests.small_features import of_rows, turned
from tests.small_results import activations

KINDS = ("sample", "sample.centred", "neuron", "neuron.centred")


def above_diagonal(matrix: np.ndarray) -> np.ndarray:
    return matrix[np.triu_indices(len(matrix), 1)]


def matrix_of(shown: Activations, kind: str) -> np.ndarray:
    """All cosines by scikit-learn, in float64."""
    values = shown.values.astype(np.float64)
    values = values - values.mean(axis=0) if kind.endswith("centred") else values
    vectors = values if kind.startswith("sample") else values.T
    return cosine_similarity(vectors[vectors.any(axis=1)])


def histogram_of(found: Quantities, kind: str) -> np.ndarray:
    histogram = found[f"{kind}.histogram"]
    assert isinstance(histogram, Distribution)
    return histogram.value


def test_known_directions() -> None:
    found = cosine.measure(of_rows([[1, 0], [0, 2], [3, 3]]))
    assert found["sample.mean"] == pytest.approx(2**0.5 / 3)
    assert found["sample.min"] == 0
    assert found["sample.max"] == pytest.approx(0.5**0.5)
    assert found["sample.median"] == pytest.approx(0.5**0.5, abs=1e-5)
    assert found["sample.mean_with_diagonal"] == pytest.approx((3 + 2 * 2**0.5) / 9)
    assert found["neuron.mean"] == pytest.approx(9 / (10 * 13) ** 0.5)
    assert found["neuron.mean_absolute"] == pytest.approx(9 / (10 * 13) ** 0.5)
    assert found["neuron.sd"] == pytest.approx(0, abs=1e-7)


def test_known_directions_from_their_mean() -> None:
    found = cosine.measure(of_rows([[6, 5], [4, 5], [5, 7], [5, 3]]))
    expected = {"mean": -1 / 3, "min": -1, "median": 0, "max": 0, "sd": 2**0.5 / 3, "mean_absolute": 1 / 3}
    for name, value in expected.items():
        assert found[f"sample.centred.{name}"] == pytest.approx(value, abs=1e-5), name
    assert found["neuron.centred.mean"] == pytest.approx(0, abs=1e-7)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n", [3, 15, 16, 17, 100])
def test_equals_scikit_learn_over_all_pairs(n: int, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairs, "ROWS", 8)
    monkeypatch.setattr(pairs, "COLUMNS", 24)
    shown = activations(n=n, units=40)
    found, matrix = cosine.measure(shown), matrix_of(shown, kind)
    expected = above_diagonal(matrix)
    for name, value in {
        "mean": expected.mean(),
        "sd": expected.std(),
        "mean_absolute": np.abs(expected).mean(),
        "min": expected.min(),
        "q25": np.quantile(expected, 0.25),
        "median": np.median(expected),
        "q75": np.quantile(expected, 0.75),
        "max": expected.max(),
        "mean_with_diagonal": matrix.mean(),
        "zero": (n if kind.startswith("sample") else 40) - len(matrix),
    }.items():
        assert found[f"{kind}.{name}"] == pytest.approx(value, abs=1e-5), name


@pytest.mark.parametrize("kind", ["sample", "sample.centred"])
def test_histogram_counts_every_pair(kind: str) -> None:
    shown, pairs_ = activations(n=300), 300 * 299 / 2
    found = cosine.measure(shown)
    counts, edges = np.histogram(above_diagonal(matrix_of(shown, kind)), 200, (-1, 1))
    histogram = found[f"{kind}.histogram"]
    assert isinstance(histogram, Distribution)
    assert np.allclose(histogram.at, (edges[:-1] + edges[1:]) / 2)
    assert np.abs(histogram.value * 0.01 * pairs_ - counts).sum() <= 4  # pairs on an edge, by rounding
    assert histogram.value.sum() * 0.01 == pytest.approx(1)


def test_neurons_about_their_means_have_pearsons_correlation() -> None:
    shown = activations(units=6)
    correlations = above_diagonal(np.corrcoef(shown.values.T.astype(np.float64)))
    found = cosine.measure(shown)
    assert found["neuron.centred.mean"] == pytest.approx(correlations.mean(), abs=1e-6)
    assert found["neuron.centred.max"] == pytest.approx(correlations.max(), abs=1e-6)


def test_weights_are_compared_unit_by_unit_where_a_layer_has_any() -> None:
    shown = replace(activations(), weights=np.array([[0, 2, 0], [0, -3, 0], [4, 0, 0]], np.float32))
    found = cosine.measure(shown)
    expected = {"mean": -1 / 3, "mean_absolute": 1 / 3, "min": -1, "median": 0, "max": 0, "zero": 0}
    for name, value in expected.items():
        assert found[f"weight.{name}"] == pytest.approx(value, abs=1e-5), name
    centred = shown.weights - shown.weights.mean(axis=0)
    about_mean = above_diagonal(cosine_similarity(centred))
    assert found["weight.centred.mean"] == pytest.approx(about_mean.mean(), abs=1e-6)
    without = cosine.measure(replace(shown, weights=None))
    assert found.keys() - without.keys() == {name for name in found if name.startswith("weight.")}


def test_a_long_common_mean_costs_no_precision_once_it_is_gone() -> None:
    shown = activations(n=100)
    far = replace(shown, values=np.float32(4096) + shown.values.astype(np.float16))
    expected = above_diagonal(matrix_of(far, "sample.centred"))
    found = cosine.measure(far)
    assert found["sample.centred.sd"] == pytest.approx(expected.std(), abs=1e-6)
    assert found["sample.sd"] == pytest.approx(above_diagonal(matrix_of(far, "sample")).std(), abs=1e-7)


def test_parallel_and_opposite_rows_stay_within_one() -> None:
    row = list(np.random.default_rng(0).normal(size=50))
    found = cosine.measure(of_rows([row, [7 * x for x in row], [-x for x in row]]))
    assert (found["sample.min"], found["sample.max"]) == pytest.approx((-1, 1), abs=1e-6)
    histogram = histogram_of(found, "sample")
    assert histogram[0] + histogram[-1] == pytest.approx(100)


@pytest.mark.parametrize("constant", [0, 0.1])
def test_dead_and_constant_units_are_counted_and_left_out(constant: float) -> None:
    shown = activations(units=6)
    for values in (shown.values, shown.values.astype(np.float64)):
        found = cosine.measure(replace(shown, values=np.insert(values, [0, 3], constant, axis=1)))
        assert (found["neuron.zero"], found["neuron.centred.zero"]) == (2 * (constant == 0), 2)
        expected = cosine.measure(shown)
        for name in ("neuron.centred.mean", "sample.centred.mean"):
            assert found[name] == pytest.approx(expected[name], abs=1e-6)


@given(seed=st.integers(0, 1000), scale=st.floats(0.001, 1000), shift=st.floats(-10, 10))
@settings(max_examples=20, deadline=None)
def test_order_rotation_and_scale_do_not_matter_nor_a_shift_once_centred(seed: int, scale: float, shift: float) -> None:
    shown = activations(seed)
    expected, found = cosine.measure(shown), cosine.measure(turned(shown, seed, scale))
    moved = cosine.measure(turned(shown, seed, scale, shift))
    for name in ("mean", "sd", "mean_absolute", "min", "q25", "median", "q75", "max"):
        assert found[f"sample.{name}"] == pytest.approx(expected[f"sample.{name}"], abs=2e-5)
        assert moved[f"sample.centred.{name}"] == pytest.approx(expected[f"sample.centred.{name}"], abs=2e-5)


def test_half_precision_is_near_float64() -> None:
    shown = activations(n=200, units=64)
    half = replace(shown, values=shown.values.astype(np.float16).astype(np.float32))
    full = replace(shown, values=shown.values.astype(np.float64))
    assert cosine.measure(half)["sample.mean"] == pytest.approx(cosine.measure(full)["sample.mean"], abs=1e-4)


def test_memory_holds_no_table_of_pairs() -> None:
    shown = activations(n=8_000, units=16)
    tracemalloc.start()
    cosine.measure(shown)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 32e6 < 8_000**2 / 2 * 4


def test_needs_two_directions() -> None:
    needs = r"layer layer4.1.conv2: cosine \(sample\) needs two vectors that are not all zero, not 1 of 3"
    with pytest.raises(InputError, match=needs):
        cosine.measure(of_rows([[0, 0], [1, 2], [0, 0]]))
    with pytest.raises(InputError, match=r"cosine \(sample.centred\) needs two .* not 0 of 3"):
        cosine.measure(of_rows([[1, 2], [1, 2], [1, 2]]))
    with pytest.raises(InputError, match=r"cosine \(neuron\) needs two .* not 1 of 2"):
        cosine.measure(of_rows([[1, 0], [2, 0]]))
