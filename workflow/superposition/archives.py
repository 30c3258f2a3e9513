"""Files of a directory, a zip or a tar, read one after the other without unpacking anything to disk.

Archives are untrusted: paths that leave the archive, links, devices, oversized files and bombs are refused.
"""

import hashlib
import lzma
import math
import os
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import NamedTuple

from superposition import tars
from superposition.errors import InputError

MAX_MEMBER_BYTES = 256 * 2**20
MAX_MEMBERS = 20_000_000
"""ImageNet-21k has 14 million images."""
MAX_BYTES, MAX_RATIO = 2**30, 100
"""An archive may unpack to this much, or to so many times its own size: photographs don't shrink, drawings about 30
times."""
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA)
"""Of packing in a zip. With bzip2, zipfile can make a million times as much of a piece."""
END_BYTES = 22 + 2**16
"""Of a zip, at most: its last record, and a comment."""
PIECE_BYTES = 2**12
"""Of a zip's member that are unpacked at once."""
Entry = tuple[str, int, Callable[[], bytes] | None]
"""Name, size, and how to read it, if it is no folder."""
BROKEN = (
    *(tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError),
    *(ValueError, IndexError, OverflowError, MemoryError, RecursionError, NotImplementedError),
)
"""What the standard library raises for damaged archives."""


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
            found, allowed = _directory_members(container), math.inf
        else:
            found = _zip_members(container) if _starts_like_zip(container) else _tar_members(container)
            allowed = max(MAX_BYTES, MAX_RATIO * container.stat().st_size)
        total = 0
        for number, (name, size, read) in enumerate(found, start=1):
            inner, total = _inner_path(container, name), total + size + tarfile.BLOCKSIZE
            if size > MAX_MEMBER_BYTES:
                raise _unsafe(container, name, f"has {size:,} bytes, over the limit of {MAX_MEMBER_BYTES:,}")
            if number > MAX_MEMBERS or total > allowed:
                raise _unsafe(
                    container, name, f"is over the limit of {MAX_MEMBERS:,} members or {allowed:,} bytes in all"
                )
            if read:
                yield Member(inner, _checked(container, name, read))


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


def _directory_members(folder: Path) -> Iterator[Entry]:
    for path in sorted(_files(folder)):
        name, status = path.relative_to(folder).as_posix(), path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise _unsafe(folder, name, "is a special file")
        yield name, status.st_size, path.read_bytes


def _files(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder, followlinks=True, onerror=_raise):
        for inner in (Path(parent, name) for name in folders):
            if inner.is_symlink() and inner.resolve() in [above.resolve() for above in inner.absolute().parents]:
                raise _unsafe(folder, inner.relative_to(folder).as_posix(), "is a link to a folder that it lies in")
        yield from (Path(parent, name) for name in names)


def _raise(error: OSError) -> None:
    raise error


def _starts_like_zip(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) == b"PK"


def _zip_members(path: Path) -> Iterator[Entry]:
    with zipfile.ZipFile(path) as archive:
        _check_number(path, len(archive.infolist()))
        for info in archive.infolist():
            kind = stat.S_IFMT(info.external_attr >> 16)
            if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
                raise _unsafe(path, info.filename, "is a link or a special file")
            if info.flag_bits & 1:
                raise InputError(f"{path}: {info.filename!r} is encrypted; give an archive without a password")
            if info.compress_type not in METHODS:
                raise _unsafe(path, info.filename, "is packed in another way than by deflate or LZMA")
            if info.is_dir() and info.file_size:
                raise zipfile.BadZipFile(f"{info.filename!r} is a folder with a content")
            yield info.filename, info.file_size, None if info.is_dir() else partial(_read_from_zip, archive, info)


def _check_number(path: Path, found: int) -> None:
    """zipfile takes what it finds of a damaged directory for the whole; a zip's end says how many members it has."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - END_BYTES))
        end = file.read()
    [stated] = struct.unpack_from("<H", end, end.rindex(b"PK\5\6") + 10)
    if stated not in (found, 0xFFFF):  # where 16 bits hold no more
        raise zipfile.BadZipFile(f"{found} of {stated} members found")


def _read_from_zip(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """Its content, which may be longer than the zip says: what is over is neither kept nor unpacked."""
    with archive.open(info) as file:
        return b"".join(iter(partial(file.read, PIECE_BYTES), b""))


def _tar_members(path: Path) -> Iterator[Entry]:
    with tarfile.open(path, tarinfo=tars.Header) as archive:
        while (info := archive.next()) is not None:
            archive.members = []  # type: ignore[attr-defined]  # or it would remember every member it has passed
            if not (info.isdir() or info.isreg()):
                raise _unsafe(path, info.name, "is a link or a special file")
            if info.size < 0:
                raise tarfile.HeaderError(f"{info.name!r} has {info.size} bytes")
            yield info.name, info.size, partial(tars.read, archive, info) if info.isreg() else None
        tars.check_end(archive)


def _checked(container: Path, name: str, read: Callable[[], bytes]) -> Callable[[], bytes]:
    def read_checked() -> bytes:
        with _readable(container, name):
            return read()

    return read_checked


def _inner_path(container: Path, name: str) -> str:
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or PureWindowsPath(path).drive:
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
    except BROKEN as error:
        reason = " ".join(str(error).split())
        if isinstance(error, tarfile.ReadError):
            raise InputError(f"{container}{inside}: not a whole .zip, .tar, .tar.gz or .tar.xz ({reason})") from error
        raise InputError(f"{container}{inside}: damaged or cut short ({reason}); get it again") from error
