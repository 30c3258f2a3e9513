"""Archives: read in one pass, nothing unsafe gets through, damage is named."""

import io
import os
import stat
import tarfile
import zipfile
from pathlib import Path

import pytest

from superposition import archives
from superposition.errors import InputError
from tests.small_data import write_folder, write_tar, write_zip

FILES = {"top/a.txt": b"first", "top/b/c.txt": b"second" * 1000, "d.txt": b""}


def contents(container: Path) -> dict[str, bytes]:
    return {member.name: member.read() for member in archives.members(container)}


@pytest.mark.parametrize("compression", ["", "gz", "bz2", "xz"])
def test_tar(tmp_path: Path, compression: str) -> None:
    assert contents(write_tar(tmp_path / "a", FILES, compression)) == FILES


def test_zip_and_directory(tmp_path: Path) -> None:
    assert contents(write_zip(tmp_path / "a", FILES)) == FILES
    assert contents(write_folder(tmp_path / "b", FILES)) == FILES


def test_a_directory_is_sorted_and_may_hold_links(tmp_path: Path) -> None:
    write_folder(tmp_path / "elsewhere", {"x.txt": b"x"})
    root = write_folder(tmp_path / "root", {"b.txt": b"b"})
    (root / "a").symlink_to(tmp_path / "elsewhere")
    assert [member.name for member in archives.members(root)] == ["a/x.txt", "b.txt"]


def test_directory_entries_are_passed_over(tmp_path: Path) -> None:
    write_folder(tmp_path / "root", FILES)
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        archive.add(tmp_path / "root", ".")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.mkdir("top")
        archive.writestr("top/a.txt", "first")
    assert contents(tmp_path / "a.tar") == FILES
    assert contents(tmp_path / "a.zip") == {"top/a.txt": b"first"}


def test_a_tar_is_passed_once_without_going_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_tar(tmp_path / "a.tar", {f"{index}.txt": bytes(3000) for index in range(50)}, "")
    starts, kept = [], []
    real = tarfile.TarFile.next

    def spy(archive: tarfile.TarFile) -> tarfile.TarInfo | None:
        found = real(archive)
        starts.append(archive.offset)
        kept.append(len(archive.members))  # type: ignore[attr-defined]
        return found

    monkeypatch.setattr(tarfile.TarFile, "next", spy)
    assert len(contents(path)) == 50
    assert starts == sorted(starts)
    assert max(kept) <= 2


@pytest.mark.parametrize("name", ["../a.txt", "/etc/passwd", "a/../../b.txt", "..\\a.txt", "C:\\a.txt"])
def test_paths_that_leave_the_archive_are_refused(tmp_path: Path, name: str) -> None:
    for path in (write_tar(tmp_path / "a.tar", {name: b"x"}), write_zip(tmp_path / "a.zip", {name: b"x"})):
        with pytest.raises(InputError, match=r"a\.(tar|zip): refused, because .* points outside the archive"):
            contents(path)


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_links_and_special_files_are_refused(tmp_path: Path, kind: bytes) -> None:
    info = tarfile.TarInfo("train/cat/0.png")
    info.type, info.linkname = kind, "/etc/passwd"
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        archive.addfile(info)
    with pytest.raises(
        InputError, match=r"a.tar: refused, because 'train/cat/0.png' in it is a link or a special file"
    ):
        contents(tmp_path / "a.tar")


def test_links_in_a_zip_are_refused(tmp_path: Path) -> None:
    info = zipfile.ZipInfo("link")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(info, "/etc/passwd")
    with pytest.raises(InputError, match="'link' in it is a link"):
        contents(tmp_path / "a.zip")


@pytest.mark.parametrize("write", [write_tar, write_zip])
def test_a_bomb_is_refused_before_it_is_read(tmp_path: Path, write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_MEMBER_BYTES", 1000)
    path = write(tmp_path / "a", {"small": bytes(1000), "bomb": bytes(1001)})
    with pytest.raises(InputError, match=r"'bomb' in it has 1,001 bytes, over the limit of 1,000"):
        [member.name for member in archives.members(path)]


def test_an_encrypted_zip_is_refused(tmp_path: Path) -> None:
    data = bytearray(write_zip(tmp_path / "a.zip", {"a.txt": b"x"}).read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "a.zip").write_bytes(data)
    with pytest.raises(InputError, match=r"'a\.txt' is encrypted"):
        contents(tmp_path / "a.zip")


@pytest.mark.parametrize("compression", ["", "gz", "bz2", "xz"])
@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_a_tar_cut_short_is_an_error_wherever_it_ends(tmp_path: Path, compression: str, share: float) -> None:
    whole = write_tar(
        tmp_path / "a", {f"{index}.bin": os.urandom(700) for index in range(50)}, compression
    ).read_bytes()
    (tmp_path / "a").write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(InputError, match=r"^\S+/a.*: (damaged or cut short|not a whole)"):
        contents(tmp_path / "a")


@pytest.mark.parametrize("members", range(1, 5))
def test_a_tar_that_ends_between_members_is_an_error(tmp_path: Path, members: int) -> None:
    whole = write_tar(tmp_path / "a.tar", {f"{index}.bin": bytes(512) for index in range(5)}, "").read_bytes()
    (tmp_path / "a.tar").write_bytes(whole[: members * 1024])
    with pytest.raises(InputError, match=r"a.tar: damaged or cut short \(it ends before its last block\)"):
        contents(tmp_path / "a.tar")


def test_a_damaged_header_in_a_tar_is_an_error(tmp_path: Path) -> None:
    data = bytearray(write_tar(tmp_path / "a.tar", {f"{index}.bin": bytes(512) for index in range(5)}, "").read_bytes())
    data[2048:2148] = os.urandom(100)
    (tmp_path / "a.tar").write_bytes(data)
    with pytest.raises(InputError, match="damaged or cut short"):
        contents(tmp_path / "a.tar")


@pytest.mark.parametrize("share", [0.2, 0.5, 0.95])
def test_a_zip_cut_short_is_an_error(tmp_path: Path, share: float) -> None:
    whole = write_zip(tmp_path / "a.zip", FILES).read_bytes()
    (tmp_path / "a.zip").write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(InputError, match=r"a.zip: damaged or cut short"):
        contents(tmp_path / "a.zip")


@pytest.mark.parametrize("bit", range(8))
def test_a_zip_that_lists_fewer_members_than_it_has_is_an_error(tmp_path: Path, bit: int) -> None:
    data = bytearray(write_zip(tmp_path / "a.zip", {f"{'a' * size}": b"x" for size in range(1, 300)}).read_bytes())
    end = data.index(b"PK\5\6")
    assert contents(tmp_path / "a.zip")
    data[end + 10] ^= 1 << bit
    (tmp_path / "a.zip").write_bytes(data)
    with pytest.raises(InputError, match=r"a.zip: damaged or cut short \(299 of \d+ members found\)"):
        contents(tmp_path / "a.zip")


def test_a_damaged_member_is_named(tmp_path: Path) -> None:
    data = bytearray(write_zip(tmp_path / "a.zip", {"a.txt": b"whole", "b.txt": b"secret"}).read_bytes())
    data[data.index(b"secret")] ^= 255
    (tmp_path / "a.zip").write_bytes(data)
    with pytest.raises(InputError, match=r"a.zip \('b.txt' in it\): damaged or cut short \(Bad CRC-32"):
        contents(tmp_path / "a.zip")


@pytest.mark.parametrize("content", [b"", b"<html>not found</html>", os.urandom(5000)])
def test_what_is_no_archive_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.tar.xz").write_bytes(content)
    with pytest.raises(InputError, match=r"a.tar.xz: not a whole .zip, .tar, .tar.gz or .tar.xz"):
        contents(tmp_path / "a.tar.xz")


def test_a_missing_container_is_named(tmp_path: Path) -> None:
    for read in (contents, archives.digest):
        with pytest.raises(InputError, match=r"nowhere.zip: no such file or directory"):
            read(tmp_path / "nowhere.zip")


def test_digest(tmp_path: Path) -> None:
    (tmp_path / "abc").write_bytes(b"abc")
    assert archives.digest(tmp_path / "abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    one, same = (write_folder(tmp_path / name, FILES) for name in ("one", "same"))
    other = write_folder(tmp_path / "other", {**FILES, "d.txt": b"longer"})
    assert archives.digest(one) == archives.digest(same) != archives.digest(other)


def test_nothing_is_written_beside_an_archive(tmp_path: Path) -> None:
    path = write_tar(tmp_path / "a.tar", FILES)
    contents(path)
    assert list(tmp_path.iterdir()) == [path]


def test_a_sparse_member_is_held_to_its_full_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_MEMBER_BYTES", 10**6)
    info = tarfile.TarInfo("sparse")
    info.pax_headers = {"GNU.sparse.major": "0", "GNU.sparse.minor": "1", "GNU.sparse.size": str(10**12)}
    info.pax_headers |= {"GNU.sparse.map": "0,5", "GNU.sparse.name": "sparse"}
    info.size = 5
    with tarfile.open(tmp_path / "a.tar", "w", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(info, io.BytesIO(b"12345"))
    with pytest.raises(InputError, match="over the limit"):
        contents(tmp_path / "a.tar")
