"""Trains all models of a toy at once, and measures how well they answer to samples that they have not seen."""

import numpy as np
import torch
from torch import Tensor

from superposition import streams
from superposition.resuming import Resumable
from superposition.toys import autoencoders
from superposition.toys.autoencoders import Autoencoders
from superposition.toys.config import Models, spelt_out
from superposition.toys.draws import Draws
from superposition.toys.files import Learned, Trained
from superposition.toys.instances import Instances
from superposition.toys.saving import Saving

UNSEEN = 2**17
"""Samples that the errors are measured on."""
BLOCK = 2048


def learn(toy: Models, device: torch.device, resumable: Resumable | None = None) -> Trained:
    """The models, trained and measured; resumable: where the training is saved, and from where it goes on."""
    instances = Instances(toy)
    models = _untrained(instances, device)
    draws = _draws(instances, "toy samples", device, toy.seeds)

    def batch() -> tuple[Tensor, Tensor]:
        samples = draws.batch(toy.training.batch_size)
        return samples, _targets(toy.target, samples)

    importances = torch.from_numpy(instances.importances).float().to(device)
    saving = Saving(resumable, "training", draws.generators) if resumable else None
    autoencoders.train(models, batch, importances, toy.training, saving)
    # All seeds are measured on the same samples, so that chance does not decide which of them is best.
    unseen = _draws(instances, "toy evaluation", device, toy.seeds[:1] * len(toy.seeds))
    errors = unseen_errors(models, unseen, toy.target)
    return Trained(learned(models, errors), instances.frame, instances.densities, instances.importances)


def learned(models: Autoencoders, errors: Tensor) -> Learned:
    """What models have learnt, as arrays; errors: [model, feature]."""
    return Learned(
        models.encoder.numpy(force=True),
        errors.numpy(force=True),
        None if models.tied else models.decoder.numpy(force=True),
        None if models.bias is None else models.bias[:, 0].numpy(force=True),
    )


def first_weights(seeds: list[int], dimensions: int, features: int, purpose: str) -> np.ndarray:
    """Normal weights of variance 2 / (m + n) (Glorot & Bengio 2010), float32 [seed, dimension, feature]."""
    scale = (2 / (dimensions + features)) ** 0.5
    shape = dimensions, features
    return np.stack([streams.generator(seed, purpose).normal(0, scale, shape) for seed in seeds]).astype(np.float32)


def _untrained(instances: Instances, device: torch.device) -> Autoencoders:
    toy = instances.toy
    settings = len(instances.rows) // len(toy.seeds)
    encoder, decoder = (
        torch.from_numpy(first_weights(toy.seeds, toy.dimensions, toy.features, purpose)).repeat(settings, 1, 1)
        for purpose in ("toy weights", "toy decoder")
    )
    return Autoencoders(
        encoder.to(device),
        None if toy.tied else decoder.to(device),
        bias=toy.bias,
        activations=instances.column("activation"),
        hidden=instances.column("hidden"),
    )


def _draws(instances: Instances, purpose: str, device: torch.device, seeds: list[int]) -> Draws:
    toy = instances.toy
    first = instances.densities[: len(spelt_out(toy.densities)) * len(toy.seeds) : len(toy.seeds)]
    return Draws(
        first,
        seeds,
        purpose=purpose,
        values=toy.values,
        occurrences=toy.occurrence,
        group=toy.group,
        copies=len(instances.rows) // instances.draws,
        device=device,
    )


def _targets(target: str, samples: Tensor) -> Tensor:
    return samples.abs() if target == "absolute" else samples


@torch.no_grad()
def unseen_errors(models: Autoencoders, draws: Draws, target: str = "identity") -> Tensor:
    """Mean squared error of each feature on many fresh samples, float32 [model, feature]."""
    total = torch.zeros(())
    for _ in range(UNSEEN // BLOCK):
        samples = draws.batch(BLOCK)
        total = total + (models(samples) - _targets(target, samples)).square().sum(1, dtype=torch.float64)
    return (total / UNSEEN).float()
