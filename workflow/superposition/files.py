"""Files and folders that appear whole or not at all."""

import os
import platform
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile

from superposition.errors import InputError


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary name beside `path` to write to; it takes the place of `path` when the block ends well.

    A killed or failed job leaves `path` as it was.
    """
    [temporary] = _beside(path, "part")
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def replacing_folder(path: Path) -> Iterator[Path]:
    """An empty folder beside `path` to write into; it takes the place of `path` and all in it when the block ends well.

    A killed or failed job leaves `path` as it was.
    """
    temporary, old = _beside(path, "part", "old")
    try:
        temporary.mkdir()
        yield temporary
        if path.exists():
            path.replace(old)
        temporary.replace(path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def check_writable(folder: Path) -> None:
    """Raise InputError, naming the folder, unless it can be written to; it is made if it is not there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise InputError(f"{folder}: can't be written to ({error.strerror}); give access, or make room") from None


def bring_back(folder: Path) -> int:
    """Give files that are from the future the present time, and say how many these were; a minute is let pass.

    A clock that was ahead has made them, and Snakemake takes no output that is older than what it was made from.
    """
    soon = time.time() + 60
    ahead = [path for path in folder.rglob("*") if path.lstat().st_mtime > soon]
    for path in ahead:
        os.utime(path, follow_symlinks=False)
    return len(ahead)


def _beside(path: Path, *kinds: str) -> list[Path]:
    """Hidden names beside `path` that no other process uses; those of processes killed on this machine are cleared."""
    path.parent.mkdir(parents=True, exist_ok=True)
    name = re.escape(f".{path.name}.{platform.node()}.")
    for left in path.parent.iterdir():
        if (match := re.fullmatch(rf"{name}(\d+)\.(part|old)", left.name)) and not _is_alive(int(match[1])):
            shutil.rmtree(left) if left.is_dir() else left.unlink(missing_ok=True)
    return [path.with_name(f".{path.name}.{platform.node()}.{os.getpid()}.{kind}") for kind in kinds]


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
