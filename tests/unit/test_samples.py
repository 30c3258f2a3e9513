"""Sample lists on disk."""

from pathlib import Path

import numpy as np
import pytest

from superposition.errors import InputError
from superposition.samples import SampleList, read_ids


def write(path: Path, ids: list[int]) -> Path:
    array = np.array(ids)
    SampleList("d-0", array, array % 3, array % 2, 1 / (1 + array)).write(path)
    return path


def test_a_list_says_what_was_chosen_and_why(tmp_path: Path) -> None:
    lines = write(tmp_path / "samples.tsv", [7, 3]).read_text(encoding="utf-8").splitlines()
    assert lines == ["id\tlabel\tpredicted\tscore\trank\tdataset", "7\t1\t1\t0.125\t1\td-0", "3\t0\t1\t0.25\t2\td-0"]


def test_a_first_list_has_no_predictions(tmp_path: Path) -> None:
    SampleList("d-0", np.array([5]), np.array([1])).write(tmp_path / "samples.tsv")
    assert (tmp_path / "samples.tsv").read_text(encoding="utf-8").splitlines()[1] == "5\t1\t\t\t1\td-0"


def test_ids_of_several_lists_come_ascending(tmp_path: Path) -> None:
    lists = [write(tmp_path / "1.tsv", [9, 2]), write(tmp_path / "2.tsv", [4])]
    assert read_ids(lists).tolist() == [2, 4, 9]


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text.replace("\t1\td", "\tx\td"),
        lambda text: text.replace("d-0", "d-1", 1),
        lambda text: "\n".join(text.split("\n")[:1]),
        lambda text: text.split("\n", 1)[1],
        lambda text: "\n".join([text.split("\n")[0], *text.split("\n")[2:]]),
        lambda text: "",
    ],
)
def test_a_damaged_list_is_named(tmp_path: Path, damage: object) -> None:
    path = write(tmp_path / "samples.tsv", [7, 3])
    path.write_text(damage(path.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(InputError, match=r"samples.tsv: not a (whole )?sample list"):
        read_ids([path])


def test_a_sample_taken_twice_is_refused(tmp_path: Path) -> None:
    lists = [write(tmp_path / "1.tsv", [9, 2]), write(tmp_path / "2.tsv", [2])]
    with pytest.raises(InputError, match=r"2.tsv: has an id twice"):
        read_ids(lists)


def test_a_list_of_another_dataset_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "1.tsv", [9, 2])
    assert read_ids([path], "d-0").tolist() == [2, 9]
    with pytest.raises(InputError, match=r"1.tsv: a list of d-0, not of d-1; delete the file"):
        read_ids([path], "d-1")
