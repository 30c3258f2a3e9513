"""Training one network for one round."""

import math
import resource
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from tqdm import tqdm

from superposition.augmentation import Batches
from superposition.config import Optimiser, Training
from superposition.errors import InputError
from superposition.files import replacing

HALF = {"bf16": torch.bfloat16, "fp16": torch.float16}


class Epoch(NamedTuple):
    """What one epoch came to: means over its samples, each as the network was when it saw the sample."""

    epoch: int
    loss: float
    accuracy: float
    lr: float
    images_per_s: float
    seconds: float
    peak_memory_mb: float


def make_optimiser(network: nn.Module, settings: Optimiser) -> torch.optim.Optimizer:
    """The optimiser, with weight decay for matrices and kernels only."""
    weights = list(network.parameters())
    groups: list[dict[str, Any]] = [
        {"params": [weight for weight in weights if weight.ndim > 1], "weight_decay": settings.weight_decay},
        {"params": [weight for weight in weights if weight.ndim <= 1], "weight_decay": 0.0},
    ]
    if settings.name == "sgd":
        nesterov = settings.momentum > 0
        return torch.optim.SGD(groups, lr=settings.lr, momentum=settings.momentum, nesterov=nesterov, fused=True)
    kind = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[settings.name]
    return kind(groups, lr=settings.lr, fused=True)


def schedule_factor(schedule: str, step: int, steps: int) -> float:
    """Share of the peak learning rate at a step in 0..steps-1.

    One-cycle rises from 1/25 over the first 30 % and falls to 1/250,000, both along cosines (Smith & Topin 2018; the
    same numbers as torch.optim.lr_scheduler.OneCycleLR).
    """
    if schedule == "step":
        return 1.0 if step < 0.8 * steps else 0.1
    if schedule == "cosine":
        return _along_cosine(1, 0, step / steps)
    if schedule == "one_cycle":
        top = 0.3 * steps - 1
        if step <= top:
            return _along_cosine(1 / 25, 1, step / top)
        return _along_cosine(1, 1 / 25e4, (step - top) / (steps - 1 - top))
    return 1.0


def _along_cosine(start: float, end: float, way: float) -> float:
    return end + (start - end) * (1 + math.cos(math.pi * way)) / 2


@dataclass
class Trainer:
    """A network and its optimiser, trained in place."""

    network: nn.Module
    optimiser: torch.optim.Optimizer
    training: Training

    def __post_init__(self) -> None:
        self.device = next(self.network.parameters()).device
        self.scaler = torch.amp.GradScaler(self.device.type, enabled=self.training.precision == "fp16")
        self.criterion = nn.CrossEntropyLoss(label_smoothing=self.training.label_smoothing)

    def fit(self, batches: Batches, labels: Tensor, generator: torch.Generator) -> Iterator[Epoch]:
        """Train for the epochs of `training`, yielding after each.

        labels: int64 [sample], on the network's device, in the order of the images in `batches`.
        generator: a CPU generator; draws the order of samples, the crops and the flips.
        Raises InputError when the loss is no longer finite.
        """
        self.network.train()
        steps = self.training.epochs * len(self._split(torch.arange(len(labels))))
        rates = (self.training.optimiser.lr * schedule_factor(self.training.schedule, n, steps) for n in range(steps))
        for epoch in range(1, self.training.epochs + 1):
            started = time.perf_counter()
            total_loss, correct, rate = self._epoch(f"epoch {epoch}", batches, labels, generator, rates)
            seconds = time.perf_counter() - started
            loss = total_loss / len(labels)
            if not math.isfinite(loss):
                raise InputError(
                    f"training.optimiser.lr: the loss is {loss} in epoch {epoch}, at {rate:g}; try a tenth of it"
                )
            yield Epoch(epoch, loss, correct / len(labels), rate, len(labels) / seconds, seconds, peak_memory_mb())

    def _epoch(
        self, title: str, batches: Batches, labels: Tensor, generator: torch.Generator, rates: Iterator[float]
    ) -> tuple[float, float, float]:
        """Summed loss, number of correct predictions, last learning rate."""
        n, rate = len(labels), 0.0
        order = torch.randperm(n, generator=generator) if self.training.shuffle else torch.arange(n)
        total_loss, correct = torch.zeros((), device=self.device), torch.zeros((), device=self.device)
        for rows in tqdm(self._split(order.to(self.device)), title, disable=None, leave=False):
            rate = next(rates)
            loss, hits = self.step(batches.make(rows, generator), labels[rows], rate)
            total_loss += loss * len(rows)
            correct += hits
        return total_loss.item(), correct.item(), rate

    def step(self, images: Tensor, labels: Tensor, rate: float) -> tuple[Tensor, Tensor]:
        """One update at a learning rate: the batch's mean loss and number of correct predictions before it."""
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        half = HALF.get(self.training.precision)
        with torch.autocast(self.device.type, dtype=half, enabled=half is not None):
            logits = self.network(images)
            loss = self.criterion(logits, labels)
        self.optimiser.zero_grad()
        self.scaler.scale(loss).backward()
        self.scaler.step(self.optimiser)
        self.scaler.update()
        return loss.detach(), (logits.argmax(1) == labels).sum()

    def _split(self, order: Tensor) -> list[Tensor]:
        """Batches in order; a last batch of one, which batch norm can't take, joins the one before."""
        parts = list(order.split(self.training.batch_size))
        if len(parts) > 1 and len(parts[-1]) == 1:
            parts[-2:] = [torch.cat(parts[-2:])]
        return parts


def save(state: dict[str, Any], path: Path) -> None:
    """Write a state_dict, whole or not at all; equal states give equal bytes.

    Given a path, torch would write its name into the file.
    """
    with replacing(path) as temporary, temporary.open("wb") as file:
        torch.save(state, file)


def load_optimiser(optimiser: torch.optim.Optimizer, path: Path) -> None:
    """Go on from a saved optimiser state, at the settings that `optimiser` was made with.

    Raises InputError, naming the file, if it is damaged or from another optimiser or network.
    """
    try:
        saved = torch.load(path, map_location="cpu", weights_only=True)
        for group, own in zip(saved["param_groups"], optimiser.state_dict()["param_groups"], strict=True):
            if group.keys() != own.keys():
                raise ValueError(f"its settings are {', '.join(group)}")
            group.update({**own, "params": group["params"]})
        optimiser.load_state_dict(saved)
    except Exception as error:
        reason = f"{type(error).__name__}: {error}".partition("\n")[0]
        raise InputError(f"{path}: not a state of this optimiser ({reason}); delete it and run again") from error


def peak_memory_mb() -> float:
    """Largest resident size of this process so far, in MB (10^6 bytes)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
