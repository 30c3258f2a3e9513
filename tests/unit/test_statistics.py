"""Paired differences and what they say: known numbers, scipy's answers, slow references and invariances."""

import math
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import ttest_rel

from superposition import statistics
from superposition.statistics import evidence, holm, paired_difference, seed_share

UNEVEN = st.lists(st.integers(-50, 50), min_size=4, max_size=7, unique=True).map(lambda values: np.array(values) / 8)


def test_known_numbers() -> None:
    found = paired_difference(np.array([1.0, 2.0, 3.0]), np.array([0.0, 0.0, 0.0]))
    assert found[:4] == (3, 2.0, 0.0, 2.0)
    half = 4.302652729911275 / 3**0.5  # t(0.975; 2), and a standard deviation of 1
    assert (found.low, found.high) == pytest.approx((2 - half, 2 + half))


@given(st.lists(st.tuples(st.floats(-100, 100), st.floats(-100, 100)), min_size=3, max_size=12))
def test_interval_and_p_equal_scipy(pairs: list[tuple[float, float]]) -> None:
    a, b = np.array(pairs).T
    b = b + np.linspace(0, 1, len(a))
    found = paired_difference(a, b)
    expected = ttest_rel(a, b)
    ends = expected.confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((ends.low, ends.high), rel=1e-6, abs=1e-6)
    assert found.difference == pytest.approx(found.mean_a - found.mean_b, abs=1e-9)
    assert statistics.p_of_t_test(a - b) == pytest.approx(expected.pvalue, abs=1e-9)


def test_swapping_the_arms_mirrors_the_interval() -> None:
    a, b = np.random.default_rng(0).normal(size=(2, 5))
    there, back = paired_difference(a, b), paired_difference(b, a)
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low))


def test_one_pair_has_no_interval_and_says_nothing_more() -> None:
    pair = np.array([0.5]), np.array([0.25])
    found = paired_difference(*pair)
    assert found.difference == 0.25
    assert math.isnan(found.low) and math.isnan(found.high)
    assert np.isnan(evidence(*pair)).all() and math.isnan(seed_share(np.array(pair)))


def test_equal_differences_have_an_interval_of_no_width() -> None:
    found = paired_difference(np.array([1.5, 2.5]), np.array([1.0, 2.0]))
    assert (found.low, found.high) == (0.5, 0.5)


@pytest.mark.parametrize("b", [np.array([0.1, 0.2, 0.3]), np.array([0.4, 0.5, 0.6]) - 0.1])
def test_differences_that_are_equal_but_for_rounding_say_nothing_of_chance(b: np.ndarray) -> None:
    assert np.isnan(evidence(np.array([0.4, 0.5, 0.6]), b)).all()


@pytest.mark.parametrize(
    ("differences", "p"),
    [([1, 2], 2 / 4), ([1, 2, 3], 2 / 8), ([3, 2, -1], 4 / 8), ([1, 2, -3], 1), ([1, 2, 4, 8, 16], 2 / 32)],
)
def test_p_of_permutations_counts_choices_of_signs(differences: list[float], p: float) -> None:
    assert statistics.p_of_permutations(np.array(differences, float)) == pytest.approx(p)


@given(UNEVEN)
@settings(max_examples=20)
def test_p_of_permutations_equals_an_enumeration(differences: np.ndarray) -> None:
    sums = np.array([np.dot(signs, differences) for signs in product((-1, 1), repeat=len(differences))])
    expected = np.mean(np.abs(sums) >= abs(differences.sum()))
    assert statistics.p_of_permutations(differences) == pytest.approx(expected)


def test_bootstrap_interval_lies_where_all_resamples_put_it() -> None:
    values = np.array([0.3, 1.1, -0.4, 2.0, 0.9])
    every = np.array([sample for sample in product(values, repeat=5) if len(set(sample)) > 1])
    scaled = (every.mean(axis=1) - values.mean()) / every.std(axis=1, ddof=1)
    found = (values.mean() - np.array(statistics.bootstrap_interval(values))) / values.std(ddof=1)
    low, high = (np.mean(scaled <= end) for end in (found[1], found[0]))
    assert (low, high) == pytest.approx((0.025, 0.975), abs=0.006)


@pytest.mark.parametrize("n", [2, 3])
def test_bootstrap_needs_four_pairs(n: int) -> None:
    assert np.isnan(statistics.bootstrap_interval(np.arange(n) + 0.5)).all()


def test_bootstrap_leaves_out_resamples_without_spread() -> None:
    low, high = statistics.bootstrap_interval(np.array([0.0, 0.0, 0.0, 1.0]))
    assert (low, high) == pytest.approx((-0.25, 0.25)), "t from 0 to 1 of the resamples that are left"


@pytest.mark.parametrize(
    ("differences", "size"),
    [([1, 3], math.nan), ([1, 2, 3], 2 / math.pi**0.5), ([1, 1, 2, 3, 3], 2 * (2 / math.pi) ** 0.5)],
)
def test_effect_size_of_known_numbers(differences: list[float], size: float) -> None:
    assert statistics.effect_size(np.array(differences, float)) == pytest.approx(size, nan_ok=True)


@given(UNEVEN, st.floats(0.01, 100), st.randoms())
@settings(max_examples=20)
def test_evidence_does_not_depend_on_units_order_or_which_arm_comes_first(differences, scale, random) -> None:
    a, b = np.arange(len(differences)) + differences, np.arange(len(differences))
    order = random.sample(range(len(differences)), len(differences))
    found, other = evidence(a, b), evidence(scale * a[order], scale * b[order])
    assert other[2:] == pytest.approx(found[2:])
    assert other[:2] == pytest.approx([scale * found.bootstrap_low, scale * found.bootstrap_high])
    swapped = evidence(b, a)
    assert swapped[2:] == pytest.approx([found.p_t, found.p_permutation, -found.effect_size])
    assert swapped.bootstrap_low < -differences.mean() < swapped.bootstrap_high


def test_seed_share_of_the_published_example() -> None:
    """Shrout & Fleiss 1979, table 2: six targets (seeds), four judges (arms); ICC(3, 1) = .71."""
    judged = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    assert seed_share(np.array(judged).T) == pytest.approx(0.7148, abs=5e-5)


@pytest.mark.parametrize(
    ("a", "b", "share"), [([1, 2, 3], [4, 5, 6], 1), ([1, 2, 3], [3, 2, 1], 0), ([1, 1], [2, 2], math.nan)]
)
def test_seed_share_of_extremes(a: list[float], b: list[float], share: float) -> None:
    assert seed_share(np.array([a, b], float)) == pytest.approx(share, nan_ok=True)


@given(UNEVEN, st.integers(0, 99))
def test_seed_share_of_two_arms_is_their_covariance(a: np.ndarray, seed: int) -> None:
    b = a + np.random.default_rng(seed).normal(0, 3, len(a))
    (var_a, cov), (_, var_b) = np.cov(a, b)
    assert seed_share(np.array([a, b])) == pytest.approx(max(0, 2 * cov / (var_a + var_b)))


def test_holm_of_known_numbers() -> None:
    assert holm(np.array([0.01, 0.02, 0.03, 0.04, 0.05])) == pytest.approx([0.05, 0.08, 0.09, 0.09, 0.09])
    assert holm(np.array([0.04, 0.005, 0.5])) == pytest.approx([0.08, 0.015, 0.5])
    assert holm(np.array([0.9, 0.8])).tolist() == [1, 1] and holm(np.array([0.03])).tolist() == [0.03]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=6))
def test_holm_closes_bonferroni(p: list[float]) -> None:
    """A hypothesis falls when each set of hypotheses that it is in falls by Bonferroni's test."""
    tests = range(len(p))
    sets = [chosen for size in range(1, len(p) + 1) for chosen in combinations(tests, size)]
    tested = {chosen: min(1, len(chosen) * min(p[test] for test in chosen)) for chosen in sets}
    expected = [max(tested[chosen] for chosen in sets if test in chosen) for test in tests]
    assert holm(np.array(p)) == pytest.approx(expected)
