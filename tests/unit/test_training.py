"""Training against plain torch and torchvision, step by step."""

import copy
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from superposition import networks, optimisers, training
from superposition.config import Optimiser
from tests.small_learning import TinyNet, coloured

import torchvision  # isort: skip  (after superposition.eager)
from torchvision.transforms import v2 as transforms  # isort: skip
from tests.small_training import MEAN, STD, Recorded, fit, make_batches, make_trainer


def plain(
    network: nn.Module,
    optimiser: torch.optim.Optimizer,
    smoothing: float,
    order: list[torch.Tensor],
    pixels: np.ndarray,
    labels: np.ndarray,
) -> Recorded:
    """The same training as one would write it with torch and torchvision alone."""
    dtype = next(network.parameters()).dtype
    parts = [transforms.ToImage(), transforms.ToDtype(dtype, scale=True), transforms.Normalize(MEAN, STD)]
    prepare, recorded = transforms.Compose(parts), Recorded(order, [], [], [])
    for rows in order:
        images = torch.stack([prepare(pixels[row]) for row in rows])
        loss = nn.functional.cross_entropy(network(images), torch.from_numpy(labels)[rows], label_smoothing=smoothing)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        recorded.losses.append(loss.item())
        recorded.weights.append(copy.deepcopy(network.state_dict()))
    return recorded


def decayed_and_not(network: nn.Module, decay: float) -> list[dict[str, Any]]:
    """Weight decay for the kernels of convolutions and linear layers, none for the rest."""
    kernels = [module.weight for module in network.modules() if isinstance(module, nn.Conv2d | nn.Linear)]
    others = [weight for weight in network.parameters() if not any(weight is kernel for kernel in kernels)]
    return [{"params": kernels, "weight_decay": decay}, {"params": others, "weight_decay": 0.0}]


CASES: dict[str, tuple[dict[str, Any], float, Callable[[nn.Module], torch.optim.Optimizer]]] = {
    "adam": ({"name": "adam", "lr": 1e-3}, 0.0, lambda net: torch.optim.Adam(net.parameters(), lr=1e-3)),
    "adamw": (
        {"name": "adamw", "lr": 1e-3, "weight_decay": 0.3},
        0.1,
        lambda net: torch.optim.AdamW(decayed_and_not(net, 0.3), lr=1e-3),
    ),
    "sgd": (
        {"name": "sgd", "lr": 0.05, "weight_decay": 0.01, "momentum": 0.8},
        0.0,
        lambda net: torch.optim.SGD(decayed_and_not(net, 0.01), lr=0.05, momentum=0.8, nesterov=True),
    ),
}


def both(case: str, ours: nn.Module, theirs: nn.Module) -> tuple[list[training.Epoch], Recorded, Recorded]:
    """Two epochs over 17 samples in batches of 8 and 9: our way and the plain way, from the same weights."""
    settings, smoothing, make_plain = CASES[case]
    pixels, labels = coloured(17, 16, 16)
    theirs.load_state_dict(ours.state_dict())
    epochs, recorded = fit(make_trainer(ours, optimiser=settings, label_smoothing=smoothing), pixels, labels)
    return epochs, recorded, plain(theirs, make_plain(theirs), smoothing, recorded.rows, pixels, labels)


@pytest.mark.parametrize("case", CASES)
def test_baseline_equals_plain_torch(case: str) -> None:
    """In double precision, where rounding (fused optimisers, memory formats) leaves room for nothing else."""
    ours, theirs = networks.build("resnet18", classes=3, seed=3), torchvision.models.resnet18(num_classes=3)
    epochs, recorded, expected = both(case, ours.double(), theirs.double())
    assert [len(rows) for rows in recorded.rows] == [8, 9, 8, 9]
    np.testing.assert_allclose(recorded.losses, expected.losses, rtol=1e-9)
    for one, other in zip(recorded.weights, expected.weights, strict=True):
        for key in one:
            np.testing.assert_allclose(one[key], other[key], rtol=1e-6, atol=1e-8, err_msg=key)
    means = [np.average(recorded.losses[start : start + 2], weights=[8, 9]) for start in (0, 2)]
    np.testing.assert_allclose([epoch.loss for epoch in epochs], means)


@pytest.mark.parametrize("case", CASES)
def test_single_precision_differs_by_rounding_alone(case: str) -> None:
    """Fused optimisers and channels last round differently; a ResNet on few pixels would blow that up step by step."""
    _, recorded, expected = both(case, TinyNet(), TinyNet(seed=1))
    np.testing.assert_allclose(recorded.losses, expected.losses, rtol=1e-5)
    for one, other in zip(recorded.weights, expected.weights, strict=True):
        for key in one:
            np.testing.assert_allclose(one[key], other[key], rtol=1e-4, atol=1e-5, err_msg=key)


@pytest.mark.parametrize("steps", [1, 2, 3, 4, 5, 7, 10, 100, 391])
@pytest.mark.parametrize("schedule", ["constant", "step", "cosine", "one_cycle"])
def test_schedules_equal_torchs(schedule: str, steps: int) -> None:
    optimiser = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.3)
    schedulers = torch.optim.lr_scheduler
    reference = {
        "constant": lambda: schedulers.ConstantLR(optimiser, factor=1),
        "step": lambda: schedulers.MultiStepLR(optimiser, milestones=[math.ceil(0.8 * steps)]),
        "cosine": lambda: schedulers.CosineAnnealingLR(optimiser, T_max=steps),
        "one_cycle": lambda: schedulers.OneCycleLR(optimiser, max_lr=0.3, total_steps=steps, cycle_momentum=False),
    }[schedule]()
    for step in range(steps):
        expected = optimiser.param_groups[0]["lr"]
        assert 0.3 * optimisers.schedule_factor(schedule, step, steps) == pytest.approx(expected, rel=1e-9, abs=1e-12)
        optimiser.step()
        if step < steps - 1:
            reference.step()


@pytest.mark.parametrize("schedule", ["constant", "step", "cosine", "one_cycle"])
def test_every_step_takes_the_rate_of_the_schedule(schedule: str) -> None:
    trainer = make_trainer(TinyNet(), schedule=schedule, epochs=3, optimiser={"lr": 0.02})
    epochs, recorded = fit(trainer, *coloured(24))
    expected = [0.02 * optimisers.schedule_factor(schedule, step, 9) for step in range(9)]
    assert recorded.rates == pytest.approx(expected)
    assert [epoch.lr for epoch in epochs] == pytest.approx(expected[2::3])
    for group in trainer.optimiser.param_groups:
        assert group["lr"] == recorded.rates[-1]


@pytest.mark.parametrize("name", ["adam", "adamw", "sgd"])
def test_weight_decay_spares_batch_norm_and_biases(name: str) -> None:
    network = networks.build("resnet18", classes=3)
    optimiser = optimisers.make(network, Optimiser(name=name, weight_decay=0.1))  # type: ignore[arg-type]
    decays = {id(weight): group["weight_decay"] for group in optimiser.param_groups for weight in group["params"]}
    for key, weight in network.named_parameters():
        kernel = isinstance(network.get_submodule(key.rpartition(".")[0]), nn.Conv2d | nn.Linear) and "weight" in key
        assert decays[id(weight)] == (0.1 if kernel else 0.0), key


def test_sgd_without_momentum_is_plain() -> None:
    weight = nn.Linear(1, 1, bias=False)
    optimiser = optimisers.make(weight, Optimiser(name="sgd", lr=0.5, momentum=0.0))
    weight.weight.data.fill_(2.0)
    for _ in range(2):
        weight.weight.grad = torch.ones(1, 1)
        optimiser.step()
    assert weight.weight.item() == 1.0


@pytest.mark.parametrize(
    ("n", "sizes"), [(16, [8, 8]), (17, [8, 9]), (18, [8, 8, 2]), (9, [9]), (8, [8]), (2, [2]), (25, [8, 8, 9])]
)
def test_a_last_batch_of_one_joins_the_one_before(n: int, sizes: list[int]) -> None:
    epochs, recorded = fit(make_trainer(TinyNet(), epochs=1), *coloured(n))
    assert [len(rows) for rows in recorded.rows] == sizes
    assert sorted(torch.cat(recorded.rows).tolist()) == list(range(n))
    assert epochs[0].images_per_s == pytest.approx(n / epochs[0].seconds)


def test_shuffling_orders_each_epoch_anew() -> None:
    _, recorded = fit(make_trainer(TinyNet()), *coloured(24))
    first, second = torch.cat(recorded.rows[:3]).tolist(), torch.cat(recorded.rows[3:]).tolist()
    assert sorted(first) == sorted(second) == list(range(24))
    assert first != second
    assert first != list(range(24))
    _, again = fit(make_trainer(TinyNet(), augment=["flip"]), *coloured(24))
    assert torch.cat(again.rows[:1]).tolist() == first[:8]
    _, other = fit(make_trainer(TinyNet()), *coloured(24), seed=1)
    assert torch.cat(other.rows[:3]).tolist() != first


def test_without_shuffling_the_order_is_kept() -> None:
    _, recorded = fit(make_trainer(TinyNet(), shuffle=False), *coloured(24))
    assert torch.cat(recorded.rows).tolist() == [*range(24), *range(24)]


def test_a_loss_that_is_no_number_names_the_learning_rate() -> None:
    trainer = make_trainer(TinyNet(), optimiser={"name": "sgd", "lr": 1e30})
    with pytest.raises(training.NotFinite, match=r"^the loss is nan in epoch 1, at 1e\+30$"):
        fit(trainer, *coloured(48))


def test_loss_and_accuracy_are_means_over_samples() -> None:
    """A rate of almost nothing leaves the network as it is: both can be computed from it."""
    network = TinyNet()
    pixels, labels = coloured(18)
    epochs, recorded = fit(make_trainer(network, epochs=1, optimiser={"lr": 1e-30}), pixels, labels)
    everything = make_batches(pixels)
    logits = [network(everything.make(rows, torch.Generator())) for rows in recorded.rows]
    targets = torch.from_numpy(labels)[torch.cat(recorded.rows)]
    assert epochs[0].loss == pytest.approx(nn.functional.cross_entropy(torch.cat(logits), targets).item(), rel=1e-5)
    assert epochs[0].accuracy == pytest.approx((torch.cat(logits).argmax(1) == targets).float().mean().item())
    assert 1 < epochs[0].peak_memory_mb < 1e6
