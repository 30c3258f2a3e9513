"""Moments and cumulants of sparse features: known answers, additivity, limits. Names of what answers them."""

from math import comb

import numpy as np
import pytest

from superposition.errors import InputError
from superposition.toys.moments import VALUES, cumulants, moment
from superposition.toys.responses import Response

KNOWN = {
    "normal": [1, 0, 1, 0, 3, 0, 15, 0, 105],
    "sign": [1, 0, 1, 0, 1, 0, 1, 0, 1],
    "symmetric": [1, 0, 1 / 3, 0, 1 / 5, 0, 1 / 7, 0, 1 / 9],
    "uniform": [1, 1 / 2, 1 / 3, 1 / 4, 1 / 5, 1 / 6, 1 / 7, 1 / 8, 1 / 9],
}


def test_known_moments() -> None:
    assert {values: [moment(values, order) for order in range(9)] for values in VALUES} == KNOWN


@pytest.mark.parametrize("values", VALUES)
@pytest.mark.parametrize("density", [1e-6, 0.3, 1])
def test_the_first_cumulants_by_hand(values: str, density: float) -> None:
    m = [density * moment(values, order) for order in range(5)]
    expected = [
        0,
        m[1],
        m[2] - m[1] ** 2,
        m[3] - 3 * m[2] * m[1] + 2 * m[1] ** 3,
        m[4] - 4 * m[3] * m[1] - 3 * m[2] ** 2 + 12 * m[2] * m[1] ** 2 - 6 * m[1] ** 4,
    ]
    assert cumulants(values, density, 4) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("values", ["normal", "sign", "symmetric"])
@pytest.mark.parametrize("p", [1e-6, 0.3, 1])
def test_cumulants_of_symmetric_features_by_hand(values: str, p: float) -> None:
    mu2, mu4, mu6 = (moment(values, order) for order in (2, 4, 6))
    second, fourth = p * mu2, p * mu4 - 3 * p**2 * mu2**2
    sixth = p * mu6 - 15 * p**2 * mu4 * mu2 + 30 * p**3 * mu2**3
    found = cumulants(values, p, 7)
    assert found[2::2] == pytest.approx([second, fourth, sixth], rel=1e-9, abs=1e-12)
    assert found[1::2] == [0, 0, 0, 0]


def test_cumulants_of_features_that_are_always_present() -> None:
    assert cumulants("normal", 1, 8) == [0, 0, 1, 0, 0, 0, 0, 0, 0]
    assert cumulants("sign", 1, 6) == [0, 0, 1, 0, -2, 0, 16]
    assert cumulants("uniform", 1, 4) == pytest.approx([0, 1 / 2, 1 / 12, 0, -1 / 120])


@pytest.mark.parametrize("values", VALUES)
def test_cumulants_of_rare_features_are_their_moments(values: str) -> None:
    rare = np.array(cumulants(values, 1e-9, 10)) / 1e-9
    assert rare[1:] == pytest.approx([moment(values, order) for order in range(1, 11)], rel=1e-6)


@pytest.mark.parametrize("values", VALUES)
def test_cumulants_of_two_features_add(values: str) -> None:
    """The moments of a sum of two, by the binomial theorem, have twice the cumulants of one."""
    one = [1.0] + [0.3 * moment(values, order) for order in range(1, 9)]
    two = [sum(comb(n, k) * one[k] * one[n - k] for k in range(n + 1)) for n in range(9)]
    twice = 2 * np.array(cumulants(values, 0.3, 8))
    again = [1.0]
    for n in range(1, 9):
        again.append(sum(comb(n - 1, k - 1) * twice[k] * again[n - k] for k in range(1, n + 1)))
    assert again == pytest.approx(two)


def test_unknown_values_are_refused() -> None:
    with pytest.raises(InputError, match="values: 'gamma' is none of normal, sign, symmetric, uniform"):
        moment("gamma", 2)


def test_names_of_responses() -> None:
    names = {"linear": (1, False), "relu": (1, True), "power3": (3, False), "power11": (11, False), "relu2": (2, True)}
    assert {name: tuple(Response.parse(name)) for name in names} == names


@pytest.mark.parametrize("name", ["power2", "power10"])
def test_even_powers_are_refused(name: str) -> None:
    with pytest.raises(InputError, match=rf"'{name}' answers x and -x alike.* name an odd power"):
        Response.parse(name)


@pytest.mark.parametrize("name", ["cube", "power", "power1", "relu1", "power03", "power3 ", "relu-2", ""])
def test_unknown_responses_are_refused(name: str) -> None:
    with pytest.raises(InputError, match=rf"'{name}' is none of linear, relu, power3"):
        Response.parse(name)
