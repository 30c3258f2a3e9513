"""Training one network for one round."""

import logging
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from tqdm import tqdm

from superposition.augmentation import Batches
from superposition.config import Training
from superposition.files import replacing
from superposition.machine import peak_memory_mb
from superposition.optimisers import schedule_factor
from superposition.resuming import Resumable, State, random_state, set_random_state

log = logging.getLogger(__name__)

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
    precision: str


class NotFinite(Exception):
    """A training has diverged: its loss is no longer a finite number."""


@dataclass
class Progress:
    """How far a training is: the epochs done, and of the one under way its order of samples, how many steps and seconds
    it has taken, and its summed loss and correct predictions."""

    done: list[Epoch]
    order: Tensor
    loss: Tensor
    correct: Tensor
    steps: int = 0
    seconds: float = 0.0


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

    def fit(
        self, batches: Batches, labels: Tensor, generator: torch.Generator, resumable: Resumable | None = None
    ) -> Iterator[Epoch]:
        """Train for the epochs of `training`, yielding after each.

        labels: int64 [sample], on the network's device, in the order of the images in `batches`.
        generator: a CPU generator; draws the order of samples, the crops and the flips.
        resumable: where the training is saved, and from where it goes on; the epochs done before then come first.
        Raises NotFinite when the loss is no longer finite.
        """
        self.network.train()
        now = self._saved(resumable, generator)
        done = now.done if now else []
        yield from done
        while len(done) < self.training.epochs:
            now = now or self._begin(done, len(labels), generator)
            done.append(self._epoch(now, batches, labels, generator, resumable))
            now = None
            yield done[-1]

    def _begin(self, done: list[Epoch], n: int, generator: torch.Generator) -> Progress:
        order = torch.randperm(n, generator=generator) if self.training.shuffle else torch.arange(n)
        loss, correct = torch.zeros(2, device=self.device)
        return Progress(done, order, loss, correct)

    def _epoch(
        self,
        now: Progress,
        batches: Batches,
        labels: Tensor,
        generator: torch.Generator,
        resumable: Resumable | None,
    ) -> Epoch:
        """Train to the end of the epoch under way."""
        epoch, n, parts = len(now.done) + 1, len(labels), self._split(now.order.to(self.device))
        before, started = now.seconds, time.perf_counter()
        bar = tqdm(parts, f"epoch {epoch}", initial=now.steps, disable=None, leave=False)
        for rows in parts[now.steps :]:
            rate = self._rate(epoch, now.steps, len(parts))
            loss, hits = self.step(batches.make(rows, generator), labels[rows], rate)
            now.loss += loss * len(rows)
            now.correct += hits
            now.steps += 1
            now.seconds = before + time.perf_counter() - started
            bar.update()
            if resumable:
                resumable.between_steps(self._part, lambda: self._state(now, generator))
        bar.close()
        mean_loss, rate = now.loss.item() / n, self._rate(epoch, len(parts) - 1, len(parts))
        if not math.isfinite(mean_loss):
            raise NotFinite(f"the loss is {mean_loss} in epoch {epoch}, at {rate:g}")
        seconds = before + time.perf_counter() - started
        accuracy, precision = now.correct.item() / n, self.training.precision
        return Epoch(epoch, mean_loss, accuracy, rate, n / seconds, seconds, peak_memory_mb(), precision)

    def _rate(self, epoch: int, step: int, steps: int) -> float:
        """The learning rate at a step of an epoch, both of so many steps each."""
        settings = self.training
        done, in_all = (epoch - 1) * steps + step, settings.epochs * steps
        return settings.optimiser.lr * schedule_factor(settings.schedule, done, in_all)

    @property
    def _part(self) -> str:
        return f"training.{self.training.precision}"

    def _state(self, now: Progress, generator: torch.Generator) -> State:
        return {
            "network": self.network.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "scaler": self.scaler.state_dict(),
            "generator": generator.get_state(),
            "random": random_state(self.device),
            "progress": {**vars(now), "done": [list(epoch) for epoch in now.done]},
        }

    def _saved(self, resumable: Resumable | None, generator: torch.Generator) -> Progress | None:
        """How far the training was when it was saved, everything put where it was then."""
        state = resumable.saved_state(self._part) if resumable else None
        if not state:
            return None
        for name in ("network", "optimiser", "scaler"):
            getattr(self, name).load_state_dict(state[name])
        generator.set_state(state["generator"])
        set_random_state(state["random"], self.device)
        now = Progress(**{**state["progress"], "done": [Epoch(*epoch) for epoch in state["progress"]["done"]]})
        now.loss, now.correct = now.loss.to(self.device), now.correct.to(self.device)
        log.info("goes on from epoch %d, step %d", len(now.done) + 1, now.steps)
        return now

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
