"""Share of samples whose class can be read off linearly.

A ridge classifier on the features: for each class, linear regression (with a constant) of 1 for its samples and 0 for
all others, with a penalty on the squared weights; the highest answer wins. Samples are in five folds, each class dealt
out in turn by id, and each is answered by the regression on the other four. The penalty is the one, of seven from 1e-4
to 100 times the mean sum of squares of a unit, with the lowest squared error of these answers. For linear probes see
Alain & Bengio 2016, arXiv 1610.01644.

From 0 to 1: high means that flat boundaries separate the classes; 1/K is chance for K classes of equal size. Beside the
network's own accuracy, it tells what the features hold from what the last layer uses.
The probe learns from labels of this very split, so it is no accuracy of the network, and it grows with the number of
samples. It cannot tell by which directions classes differ, nor how far apart they are.
"""

from collections.abc import Iterator

import numpy as np

from superposition.activations import Activations, Quantities, require_clusters, require_variation

FOLDS = 5
PENALTIES = (1e-4, 1e-3, 1e-2, 0.1, 1.0, 10.0, 100.0)


def measure(activations: Activations) -> Quantities:
    """accuracy.

    Raises InputError where there are fewer than two classes, as many as samples, or where all samples have the same
    features.
    """
    require_clusters(activations, "linear_probe")
    require_variation(activations, "linear_probe")
    centred = activations.values - activations.values.mean(axis=0, dtype=np.float64)
    classes, of = np.unique(activations.labels, return_inverse=True)
    targets, folds = np.eye(len(classes))[of], _folds(of, activations.ids)
    penalties = np.array(PENALTIES) * np.square(centred).sum() / centred.shape[1]
    errors, right = np.zeros((2, len(penalties)))
    for held in (folds == fold for fold in range(FOLDS)):
        for place, answers in enumerate(_answers(centred[~held], targets[~held], centred[held], penalties)):
            errors[place] += np.square(answers - targets[held]).sum()
            right[place] += np.count_nonzero(answers.argmax(axis=1) == of[held])
    return {"accuracy": float(right[errors.argmin()] / len(of))}


def _folds(of: np.ndarray, ids: np.ndarray) -> np.ndarray:
    """Fold of each sample [sample], from its class and its id."""
    order = np.lexsort((ids, of))
    folds = np.empty_like(of)
    folds[order] = (np.arange(len(of)) - np.searchsorted(of[order], of[order])) % FOLDS
    return folds


def _answers(
    features: np.ndarray, targets: np.ndarray, held: np.ndarray, penalties: np.ndarray
) -> Iterator[np.ndarray]:
    """For each penalty, what ridge regression on features [sample, unit] and targets [sample, class] answers for those
    held out [sample, class]."""
    mean, constant = features.mean(axis=0), targets.mean(axis=0)
    centred = features - mean
    squares, axes = np.linalg.eigh(centred.T @ centred)
    products, along_axes = axes.T @ (centred.T @ targets), (held - mean) @ axes
    for penalty in penalties:
        yield constant + along_axes / (np.maximum(squares, 0) + penalty) @ products
