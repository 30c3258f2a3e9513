"""Files of a directory, a zip or a tar, read one after the other without unpacking anything to disk.

Archives are untrusted: paths that leave the archive, links, devices and oversized files are refused.
"""

import hashlib
import lzma
import os
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import NamedTuple

from superposition.errors import InputError

MAX_MEMBER_BYTES = 256 * 2**20
BROKEN = (tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, NotImplementedError)


class Member(NamedTuple):
    """A file of a container: its path inside, with `/`, and how to read it before the next one is asked for."""

    name: str
    read: Callable[[], bytes]


def members(container: Path) -> Iterator[Member]:
    """All files of a directory (sorted) or of a .zip, .tar, .tar.gz, .tar.bz2 or .tar.xz (as they lie), in one pass.

    Raises InputError for a container that is missing, damaged or none of these, and for anything unsafe in it.
    """
    with _readable(container):
        if container.is_dir():
            found = _directory_members(container)
        elif _starts_like_zip(container):
            found = _zip_members(container)
        else:
            found = _tar_members(container)
        for name, size, read in found:
            yield _checked(container, name, size, read)


def digest(container: Path) -> str:
    """The sha256 of an archive; of a directory, that of its files' names and sizes."""
    with _readable(container):
        if not container.is_dir():
            with container.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        sha = hashlib.sha256()
        for name, size, _ in _directory_members(container):
            sha.update(f"{name}\0{size}\0".encode(errors="surrogateescape"))
        return sha.hexdigest()


Entry = tuple[str, int, Callable[[], bytes]]


def _directory_members(folder: Path) -> Iterator[Entry]:
    walk = os.walk(folder, followlinks=True, onerror=_raise)
    for path in sorted(Path(parent) / name for parent, _, names in walk for name in names):
        yield path.relative_to(folder).as_posix(), path.stat().st_size, path.read_bytes


def _raise(error: OSError) -> None:
    raise error


def _starts_like_zip(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) == b"PK"


def _zip_members(path: Path) -> Iterator[Entry]:
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            kind = stat.S_IFMT(info.external_attr >> 16)
            if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
                raise _unsafe(path, info.filename, "is a link or a special file")
            if info.flag_bits & 1:
                raise InputError(f"{path}: {info.filename!r} is encrypted; give an archive without a password")
            if info.is_dir():
                _inner_path(path, info.filename)
            else:
                yield info.filename, info.file_size, partial(archive.read, info)


def _tar_members(path: Path) -> Iterator[Entry]:
    with tarfile.open(path) as archive:
        while (info := archive.next()) is not None:
            archive.members = []  # type: ignore[attr-defined]  # or it would remember every member it has passed
            if info.isdir():
                _inner_path(path, info.name)
            elif info.isreg():
                yield info.name, info.size, partial(_read_from_tar, archive, info)
            else:
                raise _unsafe(path, info.name, "is a link or a special file")
        _check_end(archive)


def _read_from_tar(archive: tarfile.TarFile, info: tarfile.TarInfo) -> bytes:
    file = archive.extractfile(info)
    assert file is not None, "a regular file has a content"
    return file.read()


def _check_end(archive: tarfile.TarFile) -> None:
    """tarfile takes a tar that stops between two members for a whole one; a whole one ends in a block of zeros."""
    assert archive.fileobj is not None
    archive.fileobj.seek(archive.offset)
    if archive.fileobj.read(tarfile.BLOCKSIZE) != bytes(tarfile.BLOCKSIZE):
        raise EOFError("it ends before its last block")


def _checked(container: Path, name: str, size: int, read: Callable[[], bytes]) -> Member:
    if size > MAX_MEMBER_BYTES:
        raise _unsafe(container, name, f"has {size:,} bytes, over the limit of {MAX_MEMBER_BYTES:,}")

    def read_checked() -> bytes:
        with _readable(container, name):
            return read()

    return Member(_inner_path(container, name), read_checked)


def _inner_path(container: Path, name: str) -> str:
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or PureWindowsPath(name).drive:
        raise _unsafe(container, name, "points outside the archive")
    return str(path)


def _unsafe(container: Path, name: str, why: str) -> InputError:
    return InputError(f"{container}: refused, because {name!r} in it {why}; make the archive again without that")


@contextmanager
def _readable(container: Path, name: str | None = None) -> Iterator[None]:
    inside = f" ({name!r} in it)" if name else ""
    try:
        yield
    except FileNotFoundError as error:
        raise InputError(f"{error.filename}: no such file or directory") from error
    except tarfile.ReadError as error:
        raise InputError(f"{container}{inside}: not a whole .zip, .tar, .tar.gz or .tar.xz ({error})") from error
    except BROKEN as error:
        raise InputError(f"{container}{inside}: damaged or cut short ({error}); get it again") from error
