"""Cosine similarity of all pairs of samples (rows) and of all pairs of neurons (columns).

cos(x, y) = x.y / (|x| |y|), not centred, for all pairs i < j of rows (`sample.*`) or columns (`neuron.*`) of the
features [sample, unit]: mean, sd, min, q25, median, q75, max, and `histogram` (density in 200 bins from -1 to 1; every
pair counts, none is drawn by lot). `mean_with_diagonal` also counts each with itself (1), as Devkar 2024
(arXiv 2412.16168) did for samples. `zero` counts rows or columns that are all zero (dead units): they have no
direction and are left out.

From -1 to 1: high means that rows (or columns) point the same way.
A high mean tells above all of a large common mean vector, which a network with random weights has too: by itself it
is no evidence of superposition.
"""

import numpy as np

from superposition.activations import Activations, Distribution, Quantities
from superposition.errors import InputError

HEADLINE = ("sample.mean", "neuron.mean")
BINS = 200
ROWS = 256


def measure(activations: Activations) -> Quantities:
    """sample.* and neuron.*; the peak memory is that of all pairs once, 2 N^2 bytes for N samples.

    Raises InputError where fewer than two rows, or two columns, have a direction.
    """
    sets = {"sample": activations.values, "neuron": activations.values.T}
    found = {of: _described(vectors, f"layer {activations.layer}: cosine of {of}s") for of, vectors in sets.items()}
    return {f"{of}.{name}": value for of, quantities in found.items() for name, value in quantities.items()}


def _described(vectors: np.ndarray, what: str) -> Quantities:
    lengths = np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)
    kept = lengths[:, 0] > 0
    n = int(np.count_nonzero(kept))
    if n < 2:
        raise InputError(f"{what} needs two that are not all zero, not {n} of {len(kept)}")
    cosines = pair_cosines((vectors[kept] / lengths[kept]).astype(np.float32))
    found = _summary(cosines)
    with_diagonal = (found["mean"] * (n - 1) + 1) / n
    return {
        **found,
        "mean_with_diagonal": with_diagonal,
        "zero": float(len(kept) - n),
        "histogram": _histogram(cosines),
    }


def pair_cosines(directions: np.ndarray) -> np.ndarray:
    """x_i.x_j of all pairs i < j of unit vectors [vector, unit], float32 [pair] in no order to rely on."""
    n = len(directions)
    cosines = np.empty(n * (n - 1) // 2, np.float32)
    filled = 0
    for start in range(0, n, ROWS):
        block = directions[start : start + ROWS] @ directions[start:].T
        for row, similarities in enumerate(block):
            later = similarities[row + 1 :]
            cosines[filled : filled + len(later)] = later
            filled += len(later)
    return np.clip(cosines, -1, 1, out=cosines)


def _summary(cosines: np.ndarray) -> dict[str, float]:
    """Reorders `cosines`, to find the quartiles without a copy."""
    mean = float(cosines.mean(dtype=np.float64))
    least, most = float(cosines.min()), float(cosines.max())
    q25, median, q75 = np.quantile(cosines, [0.25, 0.5, 0.75], overwrite_input=True).tolist()
    return {
        "mean": mean,
        "sd": _sd(cosines, mean),
        "min": least,
        "q25": q25,
        "median": median,
        "q75": q75,
        "max": most,
    }


def _sd(cosines: np.ndarray, mean: float) -> float:
    """Summed in float64, a part at a time: a float64 copy of all pairs would double the memory."""
    parts = np.array_split(cosines, len(cosines) // 2**20 + 1)
    squares = sum(float(np.square(part - mean, dtype=np.float64).sum()) for part in parts)
    return float((squares / len(cosines)) ** 0.5)


def _histogram(cosines: np.ndarray) -> Distribution:
    density, _ = np.histogram(cosines, bins=BINS, range=(-1, 1), density=True)
    return Distribution(at=np.linspace(-1 + 1 / BINS, 1 - 1 / BINS, BINS), value=density)
