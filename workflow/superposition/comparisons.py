"""Contrasts: two arms, compared seed by seed."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from pandas import DataFrame

from superposition import headlines, tables
from superposition.config import Arm
from superposition.headlines import QUANTITY
from superposition.statistics import Evidence, PairedDifference, evidence, holm, paired_difference, seed_share

ROUNDS = ["round_a", "round_b"]
COMPARED = [*QUANTITY, "a", "round_a", "b", "round_b", "same_samples"]
CORRECTED = {"p_t": "p_holm", "p_permutation": "p_permutation_holm"}
CONTRASTS = [
    *COMPARED,
    *PairedDifference._fields,
    *Evidence._fields,
    "seed_share",
    "comparisons",
    *CORRECTED.values(),
]


def contrasts(scalars: DataFrame, experiments: DataFrame, pairs: Sequence[tuple[str, str]]) -> DataFrame:
    """Every quantity of each pair of arms, compared seed by seed after every round; seeds that only one has are left
    out.

    Round r stands against round r, or, where an arm has a single round, against that one. `same_samples`: in every
    seed, both trained on the same samples. `seed_share`: of the two arms' variation, what goes with the seed.

    A family is what a reader is told first of a contrast on a dataset after a round: its headline quantities, of all
    layers. `comparisons` is their number, `p_holm` and `p_permutation_holm` are corrected for it; all three are empty
    outside the family, and for what was not tested.
    """
    values = scalars.dropna(subset="value").merge(experiments[[*tables.RUN, "samples"]], on=tables.RUN)
    found = DataFrame([row for a, b in pairs for row in _contrast(values, a, b)], columns=CONTRASTS)
    tested = headlines.only(found).dropna(subset="p_t")
    for rows in tested.groupby(["dataset", "a", "b", *ROUNDS]).groups.values():
        found.loc[rows, "comparisons"] = len(rows)
        for p, corrected in CORRECTED.items():
            found.loc[rows, corrected] = holm(found.loc[rows, p].to_numpy())
    return found


def _contrast(values: DataFrame, a: str, b: str) -> Iterator[list[Any]]:
    for key, pair in paired(values, a, b).groupby([*QUANTITY, *ROUNDS], sort=False):
        *quantity, round_a, round_b = key
        same_samples = bool((pair["samples_a"] == pair["samples_b"]).all())
        both = pair[["value_a", "value_b"]].to_numpy().T
        said = [*paired_difference(*both), *evidence(*both), seed_share(both)]
        yield [*quantity, a, round_a, b, round_b, same_samples, *said, *[np.nan] * (1 + len(CORRECTED))]


def paired(values: DataFrame, a: str, b: str) -> DataFrame:
    """Each value of arm a beside arm b's of the same seed, in the rounds that are compared."""
    of_a, of_b = (values[values["arm"] == arm] for arm in (a, b))
    pairs = of_a.merge(of_b, on=["seed", *QUANTITY], suffixes=("_a", "_b"))
    has_single_round = (pairs.groupby("dataset")[ROUNDS].transform("max") == 1).any(axis=1)
    return pairs[has_single_round | (pairs["round_a"] == pairs["round_b"])]


def telling(contrast: DataFrame, alike: bool) -> DataFrame:
    """The rows of a contrast's last rounds that more than chance tells apart, or of its last rounds if there are none.

    alike: whether the two arms train the same network when given the same samples.
    """
    by_chance = contrast["same_samples"] & alike
    rounds = contrast.loc[~by_chance | by_chance.all(), ROUNDS].max()
    return contrast[(contrast[ROUNDS] == rounds).all(axis=1)]


def train_alike(a: Arm, b: Arm) -> bool:
    """Whether two arms train the same network, chance aside, when given the same samples: their settings and first
    weights are equal, and nothing is left of earlier rounds."""
    fresh = all(arm.rounds == 1 or arm.between_rounds == "reset" for arm in (a, b))
    return fresh and (a.start, a.training) == (b.start, b.training)
