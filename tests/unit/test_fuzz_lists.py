"""A sample list that was tampered with is read exactly as it stands, or refused by its name."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from superposition import images, samples
from superposition.errors import InputError

POOL = 3 * np.arange(40)
COLUMNS = ["id", "label", "predicted", "score", "rank", "dataset"]
CELLS = ["", "1", "01", "-1", "+1", " 1", "1 ", "1_0", "1.0", "1e1", "٣", "nan", "\x00", '"', '"3"', "9" * 18, "9" * 19]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a dataset whose ids have gaps."""
    folder = tmp_path_factory.mktemp("lists")
    ids = {"train": POOL, "test": np.arange(2)}
    labels = {split: of_split % 2 for split, of_split in ids.items()}
    pixels = np.zeros((1, 1, 3), np.uint8)
    pictures = [images.Picture(split, int(id), "", pixels) for split in ids for id in ids[split]]
    facts = {"dataset": "d", "classes": ["a", "b"], "ids": ids, "labels": labels, "source": "", "checksum": ""}
    images.write(folder / "images.h5", pictures, **facts)
    return folder


@st.composite
def lists(draw: st.DrawFn) -> list[list[list[str]]]:
    """One or two whole lists of a run as cells, with the names of columns; `?` stands for the dataset."""
    ids = draw(st.lists(st.sampled_from(POOL.tolist()), unique=True, min_size=2, max_size=8))
    end = draw(st.sampled_from([len(ids), len(ids) // 2]))
    rows = [[str(id), str(id % 2), draw(st.sampled_from(["", "1"])), "0.25"] for id in ids]
    parts = [part for part in (rows[:end], rows[end:]) if part]
    return [[COLUMNS, *([*row, str(rank), "?"] for rank, row in enumerate(part, start=1))] for part in parts]


@st.composite
def tampered(draw: st.DrawFn) -> list[bytes]:
    """Whole lists, one of them with up to two faults, and damaged."""
    found = draw(lists())
    which = draw(st.integers(0, len(found) - 1))
    for _ in range(draw(st.integers(0, 2))):
        found[which] = draw(st.sampled_from(FAULTS))(draw, [[*row] for row in found[which]])
    files = ["".join("\t".join(row) + "\n" for row in part).encode() for part in found]
    files[which] = draw(st.sampled_from(DAMAGES))(draw, files[which])
    return files


Rows = list[list[str]]


def position(draw: st.DrawFn, things: Sequence) -> int:
    return draw(st.integers(0, max(len(things) - 1, 0)))


def drop(draw: st.DrawFn, rows: Rows) -> Rows:
    at = position(draw, rows)
    return rows[:at] + rows[at + 1 :]


def repeat(draw: st.DrawFn, rows: Rows) -> Rows:
    return rows + rows[position(draw, rows) :][:1]


def swap(draw: st.DrawFn, rows: Rows) -> Rows:
    a, b = (position(draw, rows) for _ in range(2))
    if rows:
        rows[a], rows[b] = rows[b], rows[a]
    return rows


def replace_cell(draw: st.DrawFn, rows: Rows) -> Rows:
    if rows and (row := rows[position(draw, rows)]):
        row[position(draw, row)] = draw(st.sampled_from(CELLS) | st.text(st.characters(exclude_categories=["Cs"])))
    return rows


def another_id(draw: st.DrawFn, rows: Rows) -> Rows:
    if len(rows) > 1 and (row := rows[draw(st.integers(1, len(rows) - 1))]):
        row[0] = str(draw(st.sampled_from(POOL.tolist()) | st.integers(0, 130)))
    return rows


def again(draw: st.DrawFn, rows: Rows) -> Rows:
    """A row once more, with the rank that the next row would have."""
    row = [*rows[position(draw, rows)]] if rows else []
    return [*rows, [*row[:4], str(len(rows)), *row[5:]]]


def swap_columns(draw: st.DrawFn, rows: Rows) -> Rows:
    a, b = draw(st.permutations(range(6)))[:2]
    return [[row[{a: b, b: a}.get(at, at)] for at in range(len(row))] if len(row) == 6 else row for row in rows]


def drop_column(draw: st.DrawFn, rows: Rows) -> Rows:
    at = draw(st.integers(0, 5))
    return [row[:at] + row[at + 1 :] for row in rows]


def repeat_column(draw: st.DrawFn, rows: Rows) -> Rows:
    at = draw(st.integers(0, 5))
    return [row[: at + 1] + row[at:] for row in rows]


FAULTS: list[Callable[[st.DrawFn, Rows], Rows]] = [
    *(drop, repeat, swap, again, another_id, another_id, another_id, replace_cell, replace_cell),
    *(swap_columns, drop_column, repeat_column),
]


def cut(draw: st.DrawFn, content: bytes) -> bytes:
    return content[: draw(st.integers(0, len(content)))]


def flip(draw: st.DrawFn, content: bytes) -> bytes:
    flipped = bytearray(content)
    for _ in range(draw(st.integers(1, 3))):
        if flipped:
            flipped[position(draw, flipped)] ^= 1 << draw(st.integers(0, 7))
    return bytes(flipped)


DAMAGES: list[Callable[[st.DrawFn, bytes], bytes]] = [*([lambda _, content: content] * 4), cut, flip]


def slowly(files: list[bytes]) -> tuple[set[int], set[str]] | None:
    """The ids and datasets of lists, read character by character's rules; None where one is not whole."""
    ids: list[int] = []
    datasets = set()
    for content in files:
        try:
            text = content.decode()
        except UnicodeDecodeError:
            return None
        lines = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").split("\n")
        cells = [line.split("\t") for line in lines]
        if cells[0] != COLUMNS or len(cells) == 1:
            return None
        for rank, row in enumerate(cells[1:], start=1):
            if len(row) != 6 or row[4] != str(rank) or row[5] != cells[1][5]:
                return None
            if not (row[0].isascii() and row[0].isdigit()) or str(int(row[0])) != row[0] or len(row[0]) > 18:
                return None
            ids.append(int(row[0]))
        datasets.add(cells[1][5])
    return (set(ids), datasets) if len(set(ids)) == len(ids) else None


def fuzzed(cases: int) -> Callable[[Callable], Callable]:
    return settings(max_examples=cases, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def read(folder: Path, files: list[bytes], reading: Callable[[list[Path]], np.ndarray]) -> list[int] | None:
    """The ids that are read, or None after an error of one line that begins with a file's name."""
    paths = [folder / f"{number}.tsv" for number in range(len(files))]
    for path, content in zip(paths, files, strict=True):
        path.write_bytes(content)
    try:
        return reading(paths).tolist()
    except InputError as error:
        assert str(error).startswith(tuple(map(str, paths))) and "delete the" in str(error)
        assert str(error).isprintable()
        return None


@fuzzed(1000)
@given(tampered() | st.lists(st.binary(), min_size=1, max_size=2))
def test_lists_are_read_as_they_stand_or_refused(folder: Path, files: list[bytes]) -> None:
    expected = slowly(files)
    assert read(folder, files, samples.read_ids) == (expected and sorted(expected[0]))


@fuzzed(500)
@given(tampered(), st.sampled_from(["right", "right", "right", "other", "right0", ""]))
def test_nothing_but_ids_of_the_dataset_comes_out(folder: Path, files: list[bytes], dataset: str) -> None:
    identity = images.identity(folder / "images.h5")
    named = {"right": identity, "right0": f"{identity}0"}.get(dataset, dataset)
    files = [content.replace(b"?", named.encode()) for content in files]
    expected = slowly(files)
    if expected and not (expected[1] == {identity} and expected[0] <= set(POOL.tolist())):
        expected = None
    found = read(folder, files, lambda paths: samples.ids_of(folder / "images.h5", paths))
    assert found == (expected and sorted(expected[0]))
