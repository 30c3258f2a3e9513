"""How far two arms choose the same samples, and what chance alone would give."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from superposition import overlap
from tests import small_picks


def runs(**rounds: list[int | None]) -> pd.DataFrame:
    """Picks of arms, each given as the rounds that took samples 0, 1, 2, ..., in one seed."""
    frames = [pd.DataFrame({"arm": arm, "id": range(len(taken)), "round": taken}) for arm, taken in rounds.items()]
    return pd.concat(frames).astype({"round": float}).assign(dataset="d", seed=0)


def test_shared_samples_are_counted() -> None:
    found = overlap.overlaps(runs(a=[1, 2, 2, 3, 3, None], b=[1, 2, 3, 2, None, 3]))
    assert list(found) == overlap.OVERLAPS
    assert found[["round", "a", "b"]].to_numpy().tolist() == [[2, "a", "b"], [3, "a", "b"]]
    assert found["jaccard"].tolist() == pytest.approx([1 / 3, 0])
    assert found["jaccard_so_far"].tolist() == pytest.approx([2 / 4, 4 / 6])


def test_chance_counts_what_each_arm_could_choose_from() -> None:
    """Round 2: 2 of the same 5. Round 3: a takes 2 of {3, 4, 5}, b 2 of {2, 4, 5}; 4 and 5 are in both pools."""
    found = overlap.overlaps(runs(a=[1, 2, 2, 3, 3, None], b=[1, 2, 3, 2, None, 3]))
    second, third = 4 / 5, 2 * (2 / 3) ** 2
    assert found["chance"].tolist() == pytest.approx([second / (4 - second), third / (4 - third)])
    so_far = [1 + 4 / 5, 1 + 16 / 5]
    assert found["chance_so_far"].tolist() == pytest.approx([so_far[0] / (6 - so_far[0]), so_far[1] / (10 - so_far[1])])


def test_arms_with_one_round_and_rounds_that_one_arm_lacks_stay_out() -> None:
    found = overlap.overlaps(runs(one=[1, 1, 1], a=[1, 2, 3], b=[1, 2, None], c=[1, 3, 2]))
    assert found[["round", "a", "b"]].to_numpy().tolist() == [
        [2, "a", "b"],
        [2, "a", "c"],
        [2, "b", "c"],
        [3, "a", "c"],
    ]


def test_a_study_without_second_rounds_has_no_overlaps() -> None:
    assert overlap.overlaps(runs(a=[1, 1], b=[1, None])).empty


def test_seeds_are_told_apart_and_arms_keep_their_order() -> None:
    frame = pd.concat([small_picks.run(arm, seed, 3) for seed in (4, 2) for arm in ("z", "a", "m")])
    found = overlap.overlaps(frame)
    assert found["seed"].unique().tolist() == [4, 2]
    assert found[found["seed"] == 4][["a", "b"]].head(3).to_numpy().tolist() == [["z", "a"], ["z", "m"], ["a", "m"]]
    alone = overlap.overlaps(frame[frame["seed"] == 2])
    pd.testing.assert_frame_equal(found[found["seed"] == 2].reset_index(drop=True), alone)


def sets(rng: np.random.Generator, offered: np.ndarray, size: int, times: int) -> np.ndarray:
    """Random choices of `size` of the samples offered, 0 or 1 [time, sample]."""
    keys = np.where(offered, rng.random((times, len(offered))), np.inf)
    return np.argsort(np.argsort(keys, axis=1), axis=1) < size


@pytest.mark.parametrize(("sizes", "pools"), [((20, 20), (100, 100)), ((30, 8), (90, 60)), ((40, 40), (41, 40))])
def test_chance_is_what_random_choices_have(sizes: tuple[int, int], pools: tuple[int, int]) -> None:
    """On average over many; a and b share 5 samples at the start, and choose from the ends of 100 others."""
    rng, always = np.random.default_rng(0), np.arange(105) < 5
    offered = np.stack([~always & (np.arange(105) < 5 + pools[0]), np.arange(105) >= 105 - pools[1]])
    expected = overlap.expected(np.stack([always, always]), offered, np.array(sizes))[0, 1]
    a, b = (always | sets(rng, of, size, 20_000) for of, size in zip(offered, sizes, strict=True))
    simulated = ((a & b).sum(axis=1) / (a | b).sum(axis=1)).mean()
    assert expected == pytest.approx(simulated, rel=1 / sum(sizes))


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=50))
def test_jaccard_is_that_of_pythons_sets(pairs: list[tuple[bool, bool]]) -> None:
    a, b = ({n for n, pair in enumerate(pairs) if pair[side]} for side in (0, 1))
    if not a or not b:
        return
    members = np.array(pairs, np.float64).T
    assert overlap.jaccard(members)[0, 1] == pytest.approx(len(a & b) / len(a | b))
    assert overlap.jaccard(members)[1, 0] == overlap.jaccard(members)[0, 1]


def test_what_is_left_to_no_chance_is_exact() -> None:
    always, offered = np.array([[True, False, False]] * 2), np.array([[False, True, True]] * 2)
    assert overlap.expected(always, offered, np.array([2, 2])).tolist() == [[1, 1], [1, 1]]
    assert overlap.expected(always, offered, np.array([0, 0])).tolist() == [[1, 1], [1, 1]]
