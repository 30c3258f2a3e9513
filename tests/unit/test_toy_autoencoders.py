"""Many autoencoders as one against autograd, against a loop over plain torch, and against each one alone."""

from itertools import product
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from superposition.toys import learning
from superposition.toys.autoencoders import Autoencoders
from superposition.toys.config import Models
from superposition.toys.draws import Draws
from superposition.toys.instances import Instance, Instances
from tests.small_toys import CPU, models

ACTIVATIONS = ["linear", "relu", "power3", "relu2"]
HIDDEN = ["linear", "relu"]


@pytest.fixture(autouse=True)
def few_unseen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "UNSEEN", learning.BLOCK)


def plain(samples: Tensor, encoder: Tensor, decoder: Tensor, bias: Tensor, activation: str, hidden: str) -> Tensor:
    """x' [sample, feature] of one model, one sample at a time."""
    answers = []
    for sample in samples:
        inner = encoder @ sample
        inner = inner.relu() if hidden == "relu" else inner
        read = inner @ decoder + bias
        answers.append({"linear": read, "relu": read.relu(), "power3": read**3, "relu2": read.relu() ** 2}[activation])
    return torch.stack(answers)


def random_models(tied: bool, bias: bool) -> tuple[Autoencoders, list[tuple[str, str]]]:
    """One of every activation and hidden activation, with random weights and, where there is one, bias."""
    kinds = list(product(ACTIVATIONS, HIDDEN))
    random = torch.Generator().manual_seed(0)
    encoder, decoder = torch.randn(2, len(kinds), 3, 7, generator=random)
    activations, hidden = zip(*kinds, strict=True)
    made = Autoencoders(encoder, None if tied else decoder, bias=bias, activations=activations, hidden=hidden)
    if made.bias is not None:
        made.bias.normal_(0, 0.5, generator=random)
    return made, kinds


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("tied", [True, False])
def test_answers_and_gradients_are_those_of_plain_torch(tied: bool, bias: bool) -> None:
    made, kinds = random_models(tied, bias)
    random = torch.Generator().manual_seed(1)
    samples, targets = torch.randn(2, len(kinds), 10, 7, generator=random)
    importance = torch.rand(len(kinds), 1, 7, generator=random)
    made.descend(samples, targets, importance)
    answers = made(samples)
    for model, (activation, hidden) in enumerate(kinds):
        known = [values[model].clone().requires_grad_() for values in made.parameters]
        encoder, decoder = known[0], known[0 if tied else 1]
        shift = known[-1][0] if bias else torch.zeros(7)
        expected = plain(samples[model], encoder, decoder, shift, activation, hidden)
        (importance[model] * (targets[model] - expected) ** 2).sum(1).mean().backward()
        assert torch.allclose(answers[model], expected, rtol=1e-5, atol=1e-5)
        for found, value in zip(made.parameters, known, strict=True):
            scale = value.grad.abs().max()
            assert scale > 0.01 and (found.grad[model] - value.grad).abs().max() < 1e-5 * scale, (activation, hidden)


@pytest.mark.parametrize("tied", [True, False])
def test_gradients_are_autograds_and_as_fresh_at_every_call(tied: bool) -> None:
    """Whatever was in the memory that calls share, and after batches of another size."""
    made, kinds = random_models(tied, bias=True)
    importance = torch.ones(len(kinds), 1, 7)
    for size in (10, 10, 4, 10):
        samples = torch.randn(len(kinds), size, 7, generator=torch.Generator().manual_seed(size))
        kept = samples.clone()
        made.descend(samples, samples, importance)
        found = [values.grad.clone() for values in made.parameters]
        for values in made.parameters:
            values.requires_grad_().grad = None
        ((samples - made(samples)) ** 2).sum(2).mean(1).sum().backward()
        for ours, values in zip(found, made.parameters, strict=True):
            assert torch.allclose(ours, values.grad, rtol=1e-4, atol=1e-5 * float(values.grad.abs().max()))
            values.requires_grad_(False)
        assert torch.equal(samples, kept)


class Alone(nn.Module):
    """One model, written plainly."""

    def __init__(self, toy: Models, instance: Instance) -> None:
        super().__init__()
        first, second = (
            learning.first_weights([instance.seed], toy.dimensions, toy.features, purpose)[0]
            for purpose in ("toy weights", "toy decoder")
        )
        self.encoder = nn.Parameter(torch.from_numpy(first))
        self.decoder = self.encoder if toy.tied else nn.Parameter(torch.from_numpy(second))
        self.bias = nn.Parameter(torch.zeros(toy.features)) if toy.bias else None
        self.instance = instance

    def forward(self, samples: Tensor) -> Tensor:
        inner = nn.functional.linear(samples, self.encoder)
        inner = inner.relu() if self.instance.hidden == "relu" else inner
        read = inner @ self.decoder + (0 if self.bias is None else self.bias)
        return {"linear": lambda: read, "relu": read.relu, "power3": lambda: read**3}[self.instance.activation]()


def alone(toy: Models, instance: Instance, densities: np.ndarray, importances: np.ndarray) -> Alone:
    """The model, trained by itself on the draws that it has in a batch."""
    model = Alone(toy, instance)
    draws = Draws(
        densities[None],
        [instance.seed],
        purpose="toy samples",
        values=toy.values,
        occurrences=[instance.occurrence],
        group=toy.group,
        device=CPU,
    )
    options = toy.training
    if options.optimiser == "adamw":
        updates: Any = torch.optim.AdamW(model.parameters(), lr=options.lr, weight_decay=options.weight_decay)
    else:
        updates = torch.optim.Adam(model.parameters(), lr=options.lr)
    for _ in range(options.steps):
        samples = draws.batch(options.batch_size)[0]
        targets = samples.abs() if toy.target == "absolute" else samples
        updates.zero_grad()
        loss = (torch.from_numpy(importances) * (targets - model(samples)).square()).sum(1).mean()
        loss.backward()
        updates.step()
    return model


SHAPES: list[dict[str, Any]] = [
    {"optimiser": "adamw", "weight_decay": 0.3, "hidden": ["linear", "relu"], "activations": ["linear", "relu"]},
    {"tied": False, "values": "symmetric", "target": "absolute", "hidden": ["relu"], "decay": 0.8},
    {"bias": False, "values": "normal", "activations": ["power3", "linear"], "lr": 1e-3},
    {"occurrence": ["independent", "correlated", "anticorrelated"], "group": 3, "densities": [0.3], "values": "sign"},
]


@pytest.mark.parametrize("shape", SHAPES, ids=["adamw", "untied", "without bias", "in groups"])
def test_training_all_at_once_equals_a_loop_over_models(shape: dict[str, Any]) -> None:
    toy = models(steps=60, importance={"shape": "linear", "at": [0.3, 1]}, seeds=[0, 4], **shape)
    found, instances = learning.learn(toy, CPU).models, Instances(toy)
    for row, instance in enumerate(instances.rows):
        model = alone(toy, instance, instances.densities[row], instances.importances[row])
        pairs = [(found.encoder, model.encoder), (found.decoder, model.decoder), (found.bias, model.bias)]
        for ours, theirs in pairs:
            if ours is not None:
                assert theirs is not None
                assert np.abs(ours[row] - theirs.detach().numpy()).max() < 1e-5, instance
    assert (found.decoder is None) == toy.tied and (found.bias is None) != toy.bias
    assert np.abs(found.encoder[0] - learning.first_weights([0], 2, 6, "toy weights")[0]).max() > 0.01


def test_weight_decay_is_adamws_only() -> None:
    def weights(**options: Any) -> np.ndarray:
        return learning.learn(models(densities=[0.3], **options), CPU).models.encoder

    adam, decayed = (weights(optimiser="adam", weight_decay=decay) for decay in (0, 0.5))
    assert np.array_equal(adam, decayed)
    assert weights(optimiser="adamw", weight_decay=0) == pytest.approx(adam, abs=1e-6)
    assert np.linalg.norm(weights(optimiser="adamw", weight_decay=5)) < 0.9 * np.linalg.norm(adam)
