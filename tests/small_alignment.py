"""Small tables of how alike a study's networks are."""

from collections.abc import Sequence
from functools import cache
from itertools import pairwise

import numpy as np
import pandas as pd

from superposition import alignment
from superposition import apart as distances
from superposition.alignment import Pair
from superposition.identity import Network


def pairs(runs: Sequence[tuple[str, int, int]], layers: Sequence[str] = ("avgpool",)) -> pd.DataFrame:
    """alignment.tsv of runs, each (arm, seed, rounds), and of contrasts of each arm with the one before it.

    Seeds of an arm grow alike from round to round; arms are a little less alike than that, more so with the same seed.
    """
    arms = list(dict.fromkeys(arm for arm, *_ in runs))
    networks = {
        arm: [Network(arm, seed, round_) for of, seed, rounds in runs if of == arm for round_ in range(1, rounds + 1)]
        for arm in arms
    }
    compared = [pair for arm in arms for pair in alignment.within(networks[arm])]
    compared += [pair for a, b in pairwise(arms) for pair in alignment.between(networks[b], networks[a])]
    rng = np.random.default_rng(0)
    rows = [["digits", layer, pair.kind, *pair.a, *pair.b, *alike(pair, rng)] for layer in layers for pair in compared]
    return pd.DataFrame(rows, columns=alignment.ALIGNMENT)


def alike(pair: Pair, rng: np.random.Generator) -> np.ndarray:
    """Linear CKA, lower and less certain than that of rows at length one."""
    kind = {"rounds": 0.1, "seeds": 0, "arms": 0.1 * (pair.a.seed == pair.b.seed) - 0.05}[pair.kind]
    return np.array([0.3, 0.6]) + kind + 0.05 * max(pair.a.round, pair.b.round) + rng.normal(0, [0.05, 0.01])


@cache
def of_runs(runs: tuple[tuple[str, int, int], ...], layers: tuple[str, ...]) -> dict[str, pd.DataFrame]:
    """alignment and apart of these runs."""
    compared = pairs(runs, layers)
    return {"alignment": compared, "apart": distances.apart(compared)}
