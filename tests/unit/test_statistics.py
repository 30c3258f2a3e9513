"""Paired differences: known numbers, and scipy's interval."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ttest_rel

from superposition.statistics import paired_difference


def test_known_numbers() -> None:
    found = paired_difference(np.array([1.0, 2.0, 3.0]), np.array([0.0, 0.0, 0.0]))
    assert found[:4] == (3, 2.0, 0.0, 2.0)
    half = 4.302652729911275 / 3**0.5  # t(0.975; 2), and a standard deviation of 1
    assert (found.low, found.high) == pytest.approx((2 - half, 2 + half))


@given(st.lists(st.tuples(st.floats(-100, 100), st.floats(-100, 100)), min_size=3, max_size=12))
def test_interval_equals_scipy(pairs: list[tuple[float, float]]) -> None:
    a, b = np.array(pairs).T
    b = b + np.linspace(0, 1, len(a))
    found = paired_difference(a, b)
    expected = ttest_rel(a, b).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), rel=1e-6, abs=1e-6)
    assert found.difference == pytest.approx(found.mean_a - found.mean_b, abs=1e-9)


def test_swapping_the_arms_mirrors_the_interval() -> None:
    a, b = np.random.default_rng(0).normal(size=(2, 5))
    there, back = paired_difference(a, b), paired_difference(b, a)
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low))


def test_one_pair_has_no_interval() -> None:
    found = paired_difference(np.array([0.5]), np.array([0.25]))
    assert found.difference == 0.25
    assert math.isnan(found.low) and math.isnan(found.high)


def test_equal_differences_have_an_interval_of_no_width() -> None:
    found = paired_difference(np.array([1.5, 2.5]), np.array([1.0, 2.0]))
    assert (found.low, found.high) == (0.5, 0.5)
