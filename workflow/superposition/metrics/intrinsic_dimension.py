"""Dimension of the surface that the samples lie on (TwoNN).

`mle` = N / sum ln(r2 / r1), where r1 and r2 are the Euclidean distances from a sample to its nearest and second nearest
other: on a d-dimensional surface of locally even density, r2 / r1 follows a Pareto law with exponent d (Facco et al.
2017, doi:10.1038/s41598-017-11873-y). `fit`: the slope d of -ln(1 - F) = d ln(r2 / r1), F = i / N for the i-th lowest
ratio, through the origin and without the highest tenth of the ratios, as in that paper. Samples with the same features
count once; `duplicates` is how many that leaves out.

From 0 up: high means that samples vary in many independent ways. It follows curved surfaces, which the participation
ratio takes for more dimensions.
It looks at the smallest scale only, where noise and rounding (half precision) weigh most. It cannot tell many
dimensions apart: beyond about 20 it falls short unless samples grow exponentially. Compare only equal numbers of
samples.
"""

import numpy as np

from superposition.activations import Activations, Quantities
from superposition.errors import InputError
from superposition.neighbours import distances_to_nearest_two

HEADLINE = ("mle",)
KEPT = 0.9


def measure(activations: Activations) -> Quantities:
    """mle, fit and duplicates.

    Raises InputError where fewer than three samples differ, or where nearly all have their nearest two equally far.
    """
    points = np.unique(activations.values, axis=0)
    if len(points) < 3:
        found = f"{len(points)} of {len(activations.values)}"
        raise InputError(f"layer {activations.layer}: intrinsic_dimension needs 3 different samples, not {found}")
    nearest, second = distances_to_nearest_two(points).T
    ratios = np.sort(np.log(second / nearest))
    lower = ratios[: int(KEPT * len(ratios))]
    if not lower.any():
        problem = "the nearest two neighbours of most samples are equally far"
        raise InputError(f"layer {activations.layer}: intrinsic_dimension is undefined, {problem}")
    return {
        "mle": float(len(ratios) / ratios.sum()),
        "fit": _slope(lower, len(ratios)),
        "duplicates": float(len(activations.values) - len(points)),
    }


def _slope(lower: np.ndarray, number: int) -> float:
    """Least squares through the origin, for the lowest of `number` log ratios, in ascending order."""
    cumulated = -np.log1p(-np.arange(1, len(lower) + 1) / number)
    return float(lower @ cumulated / (lower @ lower))
