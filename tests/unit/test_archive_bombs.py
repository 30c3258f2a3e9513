"""Archives that were made to fill the memory or never to end."""

import os
import struct
import tarfile
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from superposition import archives, tars
from superposition.errors import InputError
from tests.small_data import write_folder, write_tar, write_zip


def contents(container: Path) -> dict[str, bytes]:
    return {member.name: member.read() for member in archives.members(container)}


def refused(container: Path) -> str:
    """What a container is refused with."""
    with pytest.raises(InputError) as raised:
        contents(container)
    assert str(raised.value).startswith(f"{container}")
    return str(raised.value)


def test_bzip2_in_a_zip_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("a.png", "x")
    assert "'a.png' in it is packed in another way than by deflate or LZMA" in refused(tmp_path / "a.zip")


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA])
def test_a_zip_that_lies_about_a_size_fills_no_memory(tmp_path: Path, method: int) -> None:
    size = 128 * 2**20 + 2**16
    with (
        zipfile.ZipFile(tmp_path / "a.zip", "w", method, compresslevel=1) as archive,
        archive.open("bomb", "w") as file,
    ):
        for _ in range(64):
            file.write(bytes(size // 64))
    data = (tmp_path / "a.zip").read_bytes()
    assert data.count(struct.pack("<L", size)) == 2, "in the member's own header and in the directory"
    (tmp_path / "a.zip").write_bytes(data.replace(struct.pack("<L", size), struct.pack("<L", 10)))
    tracemalloc.start()
    assert "'bomb' in it): damaged or cut short (Bad CRC-32" in refused(tmp_path / "a.zip")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 0.75 * size


@pytest.mark.parametrize("write", [write_tar, write_zip])
def test_an_archive_unpacks_to_so_much_in_all(tmp_path: Path, write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_BYTES", 20 * (1000 + 512))
    monkeypatch.setattr(archives, "MAX_RATIO", 0)
    assert len(contents(write(tmp_path / "a", {f"{index:02}": bytes(1000) for index in range(20)}))) == 20
    path = write(tmp_path / "b", {f"{index:02}": bytes(1000) for index in range(21)})
    assert "'20' in it is over the limit of 20,000,000 members or 30,240 bytes in all" in refused(path)


def test_a_large_archive_may_unpack_to_a_multiple_of_its_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_BYTES", 0)
    photographs = {str(index): os.urandom(1000) for index in range(20)}
    assert contents(write_tar(tmp_path / "a", photographs)) == photographs
    assert "bytes in all" in refused(write_tar(tmp_path / "b", {str(index): bytes(10**6) for index in range(20)}))


@pytest.mark.parametrize("write", [write_tar, write_zip])
def test_an_archive_has_so_many_members(tmp_path: Path, write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_MEMBERS", 3)
    assert len(contents(write(tmp_path / "a", dict.fromkeys("abc", b"")))) == 3
    assert "'d' in it is over the limit of 3 members" in refused(write(tmp_path / "b", dict.fromkeys("abcd", b"")))


def header(kind: bytes, size: int, name: str = "a") -> bytes:
    """A tar's header of any kind, of an honest checksum."""
    info = tarfile.TarInfo(name)
    info.type, info.size = kind, size
    return info.tobuf(tarfile.GNU_FORMAT)


def pax(records: dict[str, str], kind: bytes = tarfile.XHDTYPE) -> bytes:
    """A header with attributes of the member that follows."""
    lines = b""
    for key, value in records.items():
        line = f" {key}={value}\n".encode()
        length = next(n for n in range(len(line), len(line) + 30) if n == len(line) + len(str(n)))
        lines += str(length).encode() + line
    return header(kind, len(lines)) + lines.ljust(-(-len(lines) // 512) * 512, b"\0")


@pytest.mark.parametrize("kind", tars.HEADERS)
def test_a_header_may_not_be_large(tmp_path: Path, kind: bytes) -> None:
    with tarfile.open(tmp_path / "whole.tar.xz", "w:xz") as archive:
        archive.addfile(tarfile.TarInfo("a" * 1000))
    assert list(contents(tmp_path / "whole.tar.xz")) == ["a" * 1000]
    for size in (2**20 + 1, 2**40, -1):
        (tmp_path / "a.tar").write_bytes(header(kind, size) + bytes(1024))
        assert f"a header has {size:,} bytes, over the limit of 1,048,576" in refused(tmp_path / "a.tar")


@pytest.mark.parametrize("size", [-512, -1024, -5120, -(10**6)])
def test_a_tar_never_goes_back(tmp_path: Path, size: int) -> None:
    first = header(tarfile.REGTYPE, 0) * 2
    for content in (header(tarfile.REGTYPE, size), pax({"size": str(size)}) + header(tarfile.REGTYPE, 0)):
        (tmp_path / "a.tar").write_bytes(first + content + bytes(10240))
        assert f"damaged or cut short ('a' has {size} bytes)" in refused(tmp_path / "a.tar")


@pytest.mark.parametrize(
    "content",
    [
        header(tarfile.GNUTYPE_SPARSE, 512),
        pax({"GNU.sparse.major": "1", "GNU.sparse.minor": "0"}) + header(tarfile.REGTYPE, 512),
    ],
)
def test_maps_of_sparse_files_are_not_read(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.tar").write_bytes(content + b"1000000000\n" + bytes(10240))
    assert "'a' is sparse)" in refused(tmp_path / "a.tar")


def test_headers_of_headers_come_to_an_end(tmp_path: Path) -> None:
    (tmp_path / "a.tar").write_bytes(pax({"comment": "x"}) * 3000 + header(tarfile.REGTYPE, 0) + bytes(1024))
    assert "damaged or cut short" in refused(tmp_path / "a.tar")


def test_what_follows_the_end_of_a_tar_comes_to_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tars, "MAX_HEADER_BYTES", 1000)
    whole = write_tar(tmp_path / "a.tar", {"a": b"x"}, "").read_bytes()
    (tmp_path / "a.tar").write_bytes(whole + bytes(20_000))
    assert contents(tmp_path / "a.tar") == {"a": b"x"}
    (tmp_path / "a.tar").write_bytes(whole + bytes(80_000))
    assert "goes on after its last block" in refused(tmp_path / "a.tar")


def test_gzip_is_read_to_its_checksum(tmp_path: Path) -> None:
    data = bytearray(write_tar(tmp_path / "a.tar.gz", {"a": b"x"}, "gz").read_bytes())
    data[-8] ^= 1
    (tmp_path / "a.tar.gz").write_bytes(data)
    assert "CRC check failed" in refused(tmp_path / "a.tar.gz")


def test_a_link_into_the_folder_that_it_lies_in_is_refused(tmp_path: Path) -> None:
    for name, link, target in (("own", "a", "."), ("up", "b/up", "../.."), ("pair", "b/c", "../d")):
        root = write_folder(tmp_path / name, {"b/x.png": b"x", "d/y.png": b"y"})
        (root / link).symlink_to(target)
        if name == "pair":
            assert list(contents(root)) == ["b/c/y.png", "b/x.png", "d/y.png"]
            (root / "d/e").symlink_to("../b")
        assert "is a link to a folder that it lies in" in refused(root)


def test_a_special_file_in_a_folder_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "0.png")
    assert "'0.png' in it is a special file" in refused(tmp_path)
    (tmp_path / "0.png").unlink()
    (tmp_path / "1.png").symlink_to("/dev/zero")
    assert "'1.png' in it is a special file" in refused(tmp_path)
