"""The models of one toy: what each has that others have not. Arrays are float64 [model, feature]."""

from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any, NamedTuple

import numpy as np
from pandas import DataFrame

from superposition.toys.config import Models, spelt_out


class Instance(NamedTuple):
    """What one model is made of, by the values in the config; group: features that are present together, or never so,
    1 if each is by itself."""

    activation: str
    hidden: str
    importance: float
    occurrence: str
    density: float
    seed: int
    group: int


@dataclass(frozen=True)
class Instances:
    """All models of a toy, in the order in which its arrays have them: activations vary slowest, seeds fastest."""

    toy: Models

    @cached_property
    def rows(self) -> list[Instance]:
        """One a model."""
        toy = self.toy
        axes = toy.activations, toy.hidden, spelt_out(toy.importance.at), toy.occurrence, spelt_out(toy.densities)
        groups = {occurrence: 1 if occurrence == "independent" else toy.group for occurrence in toy.occurrence}
        return [Instance(*values, groups[values[3]]) for values in product(*axes, toy.seeds)]

    @property
    def draws(self) -> int:
        """How many models, the last ones, have all the different samples among them; the others have the same again."""
        toy = self.toy
        return len(toy.occurrence) * len(spelt_out(toy.densities)) * len(toy.seeds)

    @property
    def frame(self) -> DataFrame:
        """The rows as a table."""
        return DataFrame(self.rows, columns=list(Instance._fields))

    def column(self, name: str) -> list[Any]:
        """One field of all rows."""
        return [getattr(row, name) for row in self.rows]

    @property
    def densities(self) -> np.ndarray:
        """Probability that each feature is present."""
        return np.stack([decaying(first, self.toy.decay, self.toy.features) for first in self.column("density")])

    @property
    def importances(self) -> np.ndarray:
        """How much the error of each feature counts."""
        shape, features = self.toy.importance.shape, self.toy.features
        return np.stack([importance(shape, at, features) for at in self.column("importance")])


def decaying(first: float, decay: float, features: int) -> np.ndarray:
    """Densities that fall from feature to feature, float64 [feature]."""
    return np.asarray(first * decay ** np.arange(features, dtype=float))


def importance(shape: str, at: float, features: int) -> np.ndarray:
    """How much the error of each feature counts, float64 [feature], for the shapes that `Importance` describes."""
    match shape:
        case "geometric":
            return decaying(1, at, features)
        case "linear":
            return np.linspace(1, at, features)
        case _:
            return np.append(np.ones(features - 1), at)
