"""What a metric sees, and what it says: the domain of `metrics/`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from superposition.errors import InputError


class Dictionary(NamedTuple):
    """Directions that a sparse autoencoder found in a layer, and what it is worth.

    directions: float32 [code, unit], of length 1; activity: float32 [code], the mean of each code over all samples, 0
    for a dead one. Of samples that it was not trained on: explained, the share of their squared lengths that it gives
    back; active, the mean number of codes at work.
    """

    directions: np.ndarray
    activity: np.ndarray
    explained: float
    active: float


@dataclass(frozen=True)
class Activations:
    """One layer's activations on one split, one row a sample.

    values: float32 or float64 [sample, unit]; logits: float32 [sample, class]; labels, ids: int64 [sample]; classes:
    their names; head: float32 [class, unit], the weights of the network's last layer where that reads these values;
    weights: float32 [unit, input], those of the layer itself where it has any; sample: int64 [drawn], rows drawn at
    random where there are too many for measures that look at all pairs, else None; dictionaries: of sparse
    autoencoders, by kind, for metrics that ask for them. Raises InputError where the number of rows differs, or where a
    value is not finite (no measure of those means anything).
    """

    values: np.ndarray
    logits: np.ndarray
    labels: np.ndarray
    ids: np.ndarray
    layer: str
    classes: list[str]
    head: np.ndarray | None = None
    weights: np.ndarray | None = None
    sample: np.ndarray | None = None
    dictionaries: Mapping[str, Dictionary] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.values.ndim != 2 or len({len(self.values), len(self.logits), len(self.labels), len(self.ids)}) > 1:
            shapes = ", ".join(str(array.shape) for array in (self.values, self.logits, self.labels, self.ids))
            raise InputError(f"layer {self.layer}: not one row a sample: values, logits, labels and ids are {shapes}")
        if not len(self.values):
            raise InputError(f"layer {self.layer}: there are no samples")
        for what, array in (("values", self.values), ("logits", self.logits)):
            broken = np.count_nonzero(~np.isfinite(array).all(axis=1))
            if broken:
                found = f"{what} of {broken} of {len(array)} samples are not finite numbers"
                raise InputError(f"layer {self.layer}: {found}: training diverged, or `features.dtype` is too small")


class Distribution(NamedTuple):
    """A curve: `value` [position] at `at` [position], e.g. a histogram at its bins' centres."""

    at: np.ndarray
    value: np.ndarray


def histogram(values: np.ndarray, low: float, high: float, bins: int) -> Distribution:
    """Density of values [value] in equal bins from `low` to `high`, where all must lie but for rounding."""
    density, edges = np.histogram(np.clip(values, low, high), bins, (low, high), density=True)
    return Distribution(at=(edges[:-1] + edges[1:]) / 2, value=density)


Quantities = dict[str, float | Distribution]
"""What a metric returns, by name."""


def require_clusters(activations: Activations, measure: str) -> None:
    """Raise InputError unless the samples have at least two classes, and fewer classes than there are samples."""
    classes, samples = len(np.unique(activations.labels)), len(activations.labels)
    if not 2 <= classes < samples:
        found = f"{classes} class{'es' * (classes != 1)} in {samples} samples"
        raise InputError(
            f"layer {activations.layer}: {measure} needs 2 or more classes, fewer than samples, not {found}"
        )


def require_variation(activations: Activations, measure: str) -> None:
    """Raise InputError where all samples have the same features: zero, or the same constants."""
    if not np.ptp(activations.values, axis=0).any():
        raise InputError(f"layer {activations.layer}: {measure} is undefined, all samples have the same features")


def require_dictionaries(activations: Activations, measure: str) -> Mapping[str, Dictionary]:
    """The dictionaries; raise InputError where there are none."""
    if not activations.dictionaries:
        raise InputError(f"layer {activations.layer}: {measure} needs autoencoders of the layer, and there are none")
    return activations.dictionaries
