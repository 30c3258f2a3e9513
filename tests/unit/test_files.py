"""A file or a folder appears whole or not at all."""

import os
import platform
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from superposition.errors import InputError
from superposition.files import bring_back, check_writable, replacing, replacing_folder

KILLED = """
import os, signal, sys
from pathlib import Path
from superposition.files import replacing
with replacing(Path(sys.argv[1])) as temporary:
    temporary.write_text("half of the new")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_replaces_the_old_file(tmp_path: Path) -> None:
    out = tmp_path / "table.tsv"
    out.write_text("old")
    with replacing(out) as temporary:
        temporary.write_text("new")
        assert out.read_text() == "old"
        written = temporary.stat().st_ino
    assert out.read_text() == "new"
    assert out.stat().st_ino == written, "renamed, and not copied"
    assert list(tmp_path.iterdir()) == [out]


def test_makes_the_folder(tmp_path: Path) -> None:
    with replacing(tmp_path / "a" / "b" / "c.txt") as temporary:
        temporary.write_text("here")
    assert (tmp_path / "a" / "b" / "c.txt").read_text() == "here"


def test_an_error_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    out = tmp_path / "table.tsv"
    out.write_text("old")
    with pytest.raises(ZeroDivisionError), replacing(out) as temporary:
        temporary.write_text("half of the new")
        1 / 0  # noqa: B018
    assert out.read_text() == "old"
    assert list(tmp_path.iterdir()) == [out]


def test_a_kill_leaves_the_old_file(tmp_path: Path) -> None:
    out = tmp_path / "table.tsv"
    out.write_text("old")
    workflow = Path(__file__).parents[2] / "workflow"
    killed = subprocess.run([sys.executable, "-c", KILLED, str(out)], cwd=workflow)
    assert killed.returncode == -signal.SIGKILL
    assert out.read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 2, "what it had written"
    with replacing(out) as temporary:
        temporary.write_text("new")
    assert list(tmp_path.iterdir()) == [out] and out.read_text() == "new"


def test_what_a_running_process_writes_is_left_to_it(tmp_path: Path) -> None:
    out = tmp_path / "table.tsv"
    running = tmp_path / f".table.tsv.{platform.node()}.{os.getppid()}.part"
    elsewhere = tmp_path / ".table.tsv.another-machine.999999999.part"
    running.touch(), elsewhere.touch()
    with replacing(out) as temporary:
        temporary.touch()
    assert {*tmp_path.iterdir()} == {out, running, elsewhere}


def test_writes_beside_so_that_the_rename_stays_on_one_disk(tmp_path: Path) -> None:
    with replacing(tmp_path / "model.pt") as temporary:
        temporary.touch()
        assert temporary.parent == tmp_path
        assert temporary.name.startswith(".")


def test_a_new_folder_takes_the_place_of_the_old_and_of_all_in_it(tmp_path: Path) -> None:
    out = tmp_path / "report"
    for name in ("old", "new"):
        with replacing_folder(out) as temporary:
            (temporary / name).write_text(name)
    assert [path.name for path in out.iterdir()] == ["new"]
    assert list(tmp_path.iterdir()) == [out]


def test_an_error_leaves_the_old_folder_and_nothing_else(tmp_path: Path) -> None:
    out = tmp_path / "report"
    with replacing_folder(out) as temporary:
        (temporary / "old").write_text("old")
    with pytest.raises(ZeroDivisionError), replacing_folder(out) as temporary:
        (temporary / "new").write_text("half of the new")
        1 / 0  # noqa: B018
    assert [path.name for path in out.iterdir()] == ["old"]
    assert list(tmp_path.iterdir()) == [out]


def test_files_from_the_future_get_the_present_time(tmp_path: Path) -> None:
    now = time.time()
    ages = {"old": -1000.0, "just now": 30.0, "tomorrow": 86_400.0}
    for name, age in ages.items():
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (now + age, now + age))
    assert bring_back(tmp_path) == 1 and bring_back(tmp_path) == 0
    assert (tmp_path / "old").stat().st_mtime == pytest.approx(now - 1000, abs=1)
    assert (tmp_path / "tomorrow").stat().st_mtime == pytest.approx(now, abs=30)
    assert bring_back(tmp_path / "nowhere") == 0


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    check_writable(tmp_path / "a/b")
    assert list((tmp_path / "a/b").iterdir()) == []
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=rf"^{tmp_path}/file/results: can't be written to \(Not a directory\); give"):
        check_writable(tmp_path / "file/results")
