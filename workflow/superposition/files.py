"""Files and folders that appear whole or not at all."""

import os
import platform
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


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
