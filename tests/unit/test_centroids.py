"""Measures of classes by their centroids: known answers, scikit-learn's answers, invariances, what is undefined."""

from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import calinski_harabasz_score, davies_bouldin_score

from superposition import blocks
from superposition.activations import Activations
from superposition.errors import InputError
from superposition.metrics import calinski_harabasz, davies_bouldin
from tests.small_features import of_rows, turned
from tests.small_results import activations

METRICS = [davies_bouldin, calinski_harabasz]


def index(metric: ModuleType, shown: Activations) -> float:
    return float(metric.measure(shown)["index"])


def test_two_pairs() -> None:
    shown = of_rows([[0, 0], [0, 2], [10, 0], [10, 2]], [0, 0, 1, 1])
    assert index(davies_bouldin, shown) == pytest.approx((1 + 1) / 10)
    assert index(calinski_harabasz, shown) == pytest.approx((4 * 25 / 1) / (4 * 1 / 2))


def test_calinski_harabasz_of_one_unit_is_an_f_ratio() -> None:
    from scipy.stats import f_oneway

    shown = activations(units=1, n=50, classes=4)
    groups = [shown.values[shown.labels == label, 0].astype(np.float64) for label in range(4)]
    assert index(calinski_harabasz, shown) == pytest.approx(f_oneway(*groups).statistic)


@pytest.mark.parametrize("offset", [0, 1000])
@pytest.mark.parametrize(("n", "classes"), [(20, 2), (300, 5), (301, 150)])
def test_equal_scikit_learn(n: int, classes: int, offset: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks.blocks, "__defaults__", (7, 0))
    shown = activations(n=n, units=32, classes=classes)
    shown.values[:] += np.float32(offset)
    values = shown.values.astype(np.float64)
    assert index(davies_bouldin, shown) == pytest.approx(davies_bouldin_score(values, shown.labels), rel=1e-9)
    assert index(calinski_harabasz, shown) == pytest.approx(calinski_harabasz_score(values, shown.labels), rel=1e-9)


@pytest.mark.parametrize("metric", METRICS)
@given(seed=st.integers(0, 1000), scale=st.floats(0.001, 1000), shift=st.floats(-10, 10))
@settings(max_examples=20, deadline=None)
def test_order_rotation_scale_and_shift_do_not_matter(
    metric: ModuleType, seed: int, scale: float, shift: float
) -> None:
    shown = activations(seed)
    assert index(metric, turned(shown, seed, scale, shift)) == pytest.approx(index(metric, shown), rel=1e-5)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize(
    ("labels", "found"), [([1, 1, 1], "1 class in 3 samples"), ([0, 1, 2], "3 classes in 3 samples")]
)
def test_need_classes(metric: ModuleType, labels: list[int], found: str) -> None:
    with pytest.raises(InputError, match=rf"layer layer4.1.conv2: \w+ needs 2 or more classes.*{found}"):
        metric.measure(of_rows([[1, 0], [2, 0], [0, 1]], labels))


@pytest.mark.parametrize("metric", METRICS)
def test_are_undefined_for_constant_features(metric: ModuleType) -> None:
    with pytest.raises(InputError, match=r"layer layer4.1.conv2: \w+ is undefined, all classes have the same mean"):
        metric.measure(of_rows([[0.1, 0.1]] * 7, [0, 0, 0, 1, 1, 1, 1]))


def test_davies_bouldin_is_undefined_for_equal_centroids() -> None:
    with pytest.raises(InputError, match="undefined, two classes have the same centroid"):
        davies_bouldin.measure(of_rows([[1, 0], [3, 0], [2, 1], [2, -1], [7, 7]], [0, 0, 1, 1, 2]))


def test_collapsed_classes() -> None:
    shown = of_rows([[0.1, 0], [0.1, 0], [0.1, 0], [0, 0.1]], [0, 0, 0, 1])
    assert index(davies_bouldin, shown) == 0
    with pytest.raises(InputError, match=r"layer \S+: calinski_harabasz is undefined, every sample equals its class"):
        calinski_harabasz.measure(shown)
