"""The pairwise penalty matrix: known answers, and a slow plain version with scipy's t-test."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import ttest_rel

from superposition import curves
from superposition.config import Arm
from tests.small_results import experiments, penalties, study_arms

NAMES = ("random", "a", "b")
ARMS = {name: Arm(rounds=4) for name in NAMES}


def runs(accuracies: np.ndarray, samples: str | None = None) -> pd.DataFrame:
    """experiments.tsv of accuracies [arm, seed, round]; samples: their digest, where all trained on the same."""
    rows = [
        {
            "dataset": "d",
            "arm": NAMES[arm],
            "seed": seed,
            "round": number + 1,
            "labelled": 100 * (number + 1),
            "samples": samples or f"{arm}{seed}{number}",
            "accuracy": accuracy,
        }
        for (arm, seed, number), accuracy in np.ndenumerate(accuracies)
    ]
    return pd.DataFrame(rows)


def slow(accuracies: np.ndarray) -> list[list[float]]:
    """wins, losses and penalty of each ordered pair of arms, by scipy's paired t-test."""
    table = []
    for a in range(len(accuracies)):
        for b in range(len(accuracies)):
            tests = [ttest_rel(accuracies[a, :, r], accuracies[b, :, r]) for r in range(accuracies.shape[2])]
            wins = sum(test.pvalue < 0.05 and test.statistic > 0 for test in tests)
            losses = sum(test.pvalue < 0.05 and test.statistic < 0 for test in tests)
            table += [[NAMES[a], NAMES[b], wins, losses, wins / len(tests)]] if a != b else []
    return sorted(table)


@given(st.integers(0, 2**32 - 1), st.integers(2, 6), st.floats(0, 3))
@settings(max_examples=25)
def test_equals_a_plain_version_with_scipy(seed: int, seeds: int, spread: float) -> None:
    generator = np.random.default_rng(seed)
    accuracies = generator.normal(0, 0.01, (3, seeds, 4)) + spread * generator.normal(0, 0.01, (3, 1, 4))
    found = curves.penalties(runs(accuracies), ARMS)
    assert found["checkpoints"].eq(4).all()
    assert sorted(found[["a", "b", "wins", "losses", "penalty"]].to_numpy().tolist()) == slow(accuracies)


def test_share_of_checkpoints_at_which_an_arm_is_better() -> None:
    seeds, ahead = np.array([0.50, 0.51, 0.52]), np.array([0.0, 0.1, 0.1, -0.1])
    accuracies = np.stack([np.repeat(seeds[:, None], 4, axis=1), seeds[:, None] + ahead])
    found = curves.penalties(runs(accuracies), ARMS).set_index(["a", "b"])
    assert found.loc[("a", "random"), ["checkpoints", "wins", "losses", "penalty"]].tolist() == [4, 2, 1, 0.5]
    assert found.loc[("random", "a"), ["checkpoints", "wins", "losses", "penalty"]].tolist() == [4, 1, 2, 0.25]


def test_seeds_may_be_renamed() -> None:
    rounds = runs(np.random.default_rng(0).normal(0.5, 0.01, (3, 4, 4)))
    renamed = rounds.assign(seed=rounds["seed"].map({0: 7, 1: 3, 2: 99, 3: 0}))
    shuffled = renamed.sort_values(["arm", "seed"], key=lambda column: column.map(hash), kind="stable")
    expected, found = (curves.penalties(frame, ARMS).sort_values(["a", "b"]) for frame in (rounds, shuffled))
    assert found.to_numpy().tolist() == expected.to_numpy().tolist()


def test_one_seed_is_no_test() -> None:
    found = penalties(seeds=(0,))
    assert len(found) == 2 and found["checkpoints"].eq(0).all() and found["penalty"].isna().all()


def test_equal_curves_beat_neither() -> None:
    assert penalties()[["checkpoints", "wins", "losses"]].to_numpy().tolist() == [[1, 0, 0]] * 2


@pytest.mark.parametrize(("between_rounds", "checkpoints"), [("reset", 0), ("carry", 4)])
def test_rounds_that_only_chance_tells_apart_are_no_checkpoints(between_rounds: str, checkpoints: int) -> None:
    alike = runs(np.random.default_rng(0).normal(0.5, 0.01, (2, 3, 4)), samples="same")
    arms = {**ARMS, "a": Arm(rounds=4, between_rounds=between_rounds)}
    assert curves.penalties(alike, arms)["checkpoints"].eq(checkpoints).all()


def test_checkpoints_are_numbers_of_labels_that_both_have() -> None:
    rounds = experiments(arms=("random", "least_confidence")).assign(samples="")
    rounds["samples"] = rounds["arm"]
    later = rounds["arm"] == "least_confidence"
    rounds.loc[later, "labelled"] += 100
    found = curves.penalties(rounds, study_arms())
    assert found["checkpoints"].eq(2).all()
    assert found.set_index("a").loc["random", "penalty"] == 1
