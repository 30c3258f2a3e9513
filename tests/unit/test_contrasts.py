"""Pairs of arms, compared seed by seed."""

import pandas as pd
import pytest

from superposition import summaries, tables
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
    return summaries.contrasts(scalars, rounds, [("a", "b")])


def test_contrasts_leave_out_seeds_that_one_arm_lacks() -> None:
    scalars = measures()
    scalars = scalars[~((scalars["arm"] == "random") & (scalars["seed"] > 0))]
    found = summaries.contrasts(scalars, experiments(), [("random", "baseline"), ("random", "absent")])
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
    assert summaries.telling(found, alike=True)[summaries.ROUNDS].to_numpy().tolist() == [list(told)]
    assert summaries.telling(found, alike=False)[summaries.ROUNDS].to_numpy().tolist() == [list(rounds[-1])]


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
    assert summaries.train_alike(plain, other) == summaries.train_alike(other, plain) == alike
