"""Rounds of choosing the samples that toy models are trained on, for all arms and seeds at once.

Models stand in order of arms, and within an arm in order of seeds: [arm * seed]. An arm is a score, by which the
highest are taken, or a strategy of the study that looks at features only; here these are the hidden activations W x.
"""

import logging
from collections.abc import Callable, Mapping

import numpy as np
import torch
from pandas import DataFrame, concat
from torch import Tensor

from superposition import streams
from superposition.resuming import Resumable
from superposition.selection import Pool, Strategy, highest
from superposition.toys import autoencoders, learning
from superposition.toys.autoencoders import Autoencoders
from superposition.toys.config import Selection
from superposition.toys.draws import Draws
from superposition.toys.files import Learned, Trained
from superposition.toys.instances import decaying, importance
from superposition.toys.saving import Saving

log = logging.getLogger(__name__)


def highest_loss(models: Autoencoders, samples: Tensor, importances: Tensor) -> Tensor:
    """What each model pays for each sample, [model, sample]."""
    return (importances[:, None, :] * (models(samples) - samples).square()).sum(-1)


def largest_norm(_models: Autoencoders, samples: Tensor, _importances: Tensor) -> Tensor:
    """Length of each sample, [model, sample]."""
    return samples.norm(dim=-1)


def most_active(_models: Autoencoders, samples: Tensor, _importances: Tensor) -> Tensor:
    """How many features each sample has, [model, sample]."""
    return (samples != 0).sum(-1, dtype=torch.float32)


SCORES: Mapping[str, Callable[[Autoencoders, Tensor, Tensor], Tensor]] = {
    "highest_loss": highest_loss,
    "largest_norm": largest_norm,
    "most_active": most_active,
}


class Rounds:
    """A selection as it goes: the samples to choose from, and which each model has been given so far."""

    def __init__(
        self,
        toy: Selection,
        strategies: Mapping[str, Strategy],
        device: torch.device,
        resumable: Resumable | None = None,
    ) -> None:
        """strategies: those arms that are no scores; resumable: where rounds are saved, none is trained twice."""
        self.toy, self.strategies, self.device, self.resumable = toy, strategies, device, resumable
        self.densities = decaying(toy.density, toy.decay, toy.features)
        draws = Draws(
            self.densities[None], toy.seeds, purpose="toy pool", values=toy.values, copies=len(toy.arms), device=device
        )
        self.pool = draws.batch(toy.pool)
        importances = importance("geometric", toy.importance, toy.features)
        self.importances = torch.from_numpy(importances).float().to(device).repeat(len(self.pool), 1)
        first = [streams.generator(seed, "toy first list").permutation(toy.pool)[: toy.query] for seed in toy.seeds]
        self.given = torch.from_numpy(np.tile(first, (len(toy.arms), 1))).to(device)

    def run(self) -> Trained:
        """The models after every round, one round after the other; densities are those of the samples given."""
        found = []
        for number in range(1, self.toy.rounds + 1):
            models = self._train(number)
            found.append(self._measured(models, number))
            log.info("round %d/%d", number, self.toy.rounds)
            if number < self.toy.rounds:
                self._choose(models, number + 1)
        return _together(found)

    def _train(self, number: int) -> Autoencoders:
        """Models that begin afresh, trained on the samples given; in a seed all arms begin and draw alike.

        In the first round, where all have the same samples, one arm is trained for all: the last bits of a model's
        weights may depend on its place among others.
        """
        toy, arms = self.toy, len(self.toy.arms) if number > 1 else 1
        weights = learning.first_weights(toy.seeds, toy.dimensions, toy.features, "toy weights")
        encoder = torch.from_numpy(weights).repeat(arms, 1, 1).to(self.device)
        names = [toy.activation] * len(encoder), ["linear"] * len(encoder)
        models = Autoencoders(encoder, None, bias=toy.bias, activations=names[0], hidden=names[1])
        orders = [streams.generator(seed, "toy order", number) for seed in toy.seeds]
        given = self._samples(self.given)[: len(encoder)]

        def batch() -> tuple[Tensor, Tensor]:
            size = toy.training.batch_size
            rows = np.stack([order.integers(given.shape[1], size=size) for order in orders])
            samples = _rows(given, torch.from_numpy(np.tile(rows, (arms, 1))).to(self.device))
            return samples, samples

        saving = Saving(self.resumable, f"round{number}", orders) if self.resumable else None
        autoencoders.train(models, batch, self.importances[: len(encoder)], toy.training, saving)
        return models.repeated(len(toy.arms) // arms)

    def _measured(self, models: Autoencoders, number: int) -> Trained:
        toy, present = self.toy, self._samples(self.given) != 0
        true = Draws(
            self.densities[None],
            toy.seeds,
            purpose="toy evaluation",
            values=toy.values,
            copies=len(toy.arms),
            device=self.device,
        )
        rows = {
            "arm": np.repeat(toy.arms, len(toy.seeds)),
            "seed": np.tile(toy.seeds, len(toy.arms)),
            "round": number,
            "given": self.given.shape[1],
            "active": present.sum(-1, dtype=torch.float32).mean(-1).numpy(force=True),
        }
        learned = learning.learned(models, learning.unseen_errors(models, true))
        densities = present.mean(1, dtype=torch.float32).numpy(force=True)
        return Trained(learned, DataFrame(rows), densities, self.importances.numpy(force=True))

    @torch.no_grad()
    def _choose(self, models: Autoencoders, number: int) -> None:
        """Give every model the samples that its arm chooses for the round of that number."""
        toy, chosen = self.toy, []
        hidden = (self.pool @ models.encoder.mT).numpy(force=True)
        for place, arm in enumerate(toy.arms):
            rows = slice(place * len(toy.seeds), (place + 1) * len(toy.seeds))
            scores = self._scores(arm, models) if arm in SCORES else None
            for model, seed in zip(range(rows.start, rows.stop), toy.seeds, strict=True):
                generator = streams.generator(seed, "toy query", number)
                given = self.given[model].numpy(force=True)
                left = np.setdiff1d(np.arange(toy.pool), given)
                if scores is None:
                    pool = Pool(left, features=hidden[model, left], labelled=hidden[model, given])
                    choice = self.strategies[arm](pool, toy.query, generator)
                else:
                    choice = highest(scores[model, left], toy.query, generator)
                chosen.append(left[choice.rows])
        self.given = torch.cat([self.given, torch.from_numpy(np.stack(chosen)).to(self.device)], 1)

    def _scores(self, arm: str, models: Autoencoders) -> np.ndarray:
        return SCORES[arm](models, self.pool, self.importances).numpy(force=True)

    def _samples(self, ids: Tensor) -> Tensor:
        return _rows(self.pool, ids)


def _rows(samples: Tensor, ids: Tensor) -> Tensor:
    """Some samples of each model, [model, id, feature]; ids: [model, id]."""
    models, number, _ = samples.shape
    places = ids + number * torch.arange(models, device=ids.device)[:, None]
    return samples.flatten(0, 1).index_select(0, places.flatten()).unflatten(0, (models, -1))


def _together(rounds: list[Trained]) -> Trained:
    """The models of all rounds, one round after the other."""
    learned = [trained.models for trained in rounds]
    bias = [models.bias for models in learned if models.bias is not None]
    return Trained(
        Learned(
            np.concatenate([models.encoder for models in learned]),
            np.concatenate([models.errors for models in learned]),
            bias=np.concatenate(bias) if bias else None,
        ),
        concat([trained.rows for trained in rounds], ignore_index=True),
        np.concatenate([trained.densities for trained in rounds]),
        np.concatenate([trained.importances for trained in rounds]),
    )
