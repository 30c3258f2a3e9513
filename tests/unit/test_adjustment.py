"""Contrasts at equal accuracy: what is left of a difference once accuracy's part is taken out."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression

from superposition import adjustment, statistics, tables
from superposition.config import Arm
from superposition.statistics import adjusted_difference
from tests.small_results import experiments, study_arms

PAIR = [("least_confidence", "random")]


def study(effect: float, slope: float, seeds: tuple[int, ...] = (0, 1, 2)) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Measures that follow accuracy, the labels, the seed and, by `effect`, the choice; and the rounds."""
    rounds = experiments(seeds)
    chosen = rounds["arm"] == "least_confidence"
    noise = np.random.default_rng(0).normal(0, 0.05, len(rounds))
    rounds["accuracy"] += noise + 0.03 * chosen
    value = slope * rounds["accuracy"] + effect * chosen + rounds["seed"] + rounds["labelled"]
    what = {"layer": "avgpool", "metric": "cosine", "quantity": "sample.mean"}
    return rounds.assign(**what, value=value)[tables.SCALARS], rounds


def test_what_only_accuracy_explains_leaves_nothing() -> None:
    scalars, rounds = study(effect=0, slope=2)
    row = adjustment.adjusted(scalars, rounds, PAIR, study_arms()).iloc[0]
    assert row["difference"] != pytest.approx(0, abs=0.01)
    expected = [2, 0, 0, 0]
    assert row[["slope", "adjusted", "adjusted_low", "adjusted_high"]].tolist() == pytest.approx(expected, abs=1e-9)


def test_what_accuracy_does_not_explain_is_left() -> None:
    scalars, rounds = study(effect=0.7, slope=-1)
    row = adjustment.adjusted(scalars, rounds, PAIR, study_arms()).iloc[0]
    assert row[["slope", "adjusted", "adjusted_low"]].tolist() == pytest.approx([-1, 0.7, 0.7])
    assert row["n"] == 3


def test_rounds_that_only_chance_tells_apart_are_left_out() -> None:
    """Of three rounds, arms share the samples of the first and of the last."""
    scalars, rounds = study(effect=0, slope=1)
    assert adjustment.adjusted(scalars, rounds, PAIR, study_arms())["rounds"].tolist() == [1]
    unlike = study_arms() | {"random": Arm(rounds=3, between_rounds="carry")}
    assert adjustment.adjusted(scalars, rounds, PAIR, unlike)["rounds"].tolist() == [3]


def test_accuracy_itself_and_arms_without_equal_labels_are_left_out() -> None:
    scalars, rounds = study(effect=0, slope=1)
    arms = study_arms()
    assert adjustment.adjusted(scalars.assign(metric="accuracy"), rounds, PAIR, arms).empty
    assert adjustment.adjusted(scalars, rounds, [("least_confidence", "baseline")], arms).empty


def test_one_seed_has_no_interval() -> None:
    scalars, rounds = study(effect=1, slope=1, seeds=(0,))
    unlike = study_arms() | {"random": Arm(rounds=3, between_rounds="carry")}
    row = adjustment.adjusted(scalars, rounds, PAIR, unlike).iloc[0]
    assert row["adjusted"] == pytest.approx(1)
    assert row[["low", "adjusted_low", "adjusted_high"]].isna().all()


def test_an_accuracy_that_does_not_differ_explains_nothing_and_says_so() -> None:
    assert np.isnan(adjusted_difference(np.ones((3, 2)), np.zeros((3, 2)))).all()


@given(st.integers(0, 2**16), st.floats(-3, 3), st.floats(-2, 2))
def test_it_is_the_intercept_of_a_regression(seed: int, slope: float, effect: float) -> None:
    rng = np.random.default_rng(seed)
    x, noise = rng.normal(size=(4, 3)), rng.normal(size=(4, 3))
    y = effect + slope * x + noise
    found, line = adjusted_difference(y, x), LinearRegression().fit(x.reshape(-1, 1), y.ravel())
    assert found[:2] == pytest.approx((line.coef_[0], line.intercept_))
    assert adjusted_difference(y + 5, x).adjusted == pytest.approx(found.adjusted + 5)
    assert adjusted_difference(y[::-1, ::-1], x[::-1, ::-1]) == pytest.approx(found)


@pytest.mark.parametrize("seeds", [3, 5])
def test_the_interval_covers_at_the_stated_rate(seeds: int) -> None:
    """Seeds shift all their rounds, and accuracy differs between the arms on average."""
    rng = np.random.default_rng(1)
    held = []
    for _ in range(1000):
        x = 0.5 + rng.normal(size=(seeds, 4))
        y = 1.5 * x + rng.normal(size=(seeds, 1)) + 0.5 * rng.normal(size=(seeds, 4))
        found = adjusted_difference(y, x)
        held.append(found.adjusted_low <= 0 <= found.adjusted_high)
    assert statistics.LEVEL - 0.02 < np.mean(held) < 0.99
