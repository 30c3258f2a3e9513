"""How many directions features spread over, from their singular values."""

import numpy as np


def singular_values(values: np.ndarray) -> np.ndarray:
    """Singular values, float64, of features [sample, unit], from the highest."""
    return np.linalg.svd(values.astype(np.float64), compute_uv=False)


def centred_singular_values(values: np.ndarray) -> np.ndarray:
    """Those of features minus their mean; their squares are in proportion to the variances along the principal axes."""
    return singular_values(values - values.mean(axis=0, dtype=np.float64))


def participation_ratio(variances: np.ndarray) -> float:
    """(sum of v)^2 / sum of v^2, for variances v [axis]."""
    return float(variances.sum() ** 2 / np.square(variances).sum())


def effective_rank(sizes: np.ndarray) -> float:
    """exp(-sum p ln p), p = s / sum of s, for singular values s [axis] (Roy & Vetterli 2007, EUSIPCO)."""
    shares = sizes[sizes > 0] / sizes.sum()
    return float(np.exp(-(shares * np.log(shares)).sum()))
