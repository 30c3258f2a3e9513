"""How many rare features can be given back: known answers, sets that reach them, sets that can't beat them."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import eval_chebyt, eval_gegenbauer

from superposition.errors import InputError
from superposition.toys import bounds
from superposition.toys.bounds import random_bound, room, upper_bound
from superposition.toys.improvement import best, effective_features
from superposition.toys.responses import Response

RESPONSES = ["linear", "power3", "power5", "relu", "relu2", "relu3"]


def effective(vectors: np.ndarray, name: str) -> np.ndarray:
    """Effective features [...] of vectors [..., vector, dimension]."""
    return effective_features(torch.from_numpy(vectors).mT, Response.parse(name)).numpy()


def directions(seed: int, *shape: int) -> np.ndarray:
    """Random unit vectors [..., vector, dimension]."""
    vectors = np.random.default_rng(seed).normal(size=shape)
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def lines(number: int) -> np.ndarray:
    """As many lines in the plane at equal angles [line, 2]."""
    angles = np.arange(number) * np.pi / number
    return np.column_stack([np.cos(angles), np.sin(angles)])


GOLDEN = (1 + 5**0.5) / 2
CORNERS = [[0.0, a, b * GOLDEN] for a in (-1, 1) for b in (-1, 1)]
ICOSAHEDRON = np.array([np.roll(corner, turn) for corner in CORNERS for turn in range(3)])
PENTAGON = np.column_stack([np.cos(np.arange(5) * 2 * np.pi / 5), np.sin(np.arange(5) * 2 * np.pi / 5)])
OF_PENTAGON = 5 / (1 + 2 * np.cos(2 * np.pi / 5) ** 2)
CROSS = np.concatenate([np.eye(3), -np.eye(3)])


@pytest.mark.parametrize(
    ("vectors", "name", "expected"),
    [
        (np.eye(4), "relu2", 4),
        (np.eye(6, 4), "power3", 4),
        (CROSS, "relu", 6),
        (CROSS, "relu3", 6),
        (CROSS, "power3", 3),
        (PENTAGON, "relu", OF_PENTAGON),
        (ICOSAHEDRON, "relu2", 10),
        (ICOSAHEDRON, "relu3", 11.538461538),
        (lines(2), "linear", 2),
        (lines(4), "power3", 3.2),
        (lines(6), "power5", 256 / 63),
        (np.zeros((3, 2)), "power3", 0),
    ],
)
@pytest.mark.parametrize("length", [1, 1e-3, 1e3])
def test_effective_features_of_known_sets(vectors: np.ndarray, name: str, expected: float, length: float) -> None:
    assert effective(vectors * length, name) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("dimensions", "expected"), [(1, 1), (2, 3.2), (3, 7), (4, 12.8)])
def test_room_of_the_cubic(dimensions: int, expected: float) -> None:
    assert room(dimensions, 3) == pytest.approx(expected)
    assert room(dimensions, 1) == dimensions


@pytest.mark.parametrize("dimensions", [3, 4, 8])
@pytest.mark.parametrize("power", [1, 2, 3, 5])
def test_room_is_one_over_the_mean_power_of_a_product(dimensions: int, power: int) -> None:
    """The product of two random unit vectors has density proportional to (1 - t^2)^((d-3)/2)."""
    whole, _ = quad(lambda t: (1 - t * t) ** ((dimensions - 3) / 2), -1, 1)
    mean, _ = quad(lambda t: t ** (2 * power) * (1 - t * t) ** ((dimensions - 3) / 2), -1, 1)
    assert room(dimensions, power) == pytest.approx(whole / mean, rel=1e-6)


@pytest.mark.parametrize(
    ("name", "dimensions", "features", "expected"),
    [
        ("linear", 5, 9, 5),
        ("power3", 2, 8, 3.2),
        ("power3", 3, 30, 7),
        ("power3", 4, 40, 12.8),
        ("power3", 4, 10, 10),
        ("relu", 2, 5, OF_PENTAGON),
        ("relu2", 3, 12, 10),
        ("relu3", 3, 12, 11.53846),
        ("relu2", 1, 7, 2),
        ("relu2", 1, 1, 1),
    ],
)
def test_known_upper_bounds(name: str, dimensions: int, features: int, expected: float) -> None:
    found = upper_bound(Response.parse(name), dimensions, features)
    assert found == pytest.approx(expected, abs=1e-4)
    assert found > expected - 1e-12  # sets reach all of these


@pytest.mark.parametrize("power", [1, 3, 5])
def test_equally_spaced_lines_reach_the_bound_in_the_plane(power: int) -> None:
    reached = effective(lines(power + 1), f"power{power}" if power > 1 else "linear")
    assert reached == pytest.approx(upper_bound(Response(power, False), 2, power + 1))


@pytest.mark.parametrize("name", ["relu", "relu2", "relu3"])
@pytest.mark.parametrize("dimensions", [1, 2, 3, 5])
def test_as_many_as_a_cross_polytope_has_corners_are_all_given_back(name: str, dimensions: int) -> None:
    for features in range(1, 2 * dimensions + 1):
        corners = np.concatenate([np.eye(dimensions), -np.eye(dimensions)])[:features]
        bound = upper_bound(Response.parse(name), dimensions, features)
        assert bound == pytest.approx(features, abs=1e-5) and effective(corners, name) == pytest.approx(features)


@pytest.mark.parametrize(
    ("name", "dimensions", "features"),
    [("relu", 2, 8), ("relu", 3, 6), ("relu2", 3, 12), ("relu3", 3, 12), ("power3", 4, 40)],
)
def test_the_search_reaches_the_bound(name: str, dimensions: int, features: int) -> None:
    response, generator = Response.parse(name), torch.Generator().manual_seed(0)
    found, _ = best(lambda weights: effective_features(weights, response), dimensions, features, 16, 300, generator)
    assert float(found.max()) == pytest.approx(upper_bound(response, dimensions, features), abs=1e-3)


@given(st.integers(0, 10_000), st.sampled_from(RESPONSES), st.integers(1, 5), st.integers(1, 14), st.floats(0, 3))
@settings(max_examples=60)
def test_no_vectors_pass_the_bound(seed: int, name: str, dimensions: int, features: int, spread: float) -> None:
    lengths = np.exp(spread * np.random.default_rng(seed).normal(size=(50, features, 1)))
    vectors = directions(seed, 50, features, dimensions) * lengths
    bound = upper_bound(Response.parse(name), dimensions, features)
    assert effective(vectors, name).max() <= bound + 1e-9


@pytest.mark.parametrize("name", RESPONSES)
@pytest.mark.parametrize(("dimensions", "features"), [(2, 5), (3, 30), (6, 12)])
def test_random_vectors_reach_theirs_on_average(name: str, dimensions: int, features: int) -> None:
    reached = effective(directions(0, 2000, features, dimensions), name)
    bound, error = random_bound(Response.parse(name), dimensions, features), reached.std() / len(reached) ** 0.5
    assert bound <= reached.mean() + 3 * error
    assert reached.mean() < 1.25 * bound  # Jensen's inequality costs no more


@given(st.sampled_from(RESPONSES), st.integers(1, 8), st.integers(1, 40))
@settings(max_examples=40)
def test_the_bounds_stand_in_order(name: str, dimensions: int, features: int) -> None:
    response = Response.parse(name)
    low, high = random_bound(response, dimensions, features), upper_bound(response, dimensions, features)
    assert low >= 1 - 1e-9 and low <= high + 1e-9 and high <= features
    if not response.rectified:
        assert high <= 2 * low + 1e-9


@pytest.mark.parametrize(("name", "dimensions"), [("relu", 2), ("relu2", 3), ("relu", 6)])
def test_more_features_get_more_room_together_and_less_each(name: str, dimensions: int) -> None:
    numbers = np.array([4, 8, 12, 20, 40, 100])
    found = np.array([upper_bound(Response.parse(name), dimensions, int(number)) for number in numbers])
    assert np.all(np.diff(found) > -1e-4) and np.all(np.diff(found / numbers) < 1e-6)
    if (name, dimensions) == ("relu", 2):
        assert found[1:] == pytest.approx(np.full(5, OF_PENTAGON), abs=1e-4)  # a pentagon, and nothing more


def scipys(dimensions: int, degree: int, t: np.ndarray) -> np.ndarray:
    """P_l(t) by SciPy."""
    half = (dimensions - 2) / 2
    if not half:
        return np.asarray(eval_chebyt(degree, t))
    return np.asarray(eval_gegenbauer(degree, half, t) / eval_gegenbauer(degree, half, 1))


@pytest.mark.parametrize("dimensions", [2, 3, 4, 9])
def test_polynomials_equal_scipys(dimensions: int) -> None:
    t = np.cos(np.linspace(0, np.pi, 51))
    for degree, found in enumerate(bounds._gegenbauer(dimensions, 50).T):
        assert found == pytest.approx(scipys(dimensions, degree, t), abs=1e-10)


@pytest.mark.parametrize("dimensions", [2, 3, 6])
@pytest.mark.parametrize("power", [1, 3])
def test_the_excess_holds_between_the_points_of_a_coarse_grid(
    dimensions: int, power: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "ANGLES", 40)
    monkeypatch.setattr(bounds, "FINER", 1)
    t = np.cos(np.linspace(0, np.pi, 10_001))
    polynomials = [scipys(dimensions, degree, t) for degree in range(bounds.DEGREE + 1)]
    for weights in np.random.default_rng(0).normal(size=(20, bounds.DEGREE + 1)):
        exceeded = weights @ polynomials - np.maximum(t, 0) ** (2 * power)
        assert exceeded.max() <= bounds._excess(weights, power, dimensions)


@pytest.mark.parametrize("bound", [upper_bound, random_bound])
@pytest.mark.parametrize("name", ["power3", "relu2"])
def test_nothing_has_no_bound(bound: object, name: str) -> None:
    for what, sizes in (("dimensions", (0, 3)), ("features", (3, 0))):
        with pytest.raises(InputError, match=f"{what}: 0 is less than 1"):
            bound(Response.parse(name), *sizes)  # type: ignore[operator]
