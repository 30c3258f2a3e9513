"""What was chosen: tables of a run whose answers can be counted by hand, and what they say of arms."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import entropy

from superposition import overlap, picks
from tests import small_picks

CLASSES = ["cat", "dog", "emu"]
NAN = float("nan")
PLACE = {"dataset": "d", "arm": "a", "seed": 3}


def a_list(
    ids: Sequence[int], labels: Sequence[int], predicted: Sequence[float], scores: Sequence[float]
) -> pd.DataFrame:
    """A sample list as `tables.read` gives it."""
    columns = {"id": ids, "label": labels, "predicted": predicted, "score": scores}
    return pd.DataFrame({**columns, "rank": range(1, len(ids) + 1), "dataset": "d-12345678"})


def a_run() -> pd.DataFrame:
    """Four cats, two dogs, an emu: two rounds of two, and a third of one; two are never taken."""
    lists = [
        a_list([12, 2], [0, 1], [NAN, NAN], [NAN, NAN]),
        a_list([8, 4], [0, 0], [0, 1], [0.5, 0.25]),
        a_list([0], [2], [0], [0.125]),
    ]
    final = pd.DataFrame(
        {"id": [12, 2, 8, 4, 0, 6, 10], "label": [0, 1, 0, 0, 2, 0, 1], "final": [0, 1, 0, 2, 2, 0, 0]}
    )
    return picks.trace(lists, final).assign(**PLACE)[picks.PICKS]


def rows(frame: pd.DataFrame, *columns: str) -> list[list[object]]:
    """Some columns as lists, missing values as None."""
    return frame[list(columns)].astype(object).where(frame[list(columns)].notna(), None).to_numpy().tolist()


def test_every_sample_has_a_row_with_the_round_that_took_it() -> None:
    assert rows(a_run(), "id", "round", "label", "predicted", "score", "rank", "final") == [
        [0, 3, 2, 0, 0.125, 1, 2],
        [2, 1, 1, None, None, 2, 1],
        [4, 2, 0, 1, 0.25, 2, 2],
        [6, None, 0, None, None, None, 0],
        [8, 2, 0, 0, 0.5, 1, 0],
        [10, None, 1, None, None, None, 0],
        [12, 1, 0, None, None, 1, 0],
    ]


def test_shares_stand_beside_those_of_what_was_left() -> None:
    found = picks.picked(a_run(), CLASSES)
    assert list(found) == picks.PICKED
    expected = [
        [1, "cat", 1, 1 / 2, 4 / 7],
        [1, "dog", 1, 1 / 2, 2 / 7],
        [1, "emu", 0, 0, 1 / 7],
        [2, "cat", 2, 1, 3 / 5],
        [2, "dog", 0, 0, 1 / 5],
        [2, "emu", 0, 0, 1 / 5],
        [3, "cat", 0, 0, 1 / 3],
        [3, "dog", 0, 0, 1 / 3],
        [3, "emu", 1, 1, 1 / 3],
    ]
    assert rows(found, "round", "class", "picked", "share", "pool_share") == [pytest.approx(row) for row in expected]


def test_a_list_is_told_by_its_classes_its_errors_and_its_scores() -> None:
    found = picks.queries(a_run(), CLASSES, "margin")
    assert list(found) == picks.QUERIES
    assert rows(found, *PLACE, "strategy") == [["d", "a", 3, "margin"]] * 3
    assert rows(found, "round", "offered", "picked", "most_picked", "most_share", "wrong") == [
        [1, 7, 2, "cat", 0.5, None],
        [2, 5, 2, "cat", 1, 0.5],
        [3, 3, 1, "emu", 1, 1],
    ]
    assert found["entropy"].tolist() == pytest.approx([np.log(2) / np.log(3), 0, 0])
    assert rows(found, *picks.QUANTILES)[:2] == [[None] * 5, [0.25, 0.3125, 0.375, 0.4375, 0.5]]


def test_ages_end_with_the_samples_that_no_round_took() -> None:
    found = picks.ages(a_run())
    assert list(found) == picks.AGES
    assert rows(found, "round", "n", "correct") == [[1, 2, 1], [2, 2, 0.5], [3, 1, 1], [None, 2, 0.5]]


@given(labels=st.lists(st.integers(0, 9), min_size=1, max_size=200))
@settings(max_examples=30)
def test_class_entropy_is_scipys_over_its_highest_value(labels: list[int]) -> None:
    ids = range(len(labels))
    lists = [a_list(ids, labels, [NAN] * len(labels), [NAN] * len(labels))]
    run = picks.trace(lists, pd.DataFrame({"id": ids, "label": labels, "final": labels})).assign(**PLACE)
    found = picks.queries(run, small_picks.CLASSES, "random")["entropy"].item()
    assert found == pytest.approx(entropy(np.bincount(labels), base=10), abs=1e-12)
    assert -1e-12 <= found <= 1 + 1e-12


@given(seed=st.integers(0, 50), rounds=st.sampled_from([1, 2, 3, 6]))
@settings(max_examples=20)
def test_shares_add_up_and_lists_never_take_more_than_is_left(seed: int, rounds: int) -> None:
    run = small_picks.run("random", seed, rounds)
    sums = picks.picked(run, small_picks.CLASSES).groupby("round")[["picked", "share", "pool_share"]].sum()
    found = picks.queries(run, small_picks.CLASSES, "random").set_index("round")
    assert sums["picked"].tolist() == found["picked"].tolist() == [300 // rounds] * rounds
    assert sums[["share", "pool_share"]].to_numpy().ravel().tolist() == pytest.approx([1] * 2 * rounds)
    assert found["offered"].tolist() == [400 - 300 // rounds * taken for taken in range(rounds)]
    assert picks.ages(run)["n"].sum() == 400


def of_arms(**strategies: str) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """picked, queries and overlaps of arms of three rounds in two seeds."""
    runs = [small_picks.run(arm, seed, 3) for arm in strategies for seed in (0, 1)]
    queries = [picks.queries(run, small_picks.CLASSES, strategies[run["arm"].iloc[0]]) for run in runs]
    picked = pd.concat([picks.picked(run, small_picks.CLASSES) for run in runs])
    return picked, pd.concat(queries), overlap.overlaps(pd.concat(runs))


def test_an_arm_is_told_over_seeds_and_rounds_with_a_choice() -> None:
    picked, queries, overlaps = of_arms(b="margin", r="random")
    found = picks.by_arm(picked, queries, overlaps).set_index("arm")
    assert list(found.index) == ["b", "r"] and set(found["other"]) == {"r"}
    lists = picked[(picked["arm"] == "b") & (picked["round"] > 1)]
    counts = lists.groupby("class")["picked"].sum()
    row = found.loc["b"]
    assert row["most_picked"] == counts.idxmax()
    assert row["share"] == counts.max() / 400
    assert row["pool_share"] == pytest.approx(lists.loc[lists["class"] == row["most_picked"], "pool_share"].mean())
    chosen = queries[(queries["arm"] == "b") & (queries["round"] > 1)]
    assert row["wrong"] == pytest.approx(chosen["wrong"].mean())
    assert row["entropy"] == pytest.approx(chosen["entropy"].mean())
    assert row["overlap"] == pytest.approx(overlaps["jaccard_so_far"].mean())
    assert row["chance"] == pytest.approx(overlaps["chance_so_far"].mean())
    assert found.loc["r", ["overlap", "chance"]].isna().all()


def test_a_round_that_takes_all_that_is_left_is_no_choice() -> None:
    picked, queries, overlaps = of_arms(b="margin", r="random")
    last = queries["round"] == 3
    emptied = queries.assign(offered=queries["offered"].where(~last, queries["picked"]))
    assert set(picks.with_choice(emptied)["round"]) == {2}
    found = picks.by_arm(picked, emptied, overlaps).set_index("arm")
    second = picked[(picked["arm"] == "b") & (picked["round"] == 2)].groupby("class")["picked"].sum()
    assert found.loc["b", "share"] == second.max() / 200


def test_without_a_choice_nothing_is_told() -> None:
    run = small_picks.run("baseline", 0, 1)
    picked, queries = picks.picked(run, small_picks.CLASSES), picks.queries(run, small_picks.CLASSES, "random")
    assert picks.by_arm(picked, queries, overlap.overlaps(run)).empty


def test_without_a_random_arm_there_is_nothing_to_overlap_with() -> None:
    found = picks.by_arm(*of_arms(a="margin", b="entropy"))
    assert found["other"].tolist() == ["", ""]
    assert found[["overlap", "chance"]].isna().all(axis=None)


def test_first_and_last_picks_of_a_class() -> None:
    found = picks.first_and_last(small_picks.run("random", 0, 3), 2)
    queried = small_picks.run("random", 0, 3).query("round > 1").sort_values(["round", "rank"])
    for label, of_class in queried.groupby("label"):
        ids = found[found["label"] == label].sort_values("place")["id"].tolist()
        assert ids == of_class["id"].iloc[[0, 1, -2, -1]].tolist()


def test_a_class_with_few_picks_shows_none_twice() -> None:
    run = pd.DataFrame({"arm": "a", "label": 0, "round": [2, 2, 3], "rank": [2, 1, 1], "id": [7, 8, 9]})
    found = picks.first_and_last(run, 2)
    assert dict(zip(found["place"], found["id"], strict=True)) == {0: 8, 1: 7, 3: 9}
    assert picks.first_and_last(run.head(1), 2)["place"].tolist() == [0]


def test_arms_with_a_second_round_are_shown_or_all_if_none_has() -> None:
    table = pd.DataFrame({"arm": ["b", "b", "a"], "round": [1, 2, 1]})
    assert picks.several_rounds(table) == ["b"]
    assert picks.several_rounds(table.tail(1)) == ["a"]
