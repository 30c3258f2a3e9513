"""How many rare features a tied autoencoder x' = f(W'W x) can give back: bounds from theory.

N = S^2 / T, as in `superposition.toys.improvement`: the best improvement is p (mu_{m+1}^2 / mu_{2m}) N, p the density,
in the limit of small p. Of the improvement for f(t) = t^m in d dimensions, Chowdhury & Weiner 2026 (arXiv 2606.18538)
report the orders O(p d^m) and, for its supremum, Omega(min(p d^m, d p^(1/m))). Nothing but their abstract and these
orders was at hand: all bounds here are derived here, in the docstrings, and none is quoted. They agree with the orders.
"""

from math import pi, prod

import numpy as np

from superposition.errors import InputError
from superposition.toys.responses import Response

DEGREE = 24
"""Of the polynomial in the linear programme: a higher one hardly lowers the bound."""
ANGLES = 2000
"""Steps of the grid on which the linear programme holds; even, so that the right angle is on it."""
FINER = 50
"""How many times as fine the grid is that shows by how much its answer fails in between."""


def room(dimensions: int, power: int) -> float:
    """K(d, m) = d (d + 2) ... (d + 2m - 2) / (2m - 1)!!, about d^m / (2m - 1)!!: 1 / E[t^2m], t the product of two
    random unit vectors in d dimensions."""
    return prod(dimensions + 2 * i for i in range(power)) / prod(1 + 2 * i for i in range(power))


def upper_bound(response: Response, dimensions: int, features: int) -> float:
    """The most that N can be for n features in d dimensions. For t^m it is min(n, K), derived here.

    With a_ij = <x_i, x_j> and s_i = a_ii^m = |x_i|^2m: the terms i = j alone give T >= sum_i s_i^2 >= S^2 / n. And T is
    the squared length of the tensor X = sum_i x_i^(x)2m. Its product with U = E u^(x)2m, u uniform on the sphere, is
    sum_i E <x_i, u>^2m = S / K, and |U|^2 = E <u, u'>^2m = 1 / K, so that T >= S^2 / K (Cauchy-Schwarz; as Sidelnikov
    1974 and Welch 1974, doi:10.1109/TIT.1974.1055219). Spherical (m, m)-designs reach it, such as m + 1 lines in the
    plane at equal angles. K is about d^m / (2m - 1)!!, hence the reported order p d^m.

    For ReLU^k it is `_linear_programme`'s; in one dimension, where the features of a sign share what one of them can
    have, min(n, 2). Raises InputError for less than one dimension or feature.
    """
    _require_some(dimensions, features)
    if not response.rectified:
        return min(float(features), room(dimensions, response.power))
    if dimensions == 1:
        return min(features, 2.0)
    least = _linear_programme(response.power, dimensions, features)
    return 1 / least if least * features > 1 else float(features)


def random_bound(response: Response, dimensions: int, features: int) -> float:
    """What random unit vectors reach at least, on average: n K / (n + K - 1) for t^m, 2 n K / (2 K + n - 1) for ReLU^k.

    Derived here. S = n. Of T, the n terms i = j are 1; the n (n - 1) others are 1 / K on average, and half of that
    where ReLU takes the negative ones. E[S^2 / T] >= n^2 / E[T], as 1 / T is convex (Jensen). For t^m this is at least
    half of min(n, K), so the best is known within a factor of 2. Raises InputError for less than one dimension or
    feature.
    """
    _require_some(dimensions, features)
    others = (features - 1) / room(dimensions, response.power)
    return features / (1 + (others / 2 if response.rectified else others))


def _require_some(dimensions: int, features: int) -> None:
    for what, number in (("dimensions", dimensions), ("features", features)):
        if number < 1:
            raise InputError(f"{what}: {number} is less than 1")


def _linear_programme(power: int, dimensions: int, features: int) -> float:
    """A lower bound of T / S^2 for ReLU^k, k = `power`, in two or more dimensions; derived here, with the method of
    Delsarte, Goethals & Seidel 1977 (doi:10.1007/BF03187604).

    Let a_ij = |x_i||x_j| t_ij, s_i = a_ii^k = |x_i|^2k and g(t) = ReLU(t)^2k, so T = sum_ij s_i s_j g(t_ij). Take any
    f = sum_l c_l P_l <= g on [-1, 1] with c_l >= 0 for l >= 1, P_l the Gegenbauer polynomials, P_l(1) = 1. They are
    positive definite (Schoenberg 1942), so sum_ij s_i s_j f(t_ij) >= c_0 S^2. What f leaves of the terms i = j is
    sum_i s_i^2 (1 - f(1)) >= (S^2 / n) (1 - f(1)), for vectors of any lengths, as f(1) <= g(1) = 1. Together T / S^2 >=
    c_0 + (1 - f(1)) / n. The programme finds the f that makes this largest.
    """
    from scipy.optimize import linprog  # slow to import, and most of what needs bounds needs no programme

    grid = _gegenbauer(dimensions, ANGLES)
    worth = np.full(DEGREE + 1, -1 / features)
    worth[0] += 1
    signs = [(None, None)] + [(0, None)] * DEGREE
    weights = linprog(-worth, grid, _answers(power, ANGLES), bounds=signs).x
    weights[0] -= _excess(weights, power, dimensions)
    return 1 / features + float(worth @ weights)


def _excess(weights: np.ndarray, power: int, dimensions: int) -> float:
    """By how much f = sum_l c_l P_l, c = weights [degree], may exceed g(t) = ReLU(t)^2k anywhere on [-1, 1].

    As functions of the angle, f and t^2k are trigonometric polynomials of degrees L and 2k, so the second derivative
    of f - g, on either side of the right angle, is at most B = L^2 sum_l |c_l| + (2k)^2 (Bernstein). Where f - g is
    largest it is flat or at an end; the next of the grid's angles, h apart, is within h / 2: (h / 2)^2 B / 2 lower at
    most.
    """
    steps = FINER * ANGLES
    on_grid = (_gegenbauer(dimensions, steps) @ weights - _answers(power, steps)).max()
    curvature = DEGREE**2 * np.abs(weights).sum() + (2 * power) ** 2
    return float(on_grid + (pi / steps / 2) ** 2 / 2 * curvature)


def _cosines(steps: int) -> np.ndarray:
    """cos of the angles from 0 to pi in so many equal steps [angle]."""
    return np.cos(np.linspace(0, pi, steps + 1))


def _answers(power: int, steps: int) -> np.ndarray:
    """g(t) = ReLU(t)^2k at the grid's angles [angle]."""
    return np.maximum(_cosines(steps), 0) ** (2 * power)


def _gegenbauer(dimensions: int, steps: int) -> np.ndarray:
    """P_l(t) [angle, degree] in d >= 2 dimensions, P_l(1) = 1, at the grid's angles: (l + d - 2) P_{l+1} =
    (2l + d - 2) t P_l - l P_{l-1}; in the plane they are Chebyshev's, in three dimensions Legendre's."""
    t = _cosines(steps)
    found = [np.ones_like(t), t]
    for degree in range(1, DEGREE):
        ahead = (2 * degree + dimensions - 2) * t * found[-1] - degree * found[-2]
        found.append(ahead / (degree + dimensions - 2))
    return np.column_stack(found)
