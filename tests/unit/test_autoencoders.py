"""Sparse autoencoders against what was put into the samples, plain torch, and what must not change them."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from torch import Tensor

from superposition import autoencoders, eager  # noqa: F401  (eager before torch optimises)
from superposition.activations import Activations
from superposition.autoencoders import Learned, SparseAutoencoder
from superposition.config import Autoencoder
from superposition.errors import InputError
from superposition.spectrum import effective_rank
from tests.small_dictionaries import SETTINGS, without_labels
from tests.small_results import rotation

CPU = torch.device("cpu")


def learned(values: np.ndarray | Activations, kind: str = "topk", seed: int = 0, **settings: Any) -> Learned:
    shown = values if isinstance(values, Activations) else without_labels(values)
    return autoencoders.learn(shown, kind, Autoencoder(**{**SETTINGS.model_dump(), **settings}), seed, CPU)


def effective(found: Learned) -> float:
    return effective_rank(found.activity.double().numpy())


def sums_of(features: np.ndarray, seed: int = 0, n: int = 2000, together: float = 1) -> np.ndarray:
    """Samples [sample, unit], each the sum of a few `features` [feature, unit]; `together` on average."""
    random = np.random.default_rng(seed)
    present = random.random((n, len(features))) < together / len(features)
    return (present * random.uniform(0.5, 1.5, present.shape)) @ features


def random_directions(number: int, units: int, seed: int = 0) -> np.ndarray:
    directions = np.random.default_rng(seed).normal(size=(number, units))
    return directions / np.linalg.norm(directions, axis=1, keepdims=True)


THOROUGH = {"codes": 4, "active": 3, "penalty": 0.3, "steps": 1500, "batch_size": 128, "lr": 3e-3}


@pytest.mark.parametrize(("kind", "most"), [("topk", 44), ("l1", 60)])
def test_more_features_than_units_are_found_and_counted(kind: str, most: int) -> None:
    features = random_directions(32, 16)
    found = learned(sums_of(features, together=2), kind, **THOROUGH)
    living = found.autoencoder.decoder[found.activity > 0].detach().numpy()
    assert (features @ living.T).max(axis=1).mean() > 0.95
    assert 24 < effective(found) < most
    assert found.explained > 0.85 and found.active < 6


def test_fewer_features_count_less() -> None:
    few, more = (effective(learned(sums_of(random_directions(number, 16)), **THOROUGH)) for number in (4, 16))
    assert 4 <= few < 11 < 16 <= more < 24


def test_orthogonal_features_that_come_alone_count_one_each() -> None:
    found = learned(np.repeat(np.eye(6), 50, axis=0), active=1, steps=400, lr=1e-2)
    assert effective(found) == pytest.approx(6, abs=0.1)
    assert found.explained > 0.99 and found.active == 1


@given(st.integers(0, 1000), st.integers(1, 5))
@settings(max_examples=20)
def test_topk_never_has_more_codes_at_work(seed: int, active: int) -> None:
    random = torch.Generator().manual_seed(seed)
    samples = torch.randn(20, 6, generator=random)
    codes = SparseAutoencoder(torch.randn(12, 6, generator=random), active=active).codes(samples)
    free = SparseAutoencoder(torch.randn(12, 6, generator=random)).codes(samples)
    assert codes.count_nonzero(dim=1).max() <= active
    assert (codes >= 0).all() and (free >= 0).all() and free.count_nonzero() > codes.count_nonzero()


def test_a_higher_penalty_leaves_fewer_codes_at_work_and_explains_less() -> None:
    samples = sums_of(random_directions(32, 16))
    loose, strict = (learned(samples, "l1", **{**THOROUGH, "penalty": penalty}) for penalty in (0.05, 0.5))
    assert strict.active < loose.active / 2
    assert strict.explained < loose.explained


def plain(samples: Tensor, weights: dict[str, Tensor], active: int | None, penalty: float, lr: float) -> list[float]:
    """Losses of training on batches [batch, sample, unit], written out one sample and one code at a time."""
    losses = []
    first, second = ({name: torch.zeros_like(value) for name, value in weights.items()} for _ in range(2))
    for number, batch in enumerate(samples, 1):
        known = {name: value.clone().requires_grad_() for name, value in weights.items()}
        loss = torch.zeros(())
        for sample in batch:
            inner = known["encoder"] @ (sample - known["centre"]) + known["bias"]
            order = sorted(range(len(inner)), key=lambda code: -float(inner[code].detach()))
            used = [code for code in order[:active] if inner[code] > 0]
            answer = known["centre"] + sum((inner[code] * known["decoder"][code] for code in used), torch.zeros(()))
            loss = (
                loss + ((sample - answer) ** 2).sum() + penalty * sum((inner[code] for code in used), torch.zeros(()))
            )
        loss = loss / len(batch)
        gradients = torch.autograd.grad(loss, list(known.values()))
        for (name, value), gradient in zip(weights.items(), gradients, strict=True):
            first[name] = 0.9 * first[name] + 0.1 * gradient
            second[name] = 0.999 * second[name] + 0.001 * gradient**2
            size = (second[name] / (1 - 0.999**number)).sqrt() + 1e-8
            weights[name] = value - lr * first[name] / (1 - 0.9**number) / size
        weights["decoder"] = weights["decoder"] / weights["decoder"].norm(dim=1, keepdim=True)
        losses.append(loss.item())
    return losses


@pytest.mark.parametrize(("kind", "active", "penalty"), [("topk", 3, 0), ("l1", None, 0.2)])
def test_training_equals_one_written_out(kind: str, active: int | None, penalty: float) -> None:
    random = torch.Generator().manual_seed(1)
    samples = torch.randn(10, 6, generator=random, dtype=torch.float64)
    options = Autoencoder(active=3, steps=4, batch_size=5, lr=0.05)
    autoencoder = autoencoders.start(samples.float(), kind, options, random).double()
    weights = {name: value.clone() for name, value in autoencoder.state_dict().items()}
    losses = autoencoders.train(autoencoder, samples, options, penalty, torch.Generator().manual_seed(2))
    again = torch.Generator().manual_seed(2)
    order = torch.cat([torch.randperm(10, generator=again), torch.randperm(10, generator=again)])
    assert losses.tolist() == pytest.approx(plain(samples[order].view(4, 5, 6), weights, active, penalty, 0.05))
    for name, value in autoencoder.state_dict().items():
        assert torch.allclose(value, weights[name], atol=1e-6), name


@given(st.integers(0, 1000))
@settings(max_examples=20)
def test_from_the_spatial_median_the_mean_direction_is_zero(seed: int) -> None:
    values = np.random.default_rng(seed).standard_t(2, (40, 5))
    median = autoencoders.spatial_median(torch.from_numpy(values))
    away = values - median.numpy()
    assert np.abs((away / np.linalg.norm(away, axis=1, keepdims=True)).mean(axis=0)).max() < 1e-4
    reference = minimize(lambda point: np.linalg.norm(values - point, axis=1).sum(), np.zeros(5), tol=1e-10).x
    assert median.numpy() == pytest.approx(reference, abs=1e-3)


def test_a_few_samples_far_away_hardly_move_the_spatial_median() -> None:
    values = torch.from_numpy(np.random.default_rng(0).normal(size=(200, 5)))
    far = torch.cat([values, torch.full((2, 5), 1e4, dtype=torch.float64)])
    assert torch.linalg.vector_norm(autoencoders.spatial_median(far) - autoencoders.spatial_median(values)) < 0.1


@pytest.mark.parametrize("kind", ["topk", "l1"])
def test_scale_shift_and_rotation_change_next_to_nothing(kind: str) -> None:
    values, options = sums_of(random_directions(32, 16)), {**THOROUGH, "steps": 500}
    expected = learned(values, kind, **options)
    assert torch.equal(learned(8 * values, kind, **options).activity, expected.activity)
    for changed in (0.3 * values + np.arange(16), values @ rotation(3, 16), values[:, ::-1]):
        found = learned(np.ascontiguousarray(changed), kind, **options)
        assert effective(found) == pytest.approx(effective(expected), rel=0.15)
        assert found.explained == pytest.approx(expected.explained, abs=0.02)


def test_seed_and_ids_decide_all_else() -> None:
    shown = without_labels(sums_of(random_directions(12, 8), n=100))
    order = np.random.default_rng(5).permutation(100)
    shuffled = replace(shown, values=shown.values[order], ids=shown.ids[order])
    first, same, moved, other = (
        learned(of, seed=seed) for of, seed in ((shown, 0), (shown, 0), (shuffled, 0), (shown, 1))
    )
    assert torch.equal(first.losses, same.losses) and torch.equal(first.losses, moved.losses)
    assert torch.equal(first.activity, moved.activity) and first.explained == moved.explained
    assert not torch.equal(first.activity, other.activity)


def test_a_fifth_is_held_out(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Tensor] = []
    monkeypatch.setattr(autoencoders, "train", lambda _, samples, *rest: seen.append(samples) or torch.zeros(1))
    monkeypatch.setattr(autoencoders, "worth", lambda _, samples: seen.append(samples) or (0, 0))
    learned(np.random.default_rng(0).normal(size=(103, 4)))
    rest, held = seen
    assert (len(rest), len(held)) == (83, 20)
    assert len(torch.unique(torch.cat(seen), dim=0)) == 103


@pytest.mark.parametrize(
    ("values", "kind", "settings", "message"),
    [
        (np.full((20, 4), 0.3), "topk", {}, "an autoencoder is undefined, all samples have the same features"),
        (np.eye(4), "topk", {}, "an autoencoder needs 5 samples or more, not 4"),
        (np.eye(8), "topk", {"active": 17}, r"`autoencoder.active` 17 is more than the 16 codes there are for 8 units"),
        (np.eye(8), "l1", {"penalty": 1e3, "steps": 200, "lr": 0.1}, "no code .* l1 .*: `autoencoder.penalty` 1000 is"),
    ],
)
def test_what_nothing_can_be_learned_from_names_the_layer(
    values: np.ndarray, kind: str, settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=f"^layer avgpool: {message}"):
        learned(values, kind, **settings)
