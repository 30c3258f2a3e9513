"""The sample lists of a run, from `start` and `query`: whatever the strategy, they share out the pool."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from superposition import images, plugins, store
from superposition.layers import PENULTIMATE
from superposition.rounds import boundaries
from superposition.samples import read_ids
from superposition.stages import query, start


def make_images(path: Path, n: int) -> Path:
    """A dataset of `n` training images whose ids have gaps, as a subset's have."""
    ids = {"train": 3 * np.arange(n), "test": np.arange(2)}
    labels = {split: ids[split] % 2 for split in ids}
    pixels = np.zeros((1, 1, 3), np.uint8)
    pictures = [images.Picture(split, int(id_), "", pixels) for split in ids for id_ in ids[split]]
    images.write(path, pictures, dataset="d", classes=["a", "b"], ids=ids, labels=labels, source="", checksum="")
    return path


def make_pool(path: Path, data: Path, labelled: np.ndarray, seed: int) -> Path:
    """Predictions for the samples that are not labelled, with all that a strategy may need, some of them tied."""
    random = np.random.default_rng(seed)
    rest = np.setdiff1d(images.read_labels(data, "train").ids, labelled)
    splits = {"pool": rest, "labelled": labelled, "pass1": rest, "pass2": rest}
    with store.create(path, {"dataset": images.identity(data), "classes": ["a", "b"], "seconds": 1.0}) as file:
        for name, ids in splits.items():
            logits, features = (random.integers(-3, 3, (len(ids), n)).astype(np.float32) for n in (2, 4))
            layers = {PENULTIMATE: features}
            split = file.split(name, n=len(ids), classes=2, layers={PENULTIMATE: (4,)}, dtype="float32")
            split.write(0, logits, layers, ids % 2, ids)
    return path


def run(folder: Path, n: int, rounds: int, share: float, strategy: str, seed: int) -> list[list[int]]:
    """The ids of each round's list, in order of choice."""
    data = make_images(folder / "images.h5", n)
    lists = [folder / f"samples{number}.tsv" for number in range(1, rounds + 1)]
    budget = {"rounds": rounds, "query": share, "first": share, "seed": seed}
    start.run(images=data, samples=lists[0], **budget)
    for number in range(2, rounds + 1):
        labelled = read_ids(lists[: number - 1])
        pool, member = (make_pool(folder / f"{name}{number}.h5", data, labelled, seed + number) for name in "ab")
        query.run(
            images=data, pool=pool, members=[member], histories=[], strategy=strategy, round=number,
            samples=lists[number - 1], effort=folder / "query.tsv", **budget,
        )  # fmt: skip
    return [[int(line.split("\t")[0]) for line in path.read_text().splitlines()[1:]] for path in lists]


@pytest.mark.parametrize("strategy", plugins.names("strategy"))
@given(n=st.integers(4, 30), rounds=st.integers(1, 4), share=st.none() | st.integers(2, 8), seed=st.integers(0, 9))
@settings(max_examples=15)
def test_lists_are_disjoint_and_cover_what_was_asked_for(
    strategy: str, n: int, rounds: int, share: int | None, seed: int
) -> None:
    query_size = share or 1 / rounds
    if share and share * (rounds - 1) >= n:
        return
    with TemporaryDirectory() as folder:
        lists = run(Path(folder), n, rounds, query_size, strategy, seed)
    taken = [id_ for ids in lists for id_ in ids]
    ends = boundaries(n, rounds, query_size, query_size)
    assert len(set(taken)) == len(taken) == ends[-1]
    assert set(taken) <= set(range(0, 3 * n, 3))
    assert [len(ids) for ids in lists] == np.diff(ends).tolist()
    assert share or set(taken) == set(range(0, 3 * n, 3))


@pytest.mark.parametrize("strategy", plugins.names("strategy"))
def test_lists_depend_on_nothing_but_their_inputs(tmp_path: Path, strategy: str) -> None:
    first, again, other = (tmp_path / name for name in ("first", "again", "other"))
    for folder in (first, again, other):
        folder.mkdir()
    lists = run(first, 30, 3, 0.2, strategy, seed=1)
    np.random.seed(5)  # a global generator must not matter
    assert run(again, 30, 3, 0.2, strategy, seed=1) == lists
    assert run(other, 30, 3, 0.2, strategy, seed=2) != lists


def test_a_larger_first_list_begins_with_the_smaller(tmp_path: Path) -> None:
    data = make_images(tmp_path / "images.h5", 30)
    ids = []
    for size in (5, 12):
        start.run(images=data, rounds=2, query=size, first=size, seed=4, samples=tmp_path / f"{size}.tsv")
        ids.append([line.split("\t")[0] for line in (tmp_path / f"{size}.tsv").read_text().splitlines()[1:]])
    assert ids[1][:5] == ids[0]
