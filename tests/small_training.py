"""What tests of training share: a trainer whose every step is noted."""

import copy
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import nn

from superposition import optimisers, training
from superposition.augmentation import Batches
from superposition.config import Training

MEAN, STD = [0.49, 0.48, 0.45], [0.2, 0.19, 0.21]


class Recorded(NamedTuple):
    """What each step of a training did: its samples, learning rate, loss and the weights after it."""

    rows: list[torch.Tensor]
    rates: list[float]
    losses: list[float]
    weights: list[dict[str, torch.Tensor]]


def make_batches(pixels: np.ndarray, dtype: torch.dtype = torch.float32, augment: tuple[str, ...] = ()) -> Batches:
    mean, std = (torch.tensor(values, dtype=dtype) for values in (MEAN, STD))
    return Batches(torch.from_numpy(pixels), mean=mean, std=std, augment=augment)


def make_trainer(network: nn.Module, **settings: Any) -> training.Trainer:
    options = Training.model_validate({"batch_size": 8, "epochs": 2, **settings})
    network.to(memory_format=torch.channels_last)
    return training.Trainer(network, optimisers.make(network, options.optimiser), options)


def fit(
    trainer: training.Trainer, pixels: np.ndarray, labels: np.ndarray, seed: int = 0
) -> tuple[list[training.Epoch], Recorded]:
    """Train, noting every step."""
    batches = make_batches(pixels, next(trainer.network.parameters()).dtype, tuple(trainer.training.augment))
    recorded, make, step = Recorded([], [], [], []), batches.make, trainer.step

    def noted_make(rows: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
        recorded.rows.append(rows)
        return make(rows, generator)

    def noted_step(images: torch.Tensor, labels: torch.Tensor, rate: float) -> tuple[torch.Tensor, torch.Tensor]:
        loss, hits = step(images, labels, rate)
        recorded.rates.append(rate)
        recorded.losses.append(loss.item())
        recorded.weights.append(copy.deepcopy(trainer.network.state_dict()))
        return loss, hits

    batches.make, trainer.step = noted_make, noted_step  # type: ignore[method-assign]
    epochs = list(trainer.fit(batches, torch.from_numpy(labels), torch.Generator().manual_seed(seed)))
    return epochs, recorded
