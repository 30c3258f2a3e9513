"""Dimension of the surface that the samples lie on (TwoNN).

`mle` = N / sum ln(r2 / r1), where r1 and r2 are the Euclidean distances from a sample to its nearest and second nearest
other: on a d-dimensional surface of locally even density, r2 / r1 follows a Pareto law with exponent d (Facco et al.
2017, doi:10.1038/s41598-017-11873-y). `fit`: the slope d of -ln(1 - F) = d ln(r2 / r1), F = i / N for the i-th lowest
ratio, through the origin and without the highest tenth of the ratios, as in that paper. Samples with the same features
count once; `duplicates` is how many that leaves out. Of a large split (`measures` in the config), the neighbours of
samples drawn at random are sought among all; `mle.standard_error` and `fit.standard_error` are from 200 bootstrap
resamples (Efron 1979, doi:10.1214/aos/1176344552).

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
RESAMPLES = 200


def measure(activations: Activations) -> Quantities:
    """mle, fit and duplicates; of a sample, with standard errors.

    Raises InputError where fewer than three samples differ, or where nearly all have their nearest two equally far.
    """
    points, of = np.unique(activations.values, axis=0, return_inverse=True)
    if len(points) < 3:
        found = f"{len(points)} of {len(activations.values)}"
        raise InputError(f"layer {activations.layer}: intrinsic_dimension needs 3 different samples, not {found}")
    drawn = np.arange(len(points)) if activations.sample is None else np.unique(of[activations.sample])
    nearest, second = distances_to_nearest_two(points, drawn).T
    ratios = np.sort(np.log(second / nearest))
    if not _lower(ratios).any():
        problem = "the nearest two neighbours of most samples are equally far"
        raise InputError(f"layer {activations.layer}: intrinsic_dimension is undefined, {problem}")
    errors = {} if activations.sample is None else _standard_errors(ratios, 1 - len(drawn) / len(points))
    return {**_dimensions(ratios), "duplicates": float(len(activations.values) - len(points)), **errors}


def _lower(ratios: np.ndarray) -> np.ndarray:
    return ratios[: int(KEPT * len(ratios))]


def _dimensions(ratios: np.ndarray) -> dict[str, float]:
    """mle, and fit by least squares through the origin, from log ratios in ascending order."""
    lower = _lower(ratios)
    cumulated = -np.log1p(-np.arange(1, len(lower) + 1) / len(ratios))
    return {"mle": float(len(ratios) / ratios.sum()), "fit": float(lower @ cumulated / (lower @ lower))}


def _standard_errors(ratios: np.ndarray, unseen: float) -> dict[str, float]:
    """Of mle and fit, from the log ratios of points drawn at random; unseen: the share of points not drawn."""
    random = np.random.default_rng(0)
    found = [_dimensions(np.sort(random.choice(ratios, len(ratios)))) for _ in range(RESAMPLES)]
    spreads = {name: np.std([one[name] for one in found], ddof=1) for name in found[0]}
    return {f"{name}.standard_error": float(spread * unseen**0.5) for name, spread in spreads.items()}
