"""The paper's measures: known answers, scikit-learn's answers, invariances, and what is undefined."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, davies_bouldin_score, silhouette_score
from sklearn.metrics.pairwise import cosine_similarity

from superposition.activations import Activations, Distribution
from superposition.errors import InputError
from superposition.metrics import accuracy, cosine, davies_bouldin, silhouette
from tests.small_results import activations


def of_rows(rows: list[list[float]], labels: list[int] | None = None) -> Activations:
    """Features given row by row."""
    values = np.array(rows, np.float32)
    names = [str(label) for label in range(10)]
    known = np.zeros(len(rows), np.int64) if labels is None else np.array(labels)
    return Activations(values, values, known, np.arange(len(rows)), "layer4.1.conv2", names)


def pairs(matrix: np.ndarray) -> np.ndarray:
    """The entries above the diagonal."""
    return matrix[np.triu_indices(len(matrix), 1)]


def test_accuracy_counts_right_answers() -> None:
    logits = np.array([[2, 1, 0], [0, 1, 2], [0, 3, 1], [5, 5, 0]], np.float32)
    shown = replace(activations(n=4), logits=logits, labels=np.array([0, 1, 1, 0]))
    assert accuracy.measure(shown) == {"top1": 0.75}
    assert accuracy.measure(shown)["top1"] == accuracy_score(shown.labels, logits.argmax(1))


def test_cosine_of_known_directions() -> None:
    found = cosine.measure(of_rows([[1, 0], [0, 2], [3, 3]]))
    assert found["sample.mean"] == pytest.approx(2**0.5 / 3)
    assert found["sample.min"] == 0
    assert found["sample.median"] == found["sample.max"] == pytest.approx(0.5**0.5)
    assert found["sample.mean_with_diagonal"] == pytest.approx((3 + 2 * 2**0.5) / 9)
    assert found["neuron.mean"] == pytest.approx(9 / (10 * 13) ** 0.5)
    assert found["neuron.sd"] == 0


@pytest.mark.parametrize("n", [2, 3, 255, 256, 257, 600])
@pytest.mark.parametrize("of", ["sample", "neuron"])
def test_cosine_equals_scikit_learn_over_all_pairs(n: int, of: str) -> None:
    shown = activations(n=n, units=40)
    found = {name: value for name, value in cosine.measure(shown).items() if name.startswith(of)}
    directed = shown.values if of == "sample" else shown.values.T
    matrix = cosine_similarity(directed[directed.any(axis=1)].astype(np.float64))
    expected = pairs(matrix)
    for name, value in {
        "mean": expected.mean(),
        "sd": expected.std(),
        "min": expected.min(),
        "q25": np.quantile(expected, 0.25),
        "median": np.median(expected),
        "q75": np.quantile(expected, 0.75),
        "max": expected.max(),
        "mean_with_diagonal": matrix.mean(),
        "zero": len(directed) - len(matrix),
    }.items():
        assert found[f"{of}.{name}"] == pytest.approx(value, abs=1e-5), name


def test_histogram_counts_every_pair() -> None:
    shown = activations(n=300)
    histogram = cosine.measure(shown)["sample.histogram"]
    assert isinstance(histogram, Distribution)
    counts, edges = np.histogram(pairs(cosine_similarity(shown.values)), 200, (-1, 1))
    assert np.allclose(histogram.at, (edges[:-1] + edges[1:]) / 2)
    assert np.abs(histogram.value * 0.01 * 300 * 299 / 2 - counts).sum() <= 4  # pairs on an edge, by rounding
    assert histogram.value.sum() * 0.01 == pytest.approx(1)


def test_parallel_and_opposite_rows_stay_within_one() -> None:
    row = list(np.random.default_rng(0).normal(size=50))
    found = cosine.measure(of_rows([row, [7 * x for x in row], [-x for x in row]]))
    assert (found["sample.min"], found["sample.max"]) == pytest.approx((-1, 1), abs=1e-6)
    histogram = found["sample.histogram"]
    assert isinstance(histogram, Distribution)
    assert histogram.value[0] + histogram.value[-1] == pytest.approx(100)


def test_dead_units_are_counted_and_left_out() -> None:
    shown = activations(units=6)
    with_dead = replace(shown, values=np.insert(shown.values, [0, 3], 0, axis=1))
    found, expected = cosine.measure(with_dead), cosine.measure(shown)
    assert found["neuron.zero"] == 2
    assert found["neuron.mean"] == expected["neuron.mean"]
    assert found["sample.mean"] == pytest.approx(expected["sample.mean"])


@given(st.integers(0, 1000), st.floats(0.001, 1000))
@settings(max_examples=20)
def test_cosine_ignores_lengths_and_rotation(seed: int, scale: float) -> None:
    shown = activations(seed)
    rotation = np.linalg.qr(np.random.default_rng(seed).normal(size=(8, 8)))[0]
    turned = replace(shown, values=(shown.values * scale @ rotation).astype(np.float32))
    for name in ("mean", "sd", "q25", "max"):
        found, expected = cosine.measure(turned)[f"sample.{name}"], cosine.measure(shown)[f"sample.{name}"]
        assert found == pytest.approx(expected, abs=1e-5)


def test_cosine_of_half_precision_is_near_that_of_float64() -> None:
    shown = activations(n=200, units=64)
    half = replace(shown, values=shown.values.astype(np.float16).astype(np.float32))
    full = replace(shown, values=shown.values.astype(np.float64))
    assert cosine.measure(half)["sample.mean"] == pytest.approx(cosine.measure(full)["sample.mean"], abs=1e-4)


def test_cosine_needs_two_directions() -> None:
    with pytest.raises(InputError, match=r"layer layer4.1.conv2: cosine of samples needs two .* not 1 of 3"):
        cosine.measure(of_rows([[0, 0], [1, 2], [0, 0]]))
    with pytest.raises(InputError, match="cosine of neurons needs two"):
        cosine.measure(of_rows([[1, 0], [2, 0]]))


def test_silhouette_and_davies_bouldin_of_two_pairs() -> None:
    shown = of_rows([[0, 0], [0, 2], [10, 0], [10, 2]], [0, 0, 1, 1])
    between = (10 + 104**0.5) / 2
    assert silhouette.measure(shown)["mean"] == pytest.approx((between - 2) / between)
    assert davies_bouldin.measure(shown)["index"] == pytest.approx((1 + 1) / 10)


@pytest.mark.parametrize("seed", [0, 1])
def test_silhouette_and_davies_bouldin_equal_scikit_learn(seed: int) -> None:
    shown = activations(seed, n=300, units=32, classes=5)
    for module, quantity, reference in (
        (silhouette, "mean", silhouette_score),
        (davies_bouldin, "index", davies_bouldin_score),
    ):
        assert module.measure(shown)[quantity] == pytest.approx(reference(shown.values, shown.labels), abs=1e-5)


@pytest.mark.parametrize("module", [silhouette, davies_bouldin])
@pytest.mark.parametrize(
    ("labels", "found"), [([1, 1, 1], "1 class in 3 samples"), ([0, 1, 2], "3 classes in 3 samples")]
)
def test_clusters_need_classes(module: object, labels: list[int], found: str) -> None:
    with pytest.raises(InputError, match=rf"layer layer4.1.conv2: \w+ needs 2 or more classes.*{found}"):
        module.measure(of_rows([[1, 0], [2, 0], [0, 1]], labels))  # type: ignore[attr-defined]


def test_davies_bouldin_is_undefined_for_equal_centroids() -> None:
    with pytest.raises(InputError, match="undefined, two classes have the same centroid"):
        davies_bouldin.measure(of_rows([[0.1, 0.1]] * 7, [0, 0, 0, 1, 1, 1, 1]))


def test_davies_bouldin_is_zero_for_collapsed_classes() -> None:
    assert davies_bouldin.measure(of_rows([[1, 0], [1, 0], [0, 1]], [0, 0, 1]))["index"] == 0


@pytest.mark.parametrize("broken", [np.nan, np.inf])
def test_broken_values_are_refused(broken: float) -> None:
    values = activations().values.copy()
    values[3, 1] = broken
    with pytest.raises(InputError, match="layer avgpool: values of 1 of 60 samples are not finite numbers"):
        replace(activations(), values=values)


def test_shapes_must_agree() -> None:
    with pytest.raises(InputError, match=r"not one row a sample: .*\(60, 8\), \(60, 3\), \(60,\), \(59,\)"):
        replace(activations(), ids=np.arange(59))
    with pytest.raises(InputError, match="there are no samples"):
        activations(n=0)
