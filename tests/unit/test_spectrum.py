"""Participation ratio and RankMe: known spectra, another way to compute them, invariances, and what is undefined."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import entropy

from superposition.activations import Activations
from superposition.errors import InputError
from superposition.metrics import participation_ratio, rankme
from tests.small_results import activations, rotation


def with_singular_values(sizes: list[float], n: int = 40, seed: int = 0) -> Activations:
    """Features of mean 0 with these singular values."""
    rng = np.random.default_rng(seed)
    noise = rng.normal(size=(n, len(sizes)))
    axes = np.linalg.qr(noise - noise.mean(axis=0)).Q
    return replace(activations(n=n), values=axes * sizes @ rotation(seed, len(sizes)))


def test_isotropic_features_use_every_unit() -> None:
    shown = with_singular_values([2] * 7)
    assert participation_ratio.measure(shown)["ratio"] == pytest.approx(7)
    assert rankme.measure(shown) == pytest.approx({"rank": 7, "centred": 7})


@pytest.mark.parametrize("rank", [1, 3, 6])
def test_equal_directions_count_one_each(rank: int) -> None:
    shown = with_singular_values([5] * rank + [0] * (8 - rank))
    assert participation_ratio.measure(shown)["ratio"] == pytest.approx(rank)
    assert rankme.measure(shown)["rank"] == pytest.approx(rank)


def test_unequal_directions_count_less() -> None:
    shown = with_singular_values([3, 1])
    assert participation_ratio.measure(shown)["ratio"] == pytest.approx(100 / 82)
    assert rankme.measure(shown)["rank"] == pytest.approx(4 / 3**0.75)


def test_a_long_common_mean_lowers_only_the_rank_that_is_not_centred() -> None:
    shown = activations()
    moved = replace(shown, values=shown.values.astype(np.float64) + 100)
    assert participation_ratio.measure(moved) == pytest.approx(participation_ratio.measure(shown))
    assert rankme.measure(moved)["centred"] == pytest.approx(rankme.measure(shown)["centred"])
    rank = rankme.measure(moved)["rank"]
    assert isinstance(rank, float) and rank < 1.5


@pytest.mark.parametrize(("n", "units"), [(300, 20), (15, 40)])
def test_spectrum_equals_that_of_numpy_and_scipy(n: int, units: int) -> None:
    shown = activations(n=n, units=units)
    covariance = np.cov(shown.values.T)
    expected = np.trace(covariance) ** 2 / np.trace(covariance @ covariance)
    assert participation_ratio.measure(shown)["ratio"] == pytest.approx(expected)
    squares = np.linalg.eigvalsh(shown.values.T.astype(np.float64) @ shown.values)
    assert rankme.measure(shown)["rank"] == pytest.approx(np.exp(entropy(np.sqrt(np.maximum(squares, 0)))), rel=1e-5)


@given(st.integers(0, 1000), st.floats(0.001, 1000))
@settings(max_examples=20)
def test_spectrum_ignores_scale_rotation_and_order(seed: int, scale: float) -> None:
    shown = activations(seed)
    order = np.random.default_rng(seed).permutation(60)
    turned = replace(shown, values=(shown.values @ rotation(seed, 8) * scale)[order])
    assert participation_ratio.measure(turned) == pytest.approx(participation_ratio.measure(shown))
    assert rankme.measure(turned) == pytest.approx(rankme.measure(shown))


def test_few_samples_lower_the_ratio_as_much_as_its_docstring_says() -> None:
    values = np.random.default_rng(0).normal(size=(100, 50))
    shown = replace(activations(n=100), values=values)
    assert participation_ratio.measure(shown)["ratio"] == pytest.approx(100 * 50 / 150, rel=0.05)


@pytest.mark.parametrize("metric", [participation_ratio, rankme])
@pytest.mark.parametrize("constant", [0, 0.1])
def test_constant_features_are_refused(metric: object, constant: float) -> None:
    shown = replace(activations(), values=np.full((60, 8), constant, np.float32))
    with pytest.raises(InputError, match=r"layer avgpool: \w+ is undefined, all samples have the same features"):
        metric.measure(shown)  # type: ignore[attr-defined]
