"""Samples of sparse features: how often each is present, what its values are, and what must not change them."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from superposition import streams
from superposition.toys.draws import Draws
from superposition.toys.moments import VALUES, moment
from tests.small_toys import CPU, draw

SIZE = 40_000
SIGMAS = 5
DENSITIES = [[1, 0.5, 0.2, 0.04], [0.3, 0.15, 0.06, 0.01]]


def far(found: Tensor, mean: Tensor | float, variance: Tensor | float, size: int = SIZE) -> bool:
    """Whether means of `size` samples are further from what is expected than chance takes them."""
    error = (torch.as_tensor(variance) / size).sqrt()
    return bool(((found - mean).abs() > SIGMAS * error + 1e-4).any())


@pytest.mark.parametrize("values", VALUES)
@pytest.mark.parametrize("seed", [0, 1])
def test_features_have_their_densities_and_moments(values: Any, seed: int) -> None:
    samples = draw(DENSITIES, SIZE, (seed,), values=values).double()
    p = torch.tensor(DENSITIES)
    assert samples.isfinite().all()
    assert not far((samples != 0).double().mean(1), p, p * (1 - p))
    for order in range(1, 5):
        mean = p * moment(values, order)
        assert not far((samples**order).mean(1), mean, p * moment(values, 2 * order) - mean**2), order


@pytest.mark.parametrize(("values", "least"), [("uniform", 0), ("symmetric", -1), ("sign", -1)])
def test_values_stay_in_their_range(values: Any, least: int) -> None:
    samples = draw([[1, 0.1]], SIZE, values=values)
    assert least <= samples.min() <= least + 1e-3 and 1 - 1e-3 < samples.max() <= 1
    assert values != "sign" or set(samples.unique().tolist()) == {-1, 0, 1}


class Constant:
    """A generator that always draws the same number."""

    def __init__(self, number: float) -> None:
        self.number = number

    def random(self, out: np.ndarray, dtype: type) -> None:
        out.fill(self.number)


@pytest.mark.parametrize("end", [0, 1 - 2**-24])
def test_normal_values_are_finite_where_uniform_numbers_end(end: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "generator", lambda _, purpose: Constant(end if "values" in purpose else 0.5))
    samples = draw([[1]], 1, values="normal")
    assert samples.isfinite().all() and abs(samples.item()) > 5


def test_features_are_present_independently_of_each_other_and_of_others_values() -> None:
    uniform, normal = (draw([[0.5, 0.4, 0.3, 0.2]], SIZE, values=values)[0].numpy() for values in ("uniform", "normal"))
    for series in (uniform != 0, uniform, normal, np.hstack([normal[:, :2], normal[:, 2:] != 0])):
        correlations = np.corrcoef(series, rowvar=False) - np.eye(4)
        assert abs(correlations).max() < SIGMAS / SIZE**0.5


@pytest.mark.parametrize("values", VALUES)
def test_a_feature_that_is_present_where_it_is_rare_is_present_where_it_is_common(values: Any) -> None:
    common, rare, rarest = draw([[0.9] * 3, [0.2] * 3, [0.01] * 3], 5000, values=values)
    assert torch.equal((rare != 0) & (common != 0), rare != 0)
    assert torch.equal((rarest != 0) & (rare != 0), rarest != 0)
    assert values == "uniform" or torch.equal(rare[rare != 0], common[rare != 0])


@pytest.mark.parametrize("values", VALUES)
@pytest.mark.parametrize("occurrence", ["independent", "correlated", "anticorrelated"])
def test_a_seed_has_the_same_draws_whatever_else_is_drawn(values: Any, occurrence: str) -> None:
    options = {"values": values, "occurrences": [occurrence]}
    alone = draw([[0.3] * 4], 100, (7,), **options)
    many = draw([[0.5] * 4, [0.3] * 4, [0.01] * 4], 100, (3, 7, 1), **options, copies=2)
    copies = many.view(2, 3, 3, 100, 4)  # copy, density, seed
    assert torch.equal(copies[0], copies[1])
    assert torch.equal(copies[0, 1, 1], alone[0])
    assert not torch.equal(copies[0, 1, 0], alone[0])


def test_batches_go_on_and_purposes_differ() -> None:
    densities = np.full((1, 3), 0.5, np.float32)
    draws, again, other = (Draws(densities, [0], purpose=of, device=CPU) for of in ("one", "one", "other"))
    first, second = draws.batch(50).clone(), draws.batch(50).clone()
    assert not torch.equal(first, second)
    assert torch.equal(again.batch(50), first) and torch.equal(again.batch(50), second)
    assert not torch.equal(other.batch(50), first)
    assert draws.batch(20).shape == (1, 20, 3)


@pytest.mark.parametrize("group", [2, 3])
@pytest.mark.parametrize("values", VALUES)
def test_correlated_features_come_together_with_values_of_their_own(group: int, values: Any) -> None:
    density = 0.3
    samples = draw([[density] * 6], SIZE, values=values, occurrences=["correlated"], group=group)[0]
    groups = (samples != 0).view(SIZE, -1, group)
    assert torch.equal(groups.all(-1), groups.any(-1))
    present = groups.any(-1).double()
    assert not far(present.mean(0), density, density * (1 - density))
    assert not far((present[:, 0] * present[:, 1]).mean(), density**2, density**2)
    for order in (1, 2):
        own = density * moment(values, order)
        assert not far((samples**order).double().mean(0), own, density * moment(values, 2 * order) - own**2), order
    first, second = samples[samples[:, 0] != 0, :2].T
    assert values == "sign" or not (first == second).any()
    assert abs(np.corrcoef(first, second)[0, 1]) < SIGMAS / len(first) ** 0.5


@pytest.mark.parametrize("group", [2, 3])
@pytest.mark.parametrize("values", VALUES)
@pytest.mark.parametrize("share", [1.0, 0.4])
def test_of_anticorrelated_features_one_at_most_is_present(group: int, values: Any, share: float) -> None:
    """Always one, where they leave no room (share 1)."""
    density = share / group
    samples = draw([[density] * 6], SIZE, values=values, occurrences=["anticorrelated"], group=group)[0].double()
    present = (samples != 0).double()
    together = present.view(SIZE, -1, group).sum(-1)
    assert together.max() == 1 and (share < 1 or together.mean() > 1 - 1e-4)
    assert not far(present.mean(0), density, density * (1 - density))
    assert not far((present[:, 0] * present[:, group]).mean(), density**2, density**2)
    for order in (1, 2):
        own = density * moment(values, order)
        assert not far((samples**order).mean(0), own, density * moment(values, 2 * order) - own**2), order


def test_models_stand_in_order_of_occurrence_density_and_seed() -> None:
    kinds = ["independent", "correlated", "anticorrelated"]
    samples = draw([[0.5] * 4, [0.1] * 4], SIZE, (0, 1), occurrences=kinds).view(3, 2, 2, SIZE, 4)
    present = (samples != 0).double()
    assert present.mean((0, 2, 3, 4)).tolist() == pytest.approx([0.5, 0.1], abs=0.01)
    both = (present[..., 0] * present[..., 1]).mean(-1)  # of a group
    expected = torch.tensor([[0.25, 0.01], [0.5, 0.1], [0, 0]])[..., None].expand(3, 2, 2)
    assert torch.allclose(both.float(), expected, atol=0.02)
    assert not torch.equal(samples[:, :, 0], samples[:, :, 1])
