"""Scores of single units: what metrics average over a layer, and what one looks up for a unit."""

from typing import NamedTuple

import numpy as np

from superposition.activations import Activations
from superposition.class_means import class_means
from superposition.errors import InputError
from superposition.two_means import inner_products, mean_silhouettes, two_means

TOP = 64
FEWEST = 4
UNITS = 64
"""Units at a time: 64 images of each, described by 512 units, take 17 MB."""


class Kinds(NamedTuple):
    """The top images of units, in two groups.

    fires: bool [unit], the units that have enough top images; of these alone: images int64 [firing unit, image], rows
    of the layer's values, the most exciting first; products: inner products [firing unit, image, image] of what
    describes the images, minus their mean; side: which group an image is in, bool [firing unit, image].
    """

    fires: np.ndarray
    images: np.ndarray
    products: np.ndarray
    side: np.ndarray


def selectivities(activations: Activations) -> np.ndarray:
    """(most - rest) / (most + rest) of each unit, float64 [unit], nan for one that is zero for all samples: `most` is
    the highest of its mean activations over the samples of a class, `rest` the mean of the others (Morcos et al. 2018,
    arXiv 1803.06959).

    Raises InputError where an activation is negative, where there are fewer than two classes, as many as samples, or
    one mean for all.
    """
    _require_non_negative(activations)
    means = class_means(activations, "selectivity")
    found = np.full(means.shape[1], np.nan)
    alive = means.any(axis=0)
    means = means[:, alive]
    most = means.max(axis=0)
    rest = (means.sum(axis=0) - most) / (len(means) - 1)
    found[alive] = (most - rest) / (most + rest)
    return found


def _require_non_negative(activations: Activations) -> None:
    least = activations.values.min()
    if least < 0:
        remedy = "use a layer behind a ReLU, such as avgpool of a ResNet"
        raise InputError(f"layer {activations.layer}: selectivity needs activations from 0 up, not {least:g}; {remedy}")


def polysemanticities(activations: Activations) -> np.ndarray:
    """Mean silhouette of the two groups of each unit's top images, float64 [unit], nan for one with too few of them.

    Raises InputError where classes have fewer than eight samples on average.
    """
    top = number_of_images(activations)
    values = activations.values[np.argsort(activations.ids)]
    found = []
    for units in in_blocks(values.shape[1]):
        kinds = two_kinds(values, units, top)
        found.append(np.full(len(units), np.nan))
        found[-1][kinds.fires] = mean_silhouettes(kinds.products, kinds.side)
    return np.concatenate(found)


def number_of_images(activations: Activations) -> int:
    """How many top images polysemanticity takes: 64, or half the mean size of a class if that is less.

    Raises InputError where that is fewer than four.
    """
    top = half_a_class(activations.labels)
    if top < FEWEST:
        found = f"{len(activations.labels)} of {len(np.unique(activations.labels))} classes"
        raise InputError(
            f"layer {activations.layer}: polysemanticity needs {2 * FEWEST} samples or more a class, not {found}"
        )
    return top


def half_a_class(labels: np.ndarray) -> int:
    """Half the mean size of the classes of labels [sample], but not more than 64."""
    return min(TOP, len(labels) // (2 * len(np.unique(labels))))


def in_blocks(units: int) -> list[np.ndarray]:
    """The numbers of so many units, a block at a time."""
    return [np.arange(start, min(start + UNITS, units)) for start in range(0, units, UNITS)]


def two_kinds(values: np.ndarray, units: np.ndarray, top: int) -> Kinds:
    """The two groups of the `top` images of `units`, from values [image, unit], which also describe the images."""
    activity = values[:, units]
    ranked = np.argsort(-activity, axis=0, kind="stable")[:top]
    least_of_top = np.take_along_axis(activity, ranked[-1:], axis=0)[0]
    fires = least_of_top > activity.min(axis=0)
    images = ranked.T[fires]
    described = values[images]
    described[np.arange(len(described)), :, units[fires]] = 0
    products = inner_products(described)
    return Kinds(fires, images, products, two_means(products))
