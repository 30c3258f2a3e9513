"""Contrasts: which seeds and rounds are compared, what is told of them, and what a family is."""

import numpy as np
import pandas as pd
import pytest

from superposition import comparisons, statistics, tables
from superposition.config import Arm
from tests.small_results import experiments, measures


def rounds_of(arm: str, samples: list[str], seeds: tuple[int, ...] = (0, 1)) -> pd.DataFrame:
    """What experiments.tsv says of an arm whose rounds trained on `samples`; each a digest."""
    runs = [["digits", arm, seed, round_ + 1, digest] for seed in seeds for round_, digest in enumerate(samples)]
    return pd.DataFrame(runs, columns=[*tables.RUN, "samples"])


def compared(*arms: pd.DataFrame) -> pd.DataFrame:
    """The contrast of two arms, a and b, in whose rounds something was measured."""
    rounds = pd.concat(arms)
    what = {"layer": "avgpool", "metric": "cosine", "quantity": "sample.mean"}
    scalars = rounds.assign(**what, value=rounds["round"] + 0.1 * rounds["seed"])[tables.SCALARS]
    return comparisons.contrasts(scalars, rounds, [("a", "b")])


def test_contrasts_leave_out_seeds_that_one_arm_lacks() -> None:
    scalars = measures()
    scalars = scalars[~((scalars["arm"] == "random") & (scalars["seed"] > 0))]
    found = comparisons.contrasts(scalars, experiments(), [("random", "baseline"), ("random", "absent")])
    assert set(found["b"]) == {"baseline"} and set(found["n"]) == {1}
    assert found[["low", "high"]].isna().all(axis=None)


ONE_OF_TWO_SEEDS = [rounds_of("b", ["1st", "2nd"], (0,)), rounds_of("b", ["1st", "other"], (1,))]


@pytest.mark.parametrize(
    ("arms", "rounds", "same", "told"),
    [
        pytest.param(
            [rounds_of("a", ["1st", "half", "pool"]), rounds_of("b", ["1st", "other", "pool"])],
            [(1, 1), (2, 2), (3, 3)],
            [True, False, True],
            (2, 2),
            id="exhausted pool",
        ),
        pytest.param(
            [rounds_of("a", ["1st", "2nd"]), rounds_of("b", ["1st", "other"])],
            [(1, 1), (2, 2)],
            [True, False],
            (2, 2),
            id="pool not exhausted",
        ),
        pytest.param(
            [rounds_of("a", ["1st", "newest", "rest"]), rounds_of("b", ["1st", "other", "pool"])],
            [(1, 1), (2, 2), (3, 3)],
            [True, False, False],
            (3, 3),
            id="newest only",
        ),
        pytest.param(
            [rounds_of("a", ["1st", "half", "pool"]), rounds_of("b", ["pool"])],
            [(1, 1), (2, 1), (3, 1)],
            [False, False, True],
            (2, 1),
            id="against a single round",
        ),
        pytest.param(
            [rounds_of("a", ["pool"]), rounds_of("b", ["1st", "pool"])],
            [(1, 1), (1, 2)],
            [False, True],
            (1, 1),
            id="a single round against",
        ),
        pytest.param(
            [rounds_of("a", ["1st", "2nd", "3rd"]), rounds_of("b", ["1st", "other"])],
            [(1, 1), (2, 2)],
            [True, False],
            (2, 2),
            id="more rounds in one",
        ),
        pytest.param(
            [rounds_of("a", ["1st", "2nd"]), *ONE_OF_TWO_SEEDS],
            [(1, 1), (2, 2)],
            [True, False],
            (2, 2),
            id="same in one seed only",
        ),
        pytest.param(
            [rounds_of("a", ["1st", "2nd"], (0,)), rounds_of("b", ["1st", "2nd"], (0,))],
            [(1, 1), (2, 2)],
            [True, True],
            (2, 2),
            id="one seed, never different",
        ),
    ],
)
def test_rounds_that_are_compared_and_told(
    arms: list[pd.DataFrame], rounds: list[tuple[int, int]], same: list[bool], told: tuple[int, int]
) -> None:
    found = compared(*arms)
    assert list(zip(found["round_a"], found["round_b"], strict=True)) == rounds
    assert found["same_samples"].tolist() == same
    assert found["difference"].tolist() == pytest.approx([round_a - round_b for round_a, round_b in rounds])
    assert comparisons.telling(found, alike=True)[comparisons.ROUNDS].to_numpy().tolist() == [list(told)]
    assert comparisons.telling(found, alike=False)[comparisons.ROUNDS].to_numpy().tolist() == [list(rounds[-1])]


@pytest.mark.parametrize(
    ("arm", "alike"),
    [
        ({}, True),
        ({"rounds": 5, "strategy": "least_confidence"}, True),
        ({"rounds": 5, "between_rounds": "carry"}, False),
        ({"start": "baseline"}, False),
        ({"training": {"epochs": 7}}, False),
    ],
)
def test_arms_that_would_train_the_same_network(arm: dict, alike: bool) -> None:
    plain, other = Arm.model_validate({}), Arm.model_validate(arm)
    assert comparisons.train_alike(plain, other) == comparisons.train_alike(other, plain) == alike


PAIRS = [("least_confidence", "random"), ("least_confidence", "baseline")]


def noisy(**choice: tuple) -> pd.DataFrame:
    """The measures of the small study with noise, so that seeds differ by more than their number."""
    scalars = measures(**choice)
    return scalars.assign(value=scalars["value"] + np.random.default_rng(0).normal(0, 0.01, len(scalars)))


def test_a_family_is_the_headline_quantities_after_a_round() -> None:
    found = comparisons.contrasts(noisy(layers=("layer4", "avgpool")), experiments(), PAIRS)
    corrected = found[found["p_holm"].notna()]
    assert corrected["comparisons"].eq(5).all() and len(corrected) == 5 * (3 + 3)
    assert set(corrected["quantity"]) == {"top1", "sample.mean", "neuron.mean_absolute"}
    outside = found[found["p_holm"].isna()]
    assert outside[["comparisons", "p_permutation_holm"]].isna().all(axis=None) and outside["p_t"].notna().all()


def test_each_family_is_corrected_for_itself() -> None:
    found = comparisons.contrasts(noisy(), experiments(), PAIRS)
    for _, family in found.dropna(subset="p_holm").groupby(["b", *comparisons.ROUNDS]):
        for p, corrected in comparisons.CORRECTED.items():
            assert family[corrected].tolist() == statistics.holm(family[p].to_numpy()).tolist()
    alone = comparisons.contrasts(noisy(), experiments(), PAIRS[1:])
    pd.testing.assert_frame_equal(alone, found[found["b"] == "baseline"].reset_index(drop=True))


def test_evidence_is_that_of_the_pairs() -> None:
    scalars = noisy(seeds=(0, 1, 2, 3))
    found = comparisons.contrasts(scalars, experiments((0, 1, 2, 3)), PAIRS[:1])
    row = found[(found["quantity"] == "sample.mean") & (found["round_a"] == 3)].iloc[0]
    of_quantity = scalars[(scalars["quantity"] == "sample.mean") & (scalars["round"] == 3)]
    both = [of_quantity.loc[of_quantity["arm"] == arm, "value"].to_numpy() for arm in PAIRS[0]]
    assert row[list(statistics.Evidence._fields)].tolist() == list(statistics.evidence(*both))
    assert row["seed_share"] == statistics.seed_share(np.array(both))


def test_what_is_equal_in_every_seed_is_not_tested() -> None:
    scalars = noisy()
    equal = scalars["quantity"] == "neuron.mean_absolute"
    found = comparisons.contrasts(scalars.assign(value=scalars["value"].mask(equal, 0.5)), experiments(), PAIRS)
    untested = found[found["quantity"] == "neuron.mean_absolute"]
    assert untested[["p_t", "p_holm", "comparisons"]].isna().all(axis=None)
    assert found["comparisons"].max() == 2


def test_one_seed_is_not_tested() -> None:
    found = comparisons.contrasts(noisy(seeds=(0,)), experiments((0,)), PAIRS)
    assert found[["low", *statistics.Evidence._fields, "seed_share", "p_holm"]].isna().all(axis=None)
    assert (found["n"] == 1).all()


def test_without_contrasts_the_table_is_empty() -> None:
    found = comparisons.contrasts(noisy(), experiments(), [])
    assert found.empty and list(found) == comparisons.CONTRASTS
