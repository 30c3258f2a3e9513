"""How far the samples that two arms chose are the same ones, beside what chance alone would give."""

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import numpy as np
from pandas import DataFrame

OVERLAPS = ["dataset", "seed", "round", "a", "b", "jaccard", "jaccard_so_far", "chance", "chance_so_far"]


def overlaps(picks: DataFrame) -> DataFrame:
    """Every two arms' lists of one round, one row a dataset, seed, round and pair; round 1, which arms share by
    construction, and arms without a second round are left out.

    picks: dataset, arm, seed, round, id, one row a run and sample of the train split; round is empty where it was never
    taken. jaccard: of the two lists; jaccard_so_far: of all that the arms have labelled; chance, chance_so_far: what
    these would be had both arms chosen at random, see `expected`.
    """
    rows = [row for _, replicate in picks.groupby(["dataset", "seed"], sort=False) for row in _rows(replicate)]
    return DataFrame(rows, columns=OVERLAPS)


def jaccard(members: np.ndarray) -> np.ndarray:
    """|A and B| / |A or B| of every two sets, [set, set]; members: [set, sample], 1 where the set has the sample.

    Given each sample's probability instead, as `expected` does, it is the ratio of the two expected sizes.
    """
    common = members @ members.T
    sizes = members.sum(axis=1)
    return common / (sizes[:, None] + sizes - common)


def expected(always: np.ndarray, offered: np.ndarray, size: np.ndarray) -> np.ndarray:
    """The Jaccard to expect of every two sets that are, but for some samples, drawn at random, [set, set].

    always: the samples that are in each set for certain [set, sample]; offered: those from which `size` [set] more are
    drawn [set, sample]. A set of n drawn from m has each of the m with probability n / m, so two that are drawn
    independently are expected to share e = sum p_a p_b samples, and their Jaccard is near e / (n_a + n_b - e): exactly
    that where nothing is left to chance, and else greater by a share of at most about 1 / (n_a + n_b), as the Jaccard
    is convex in the number of shared samples.
    """
    return jaccard(always + offered * (size / offered.sum(axis=1))[:, None])


def _rows(replicate: DataFrame) -> Iterator[list[Any]]:
    """The rows of one dataset and seed."""
    arms = [arm for arm, run in replicate.groupby("arm", sort=False) if run["round"].max() > 1]
    table = replicate.pivot(index="id", columns="arm", values="round")[arms]
    rounds = table.to_numpy(np.float64, na_value=np.inf).T
    last = table.max().to_numpy(np.int64)
    place = replicate[["dataset", "seed"]].iloc[0].tolist()
    for round_ in range(2, last.max(initial=0) + 1):
        here = np.flatnonzero(last >= round_)
        measures = _measures(rounds[here], round_)
        for i, j in combinations(range(len(here)), 2):
            yield [*place, round_, arms[here[i]], arms[here[j]], *(measure[i, j] for measure in measures)]


def _measures(rounds: np.ndarray, round_: int) -> list[np.ndarray]:
    """The last four columns of `OVERLAPS`, each [arm, arm]; rounds: when each arm took each sample [arm, sample]."""
    newest, so_far, offered, first = rounds == round_, rounds <= round_, rounds >= round_, rounds == 1
    return [
        jaccard(newest.astype(np.float64)),
        jaccard(so_far.astype(np.float64)),
        expected(np.zeros_like(rounds), offered, newest.sum(axis=1)),
        expected(first, ~first, (so_far & ~first).sum(axis=1)),
    ]
