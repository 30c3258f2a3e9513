"""From sample lists and predictions to the tables of what was chosen."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from superposition import images, overlap, picks, store, tables
from superposition.errors import InputError
from superposition.samples import SampleList
from superposition.stages import tally, trace

CLASSES = ["nan", "dog"]
ARMS = ("lc", "random")
STUDY = {
    "study": "s",
    "datasets": {"pets": {}},
    "seeds": [0, 1],
    "arms": {"lc": {"strategy": "least_confidence", "rounds": 2}, "random": {"rounds": 2}},
}


def predictions(path: Path, dataset: str, **splits: list[int]) -> Path:
    """What the last network says of the samples of each split: each of class id % 2, and said to be dogs."""
    with store.create(path, {"dataset": dataset, "classes": CLASSES}) as file:
        for name, ids in splits.items():
            split = file.split(name, n=len(ids), classes=2, layers={}, dtype="float32")
            logits = np.tile(np.array([0, 1], np.float32), (len(ids), 1))
            split.write(0, logits, {}, np.array(ids) % 2, np.array(ids))
    return path


def lists(folder: Path, dataset: str, first: list[int], second: list[int]) -> list[Path]:
    """Two rounds' lists; the second was predicted to be dogs."""
    paths = [folder / f"round{number}" / "samples.tsv" for number in (1, 2)]
    SampleList(dataset, np.array(first), np.array(first) % 2).write(paths[0])
    ids = np.array(second)
    SampleList(dataset, ids, ids % 2, np.ones_like(ids), 1 / (1 + ids)).write(paths[1])
    return paths


def traced(folder: Path, arm: str, seed: int, rest: list[int]) -> Path:
    """picks.tsv of a run that took 5, then 2 and 4 (or 3 and 0)."""
    second = {"lc": [2, 4], "random": [3, 0]}[arm]
    run = folder / arm / f"seed{seed}"
    samples = lists(run, "pets-1", [5], second)
    pool = predictions(run / "pool.h5", "pets-1", labelled=[5, *second], **({"pool": rest} if rest else {}))
    trace.run(samples=samples, pool=pool, dataset="pets", arm=arm, seed=seed, picks=run / "picks.tsv")
    return run / "picks.tsv"


@pytest.fixture
def tallied(tmp_path: Path) -> Path:
    """The folder with the tables of two arms and two seeds that choose from six samples."""
    every = [traced(tmp_path, arm, seed, [1, *({0, 2, 3, 4} - {*chosen})]) for arm, chosen in
             (("lc", (2, 4)), ("random", (3, 0))) for seed in (0, 1)]  # fmt: skip
    pictures = tmp_path / "pets" / "images.h5"
    pictures.parent.mkdir()
    ids, pixels = np.arange(6), np.zeros((2, 2, 3), np.uint8)
    images.write(
        pictures,
        [images.Picture(split, id_, "", pixels) for split in ("train", "test") for id_ in range(6)],
        dataset="pets", classes=CLASSES, ids={"train": ids, "test": ids}, labels={"train": ids % 2, "test": ids % 2},
        source="", checksum="",
    )  # fmt: skip
    made = {name: tmp_path / "tables" / f"{name}.tsv" for name in ("picked", "queries", "overlaps", "ages")}
    tally.run(picks=every, study=json.dumps(STUDY), images=[pictures], **made)
    return tmp_path / "tables"


def test_trace_follows_every_sample_of_the_train_split(tmp_path: Path) -> None:
    lines = traced(tmp_path, "lc", 7, [0, 1, 3]).read_text(encoding="utf-8").splitlines()
    assert lines == [
        "dataset\tarm\tseed\tround\tid\tlabel\tpredicted\tscore\trank\tfinal",
        "pets\tlc\t7\t\t0\t0\t\t\t\t1",
        "pets\tlc\t7\t\t1\t1\t\t\t\t1",
        "pets\tlc\t7\t2\t2\t0\t1\t0.3333333333333333\t1\t1",
        "pets\tlc\t7\t\t3\t1\t\t\t\t1",
        "pets\tlc\t7\t2\t4\t0\t1\t0.2\t2\t1",
        "pets\tlc\t7\t1\t5\t1\t\t\t1\t1",
    ]


def test_trace_of_a_run_that_took_everything(tmp_path: Path) -> None:
    found = tables.read(traced(tmp_path, "lc", 0, []))
    assert found["id"].tolist() == [2, 4, 5] and found["round"].tolist() == [2, 2, 1]


def test_trace_refuses_lists_of_another_dataset_and_leaves_nothing(tmp_path: Path) -> None:
    samples = lists(tmp_path, "pets-2", [5], [2])
    pool = predictions(tmp_path / "pool.h5", "pets-1", labelled=[5, 2])
    with pytest.raises(InputError, match=r"samples.tsv: a list of pets-2, not of pets-1; delete the file"):
        trace.run(samples=samples, pool=pool, dataset="pets", arm="a", seed=0, picks=tmp_path / "picks.tsv")
    assert not (tmp_path / "picks.tsv").exists()


def test_trace_needs_predictions_for_what_was_taken(tmp_path: Path) -> None:
    samples, pool = lists(tmp_path, "pets-1", [5], [2]), predictions(tmp_path / "pool.h5", "pets-1", pool=[0])
    with pytest.raises(InputError, match=r"pool.h5: no split named 'labelled', only pool"):
        trace.run(samples=samples, pool=pool, dataset="pets", arm="a", seed=0, picks=tmp_path / "picks.tsv")


def test_tally_writes_tables_that_read_as_they_were(tallied: Path) -> None:
    found = {name: tables.read(tallied / f"{name}.tsv") for name in ("picked", "queries", "overlaps", "ages")}
    columns = {"picked": picks.PICKED, "queries": picks.QUERIES, "overlaps": overlap.OVERLAPS, "ages": picks.AGES}
    assert {name: list(frame) for name, frame in found.items()} == columns
    assert {name: len(frame) for name, frame in found.items()} == {
        "picked": 16,
        "queries": 8,
        "overlaps": 2,
        "ages": 12,
    }
    assert found["queries"]["arm"].unique().tolist() == ["lc", "random"]
    second = found["queries"][found["queries"]["round"] == 2]
    assert second["strategy"].tolist() == ["least_confidence"] * 2 + ["random"] * 2
    assert second["most_picked"].tolist() == ["nan"] * 4
    assert second["wrong"].tolist() == [1, 1, 0.5, 0.5]
    assert found["overlaps"]["jaccard"].tolist() == [0, 0]
    assert found["ages"].loc[found["ages"]["round"].isna(), "correct"].tolist() == [2 / 3, 2 / 3, 1 / 3, 1 / 3]
    assert found["picked"]["class"].tolist() == ["nan", "dog"] * 8


def test_rounds_are_whole_numbers_in_every_table(tallied: Path) -> None:
    for name in ("picked", "queries", "overlaps", "ages"):
        rounds = pd.read_csv(tallied / f"{name}.tsv", sep="\t", dtype=str, keep_default_na=False)["round"]
        assert set(rounds) <= {"1", "2", ""}
