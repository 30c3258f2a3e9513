"""The improvement of power autoencoders: hand formulas, simulations, limits, invariances, known optima, and what is
refused."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from superposition.errors import InputError
from superposition.toys.improvement import best, effective_features, improvement, sparse_improvement
from superposition.toys.moments import VALUES, moment
from superposition.toys.responses import Response

SYMMETRIC = ["normal", "sign", "symmetric"]
DENSITIES = torch.tensor([1e-5, 1e-3, 1e-2, 1e-1], dtype=torch.float64)
PRESENT: dict[str, Callable[[np.random.Generator, tuple[int, int]], np.ndarray]] = {
    "normal": lambda rng, shape: rng.standard_normal(shape),
    "sign": lambda rng, shape: rng.choice([-1.0, 1.0], shape),
    "symmetric": lambda rng, shape: rng.uniform(-1, 1, shape),
    "uniform": lambda rng, shape: rng.uniform(0, 1, shape),
}


def drawn(seed: int, *shape: int, length: float = 0.8) -> Tensor:
    """Random weights [..., dimension, feature], with vectors of about the same length."""
    return torch.from_numpy(np.random.default_rng(seed).normal(size=shape)) * length / shape[-2] ** 0.5


def orthogonal(seed: int, size: int) -> Tensor:
    return torch.linalg.qr(drawn(seed, size, size)).Q


def samples(rng: np.random.Generator, values: str, density: float, shape: tuple[int, int]) -> Tensor:
    """Features [sample, feature]."""
    return torch.from_numpy(PRESENT[values](rng, shape) * (rng.random(shape) < density))


def saved(weights: Tensor, power: int, features: Tensor) -> Tensor:
    """By how much each sample's loss is below that of answering 0 [sample], by running the autoencoder."""
    answered = (features @ weights.mT @ weights) ** power
    return features.square().sum(1) - (features - answered).square().sum(1)


TETRAHEDRON = torch.tensor([[1.0, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]]).double().T / 3**0.5


@pytest.mark.parametrize("values", SYMMETRIC)
@pytest.mark.parametrize("p", [1e-5, 0.1, 0.5, 1])
def test_the_cubic_equals_its_formula_by_hand(values: str, p: float) -> None:
    weights = drawn(0, 3, 5)
    products, (mu2, mu4, mu6) = weights.mT @ weights, (moment(values, order) for order in (2, 4, 6))
    own, q, f4, f6 = products.diagonal(), *((products**order).sum(1) for order in (2, 4, 6))
    k2, k4 = p * mu2 * q, (p * mu4 - 3 * p**2 * mu2**2) * f4
    k6 = (p * mu6 - 15 * p**2 * mu4 * mu2 + 30 * p**3 * mu2**3) * f6
    kept = (p * mu4 * own**3 + 3 * (p * mu2) ** 2 * own * (q - own**2)).sum()
    answered = (k6 + 15 * k4 * k2 + 15 * k2**3).sum()
    assert float(improvement(weights, 3, values, p)) == pytest.approx(float(2 * kept - answered), rel=1e-12)


@pytest.mark.parametrize("values", VALUES)
@pytest.mark.parametrize("power", [1, 3, 5])
def test_the_exact_improvement_is_that_of_simulated_features(values: str, power: int) -> None:
    rng, weights = np.random.default_rng(power), drawn(power, 2, 4, length=0.7)
    of_samples = saved(weights, power, samples(rng, values, 0.3, (300_000, 4)))
    error = float(of_samples.std()) / len(of_samples) ** 0.5
    assert abs(float(of_samples.mean() - improvement(weights, power, values, 0.3))) < 5 * error


@pytest.mark.parametrize("values", SYMMETRIC)
def test_the_gradient_of_the_exact_loss_is_that_of_simulated_features(values: str) -> None:
    rng, weights = np.random.default_rng(1), drawn(1, 2, 4).requires_grad_()
    (exact,) = torch.autograd.grad(improvement(weights, 3, values, 0.2), weights)
    chunks: list[Tensor] = []
    for _ in range(40):
        mean = saved(weights, 3, samples(rng, values, 0.2, (50_000, 4))).mean()
        chunks += torch.autograd.grad(mean, weights)
    gradients = torch.stack(chunks)
    errors = gradients.std(0) / len(gradients) ** 0.5
    assert torch.all((gradients.mean(0) - exact).abs() < 5 * errors)
    assert torch.all(errors < 0.05 * exact.abs().max())  # so that the line above says something


@pytest.mark.parametrize("values", VALUES)
@pytest.mark.parametrize("power", [1, 3, 5])
def test_rare_features_are_never_present_together(values: str, power: int) -> None:
    weights, even = drawn(2, 3, 7), torch.ones(7, dtype=torch.float64)
    limit = sparse_improvement(weights, Response(power, rectified=False), values, even, even)
    assert float(improvement(weights, power, values, 1e-10) / 1e-10) == pytest.approx(float(limit), rel=1e-6)


@pytest.mark.parametrize("name", ["linear", "relu", "power3", "relu2", "relu3"])
def test_one_feature_at_a_time(name: str) -> None:
    """The autoencoder is run on each feature alone, at values that integrate its polynomials exactly."""
    response, rng = Response.parse(name), np.random.default_rng(3)
    weights, density, importance = drawn(3, 2, 5), *torch.from_numpy(rng.uniform(0.1, 1, (2, 5)))
    nodes, shares = (torch.from_numpy(of) for of in np.polynomial.legendre.leggauss(8))
    expected = 0.0
    for feature in range(5):
        shown = torch.zeros(8, 5, dtype=torch.float64)
        shown[:, feature] = (nodes + 1) / 2
        read = shown @ weights.mT @ weights
        answered = (read.relu() if response.rectified else read) ** response.power
        below = ((shown.square() - (shown - answered).square()) * importance).sum(1)
        expected += float(density[feature] * (shares / 2 * below).sum())
    found = sparse_improvement(weights, response, "uniform", density, importance)
    assert float(found) == pytest.approx(expected, rel=1e-12)


@given(st.integers(0, 1000), st.sampled_from([1, 3, 5]), st.sampled_from(VALUES), st.floats(0, 1))
@settings(max_examples=40)
def test_turning_the_weights_and_renaming_features_changes_nothing(
    seed: int, power: int, values: str, density: float
) -> None:
    weights, order = drawn(seed, 3, 6), np.random.default_rng(seed).permutation(6)
    turned, response = orthogonal(seed, 3) @ weights[:, order], Response(power, rectified=values == "uniform")
    densities, importances = torch.from_numpy(np.random.default_rng(seed).random((2, 6)))
    before = sparse_improvement(weights, response, values, densities, importances)
    after = sparse_improvement(turned, response, values, densities[order], importances[order])
    assert float(after) == pytest.approx(float(before), rel=1e-9, abs=1e-9)
    exact = improvement(weights, power, values, density)
    assert float(improvement(turned, power, values, density)) == pytest.approx(float(exact), rel=1e-9, abs=1e-9)
    assert float(effective_features(turned, response)) == pytest.approx(float(effective_features(weights, response)))


def test_models_of_a_batch_do_not_mix() -> None:
    weights, densities = drawn(4, 3, 2, 2, 5), torch.tensor([[0.1], [0.5], [1.0]], dtype=torch.float64)
    batch = improvement(weights, 3, "uniform", densities)
    each = torch.rand(3, 2, 2, 5, generator=torch.Generator().manual_seed(4), dtype=torch.float64)
    sparse = sparse_improvement(weights, Response(2, True), "uniform", each[..., 0, :], each[..., 1, :])
    effective = effective_features(weights, Response(2, True))
    for i, j in np.ndindex(3, 2):
        one, rows = weights[i, j], each[i, j]
        assert float(batch[i, j]) == pytest.approx(float(improvement(one, 3, "uniform", float(densities[i]))))
        assert float(sparse[i, j]) == pytest.approx(float(sparse_improvement(one, Response(2, True), "uniform", *rows)))
        assert float(effective[i, j]) == pytest.approx(float(effective_features(one, Response(2, True))))


@pytest.mark.parametrize(("dimensions", "features"), [(3, 7), (5, 2)])
def test_the_linear_one_finds_what_principal_components_do(dimensions: int, features: int) -> None:
    values, weights = best(
        lambda weights: improvement(weights, 1, "symmetric", 0.4), dimensions, features, 4, 300, generator(0)
    )
    kept = min(dimensions, features)
    assert float(values.max()) == pytest.approx(kept * 0.4 / 3, rel=1e-6)
    assert weights.mT @ weights @ weights.mT @ weights == pytest.approx(weights.mT @ weights, abs=1e-3)


@pytest.mark.parametrize(
    ("dimensions", "features", "expected"),
    [(2, 8, [3.1995, 3.153, 2.80, 2.00]), (3, 30, [6.997, 6.696, 5.19, 3.01])],
)
def test_the_best_cubic_at_all_densities(dimensions: int, features: int, expected: list[float]) -> None:
    densities = DENSITIES[:, None]
    values, weights = best(
        lambda weights: improvement(weights, 3, "sign", densities) / densities,
        dimensions,
        features,
        restarts=32,
        steps=300,
        generator=generator(0),
        problems=(4,),
    )
    found = values.max(-1).values
    assert found.numpy() == pytest.approx(expected, abs=6e-3)
    assert (improvement(weights, 3, "sign", DENSITIES) / DENSITIES).numpy() == pytest.approx(found.numpy())


def test_denser_features_leave_a_simplex() -> None:
    """At density 0.1, four lines through a tetrahedron's corners beat three features that are kept exactly."""
    lengths = torch.linspace(0.8, 1.1, 301, dtype=torch.float64)[:, None, None]
    simplex = float(improvement(TETRAHEDRON * lengths, 3, "sign", 0.1).max() / 0.1)
    values, _ = best(lambda weights: improvement(weights, 3, "sign", 0.1) / 0.1, 3, 10, 16, 300, generator(1))
    assert float(values.max()) == pytest.approx(simplex, abs=1e-4) and simplex > 3.01
    kept = improvement(torch.eye(3, 10).double(), 3, "sign", 0.1) / 0.1
    assert float(kept) == pytest.approx(3)


def test_steep_powers_find_what_a_single_feature_gives() -> None:
    limit = moment("normal", 6) ** 2 / moment("normal", 10)  # which others in the same dimension can't raise
    values, _ = best(lambda weights: improvement(weights, 5, "normal", 0.3) / 0.3, 1, 4, 16, 300, generator(0))
    assert float(values.max()) == pytest.approx(limit, rel=1e-3)


def test_the_search_repeats_itself_and_takes_a_single_start() -> None:
    found = [best(lambda weights: improvement(weights, 3, "sign", 0.1), 2, 4, 1, 5, generator(3)) for _ in range(2)]
    assert found[0][0].tolist() == found[1][0].tolist() and found[0][1].tolist() == found[1][1].tolist()
    assert found[0][0].shape == (1,) and found[0][1].shape == (2, 4)


def generator(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_a_rectified_response_needs_values_of_one_sign() -> None:
    even = torch.ones(3, dtype=torch.float64)
    with pytest.raises(InputError, match=r"values: 'sign' has both signs.* take uniform"):
        sparse_improvement(drawn(0, 2, 3), Response.parse("relu"), "sign", even, even)
