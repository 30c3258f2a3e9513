"""How near classes are to the corners of a simplex that the network's last layer mirrors.

Papyan, Han & Donoho 2020 (doi:10.1073/pnas.2015509117). For K classes with means m_k, centred means c_k = m_k - mean of
all m_k, rows w_k of the last layer, the covariance S_W of samples about their class mean, and S_B of the class means:

* nc1 = Tr(S_W S_B^+) / K: how far samples scatter within classes, along the axes on which classes differ.
* nc2.lengths = standard deviation over mean of |c_k|; nc2.angles = mean over pairs of |cos(c_k, c_l) + 1 / (K - 1)|.
* head.nc2.lengths, head.nc2.angles: the same of w_k.
* head.nc3 = |W / |W| - C / |C||^2 (Frobenius): 0, the same but for scale; 2, unrelated; 4, opposite.
* nc4 = share of samples for which the class of the largest logit is the one with the nearest mean.

`head.*` are there where the network's last layer reads these features.

nc1 to nc3 are from 0 up, nc4 from 0 to 1. Features that have collapsed to a simplex have 0, 0, 0 and 1; high nc1 to nc3
and low nc4 are far from it.
Collapse is a claim about the training data of a network that fits them without error. Samples here are of the split
that is measured, which the network has not trained on: its mistakes alone keep nc1 above 0, so it cannot tell too
little collapse from too little accuracy. nc4 can be 1 for a network that is wrong, and nc2.angles is 0 for any two
classes. Classes should be of about equal size: S_W counts each sample once, S_B each class.
"""

import numpy as np

from superposition.activations import Activations, Quantities
from superposition.class_means import centred, class_means
from superposition.packing import cosines

HEADLINE = ("nc1", "nc2.angles", "head.nc3", "nc4")
ROUNDING = 1e-10


def measure(activations: Activations) -> Quantities:
    """nc1, nc2.*, nc4 and, with a head, head.nc2.* and head.nc3.

    Raises InputError where there are fewer than two classes, as many as samples, or where a vector is all zero.
    """
    values, what = activations.values, f"layer {activations.layer}: neural_collapse of the"
    occurring, of = np.unique(activations.labels, return_inverse=True)
    means = class_means(activations, "neural_collapse")
    about_centre = centred(means)
    found: Quantities = {
        "nc1": _scatter(values - means[of], about_centre),
        **_simplex("nc2", about_centre, f"{what} centred class means"),
        "nc4": float(np.mean(occurring[_nearest(values, means)] == activations.logits.argmax(axis=1))),
    }
    if activations.head is not None:
        rows = activations.head[occurring].astype(np.float64)
        found |= _simplex("head.nc2", rows, f"{what} head")
        found["head.nc3"] = float(np.square(_of_length_one(rows) - _of_length_one(about_centre)).sum())
    return found


def _scatter(deviations: np.ndarray, about_centre: np.ndarray) -> float:
    """nc1 from samples minus their class mean [sample, unit], along the axes of the centred class means [class, unit]:
    S_B^+ has no others."""
    _, lengths, axes = np.linalg.svd(about_centre, full_matrices=False)
    kept = lengths > ROUNDING * lengths[0]
    within = np.square(deviations @ axes[kept].T).mean(axis=0)
    between = lengths[kept] ** 2 / len(about_centre)
    return float((within / between).sum() / len(about_centre))


def _simplex(name: str, vectors: np.ndarray, what: str) -> dict[str, float]:
    lengths = np.linalg.norm(vectors, axis=1)
    angles = np.abs(cosines(vectors, what) + 1 / (len(vectors) - 1))
    return {f"{name}.lengths": float(lengths.std() / lengths.mean()), f"{name}.angles": float(angles.mean())}


def _nearest(values: np.ndarray, means: np.ndarray) -> np.ndarray:
    """Row of `means` [class, unit] that is nearest to each of `values` [sample, unit]; about their centre, so that a
    long common mean costs no precision."""
    centre = means.mean(axis=0)
    return np.argmin(np.square(means - centre).sum(axis=1) - 2 * (values - centre) @ (means - centre).T, axis=1)


def _of_length_one(matrix: np.ndarray) -> np.ndarray:
    return matrix / np.linalg.norm(matrix)
