"""Samples of sparse features: each is present with its own probability, and then has a random value.

One set of uniform numbers a seed decides over the samples of all models with that seed: a feature that is present where
it is rare is present where it is common. So models are compared on the same draws, and the draws cost little.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from superposition import streams
from superposition.resuming import Generator
from superposition.toys.config import Values


class Draws:
    """Batches for models that differ in their occurrence, density and seed; seeds vary fastest, occurrences slowest."""

    def __init__(
        self,
        densities: np.ndarray,
        seeds: Sequence[int],
        *,
        purpose: str,
        values: Values = "uniform",
        occurrences: Sequence[str] = ("independent",),
        group: int = 2,
        copies: int = 1,
        device: torch.device,
    ) -> None:
        """densities: [density, feature]; purpose: of the stream of random numbers; group: features that are
        present together, or one at most, where an occurrence says so; copies: of all samples, for so many times as many
        models."""
        self.values, self.occurrences, self.group, self.copies = values, occurrences, group, copies
        self.inverse = 1 / torch.from_numpy(densities).float().to(device)[:, None, None]
        self.presence, self.sizes = (
            [_generator(seed, name, device) for seed in seeds] for name in (purpose, f"{purpose}: values")
        )
        self.generators = [*self.presence, *self.sizes]
        self.one = torch.ones((), device=device)
        self.samples = self.uniform = torch.empty(0, device=device)

    def batch(self, size: int) -> Tensor:
        """So many fresh samples of each model, float32 [model, sample, feature]; the next call writes over them."""
        if self.samples.shape[-2:-1] != (size,):
            self._make_room(size)
        numbers = self._uniform(self.presence)
        for occurrence, samples in zip(self.occurrences, self.samples[0], strict=True):
            self._place(numbers, occurrence, samples)
        self._give_values(self.samples[0])
        self.samples[1:] = self.samples[0]
        return self.samples.flatten(0, 3)

    def _make_room(self, size: int) -> None:
        densities, features = len(self.inverse), self.inverse.shape[-1]
        self.uniform = self.inverse.new_empty(len(self.presence), size, features)
        self.samples = self.inverse.new_empty(self.copies, len(self.occurrences), densities, *self.uniform.shape)

    def _uniform(self, of_seeds: list[Generator]) -> Tensor:
        """Numbers from 0 to 1 [seed, sample, feature], in memory that is there already."""
        for numbers, generator in zip(self.uniform, of_seeds, strict=True):
            if isinstance(generator, torch.Generator):
                numbers.uniform_(generator=generator)
            else:
                generator.random(out=numbers.numpy(), dtype=np.float32)
        return self.uniform

    def _place(self, numbers: Tensor, occurrence: str, samples: Tensor) -> None:
        """Above 0 where a feature is present, 0 elsewhere [density, seed, sample, feature].

        numbers: uniform from 0 to 1. With density p, 1 - number / p is above 0 with probability p, and then uniform
        from 0 to 1. A group shares a number; where one of it at most is present, each has an interval of its own.
        """
        if occurrence != "independent":
            numbers = numbers[..., :: self.group].repeat_interleave(self.group, -1)
        torch.addcmul(self.one, numbers, self.inverse, value=-1, out=samples)
        if occurrence == "anticorrelated":
            turns = torch.arange(samples.shape[-1], device=samples.device) % self.group
            samples.add_(turns).masked_fill_(samples > 1, 0)
        samples.relu_()

    def _give_values(self, samples: Tensor) -> None:
        """Values to whatever is present, but for what has them: independent features with uniform values."""
        if self.values == "uniform" and set(self.occurrences) == {"independent"}:
            return
        fresh = self._uniform(self.sizes)
        match self.values:
            case "sign":
                fresh = torch.where(fresh < 0.5, -1.0, 1.0)
            case "symmetric":
                fresh = 2 * fresh - 1
            case "normal":
                smallest = torch.finfo(torch.float32).tiny
                fresh = torch.special.ndtri(fresh.clamp(smallest, 1 - 2**-24))
        for occurrence, of_it in zip(self.occurrences, samples, strict=True):
            if self.values != "uniform" or occurrence != "independent":
                of_it.copy_(torch.where(of_it > 0, fresh, 0.0))


def _generator(seed: int, purpose: str, device: torch.device) -> Generator:
    """A stream of a seed; on a CPU numpy's, which draws several times as fast there as torch's."""
    if device.type == "cpu":
        return streams.generator(seed, purpose)
    return torch.Generator(device).manual_seed(streams.torch_seed(seed, purpose))
