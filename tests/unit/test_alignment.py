"""Which networks are compared, and the stage that does it."""

from pathlib import Path

import numpy as np
import pytest

from superposition import alignment, similarity, store, tables
from superposition.errors import InputError
from superposition.identity import Network
from superposition.stages import align
from tests.small_results import CODE, activations, write_features


def networks(arm: str, seeds: tuple[int, ...], rounds: tuple[int, ...]) -> list[Network]:
    return [Network(arm, seed, round_) for seed in seeds for round_ in rounds]


def chosen(pairs: list[alignment.Pair], kind: str) -> set[tuple[int, int, int, int]]:
    """Seed and round of either side of the pairs of a kind."""
    return {(a.seed, a.round, b.seed, b.round) for of, a, b in pairs if of == kind}


def test_an_arm_is_compared_seed_by_seed_and_round_by_round() -> None:
    pairs = list(alignment.within(networks("x", (4, 2, 9), (1, 2, 3))))
    assert chosen(pairs, "seeds") == {(a, r, b, r) for r in (1, 2, 3) for a, b in ((4, 2), (4, 9), (2, 9))}
    assert chosen(pairs, "rounds") == {(seed, r, seed, r + 1) for seed in (4, 2, 9) for r in (1, 2)}
    assert len(pairs) == 9 + 6


def test_last_rounds_alone_have_no_rounds_to_compare() -> None:
    pairs = list(alignment.within(networks("x", (0, 1), (10,))))
    assert pairs == [("seeds", Network("x", 0, 10), Network("x", 1, 10))]


def test_arms_are_compared_every_seed_with_every_seed_after_the_same_round() -> None:
    pairs = list(alignment.between(networks("x", (0, 1), (1, 2, 3)), networks("y", (0, 1), (1, 2))))
    assert chosen(pairs, "arms") == {(s, r, t, r) for s in (0, 1) for t in (0, 1) for r in (1, 2)}
    assert {(a.arm, b.arm) for _, a, b in pairs} == {("x", "y")} and len(pairs) == 8


@pytest.mark.parametrize("swapped", [False, True])
def test_an_arm_with_a_single_round_is_compared_with_every_round(swapped: bool) -> None:
    arms = [networks("x", (0,), (1, 2, 3)), networks("y", (0, 1), (1,))]
    pairs = list(alignment.between(*(reversed(arms) if swapped else arms)))
    rounds = {(a.round, b.round) for _, a, b in pairs}
    assert rounds == {(1, r) if swapped else (r, 1) for r in (1, 2, 3)} and len(pairs) == 6


def test_different_last_rounds_are_not_compared() -> None:
    assert not list(alignment.between(networks("x", (0,), (5,)), networks("y", (0,), (10,))))


def features(folder: Path, arm: str, seeds: tuple[int, ...], rounds: tuple[int, ...]) -> list[Path]:
    """Features files, each with numbers of its own."""
    places = [(seed, round_) for seed in seeds for round_ in rounds]
    return [
        write_features(folder / f"{arm}{s}{r}.h5", activations(10 * s + r + len(arm)), arm=arm, seed=s, round_=r)
        for s, r in places
    ]


def aligned(folder: Path, features: list[Path], others: list[Path]) -> list[dict]:
    align.run(features=features, others=others, written_by=CODE, layers=["avgpool"], table=folder / "t.tsv")
    found = tables.read(folder / "t.tsv")
    assert list(found) == alignment.ALIGNMENT
    return found.to_dict("records")


def test_align_writes_a_row_a_pair(tmp_path: Path) -> None:
    rows = aligned(tmp_path, features(tmp_path, "x", (0, 1), (1, 2)), [])
    assert [row["kind"] for row in rows] == ["seeds", "rounds", "rounds", "seeds"]
    own = [similarity.represent(activations(seed), "f") for seed in (2, 3)]
    expected = {"dataset": "digits", "layer": "avgpool", "kind": "rounds", "a": "x", "seed_a": 0, "round_a": 1}
    expected |= {"b": "x", "seed_b": 0, "round_b": 2}
    assert rows[1] == expected | dict(zip(similarity.QUANTITIES, similarity.alike(*own), strict=True))


def test_align_of_two_arms_leaves_out_their_own_pairs(tmp_path: Path) -> None:
    rows = aligned(tmp_path, features(tmp_path, "x", (0, 1), (1, 2)), features(tmp_path, "base", (0, 1), (1,)))
    assert {(row["kind"], row["a"], row["b"]) for row in rows} == {("arms", "x", "base")}
    assert len(rows) == 8 and all(0 < row["cka"] < 1 for row in rows)


def test_files_are_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of five seeds of two arms, each compared five times."""
    paths, read, seeds = [], store.read, (0, 1, 2, 3, 4)
    monkeypatch.setattr(store, "read", lambda path, *of: paths.append(path) or read(path, *of))
    arms = [features(tmp_path, arm, seeds, (1, 2)) for arm in ("x", "other")]
    assert len(aligned(tmp_path, *arms)) == 50
    assert sorted(paths) == sorted([*arms[0], *arms[1]])


def test_the_same_features_are_alike_whatever_is_held_in_memory(tmp_path: Path) -> None:
    paths = [write_features(tmp_path / f"{s}.h5", activations(0), arm="x", seed=s) for s in range(align.HELD + 3)]
    rows = aligned(tmp_path, paths, [])
    assert len(rows) == len(paths) * (len(paths) - 1) / 2
    assert np.allclose([row["cka"] for row in rows], 1)


def test_a_single_network_has_nothing_to_be_compared_with(tmp_path: Path) -> None:
    assert aligned(tmp_path, features(tmp_path, "x", (0,), (1,)), []) == []


def test_features_of_other_samples_are_refused_with_both_files(tmp_path: Path) -> None:
    first, second = (write_features(tmp_path / f"{n}.h5", activations(n=n), seed=n) for n in (30, 60))
    with pytest.raises(InputError, match=r"/30.h5 and .*/60.h5: not of the same samples; delete both and run again"):
        align.run(features=[first, second], others=[], written_by=CODE, layers=["avgpool"], table=tmp_path / "t.tsv")
    assert not (tmp_path / "t.tsv").exists()
