"""A damaged archive is read as it was written, or refused by its name."""

import io
import re
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from superposition import archives, sources
from superposition.errors import InputError
from tests.small_data import folder_files, image_bytes, noise, write_folder, write_tar, write_zip

FILES = {**folder_files(train=1, test=1), f"{'long/' * 30}é.txt": b"text" * 300, "empty": b""}
ZIPS = {"stored": 0, "deflated": 8, "lzma": 14}
TARS = {"gz": tarfile.GNU_FORMAT, "bz2": tarfile.GNU_FORMAT, "xz": tarfile.PAX_FORMAT}


def packed_zip(method: int) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in FILES.items():
            archive.writestr(name, content)
    return file.getvalue()


def packed_tar(compression: str, form: int, files: dict[str, bytes] = FILES) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=f"w:{compression}", format=form) as archive:  # type: ignore[call-overload]
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return file.getvalue()


CHECKED = {
    **{name: packed_zip(method) for name, method in ZIPS.items()},
    **{name: packed_tar(name, form) for name, form in TARS.items()},
}
"""Archives that have checksums over all that is in them."""
SHORT = {name: content for name, content in FILES.items() if len(name) < 100}
PLAIN = packed_tar("", tarfile.USTAR_FORMAT, SHORT)


def fuzzed(cases: int) -> Callable[[Callable], Callable]:
    return settings(max_examples=cases, suppress_health_check=[HealthCheck.function_scoped_fixture])


def read(data: bytes) -> dict[str, bytes] | None:
    """All members of an archive, or None after an error of one line that begins with its name."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "archive")
        path.write_bytes(data)
        try:
            return {member.name: member.read() for member in archives.members(path)}
        except InputError as error:
            assert str(error).startswith(f"{path}") and str(error).isprintable()
            return None
        finally:
            assert list(Path(folder).iterdir()) == [path]


@st.composite
def damaged(draw: st.DrawFn, whole: bytes) -> bytes:
    """The archive with some bits flipped, bytes replaced, taken out or put in, or cut short."""
    data = bytearray(whole)
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(data)))
        kind = draw(st.sampled_from(["flip", "flip", "replace", "take", "put", "cut"]))
        if kind == "flip" and start < len(data):
            data[start] ^= 1 << draw(st.integers(0, 7))
        elif kind == "replace":
            data[start : start + 4] = draw(st.binary(min_size=4, max_size=4))
        elif kind == "take":
            del data[start : start + draw(st.integers(1, 600))]
        elif kind == "put":
            data[start:start] = draw(st.binary(max_size=8))
        elif kind == "cut":
            del data[start:]
    return bytes(data)


@pytest.mark.parametrize("kind", CHECKED)
def test_a_whole_archive_is_read(kind: str) -> None:
    assert read(CHECKED[kind]) == FILES


@pytest.mark.parametrize("kind", CHECKED)
@fuzzed(100)
@given(data=st.data())
def test_what_a_damaged_archive_gives_is_what_was_written(kind: str, data: st.DataObject) -> None:
    found = read(data.draw(damaged(CHECKED[kind])))
    assert found is None or found == FILES


@fuzzed(300)
@given(position=st.integers(0, len(PLAIN) - 1), bit=st.integers(0, 7))
def test_a_plain_tar_has_checksums_over_names_and_sizes_but_not_over_contents(position: int, bit: int) -> None:
    """A changed pixel in a JPEG or BMP goes through; that an archive is another is seen in its own checksum only."""
    data = bytearray(PLAIN)
    data[position] ^= 1 << bit
    found = read(bytes(data))
    if found is not None:
        changed = [name for name, content in found.items() if content != SHORT[name]]
        assert list(found) == list(SHORT) and len(changed) <= 1
        assert all(len(found[name]) == len(SHORT[name]) for name in changed)


@fuzzed(200)
@given(data=st.data())
def test_a_damaged_plain_tar_ends_in_a_clean_error_or_members(data: st.DataObject) -> None:
    read(data.draw(damaged(PLAIN)))


BEGINNINGS = [b"", b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b\x08", b"BZh9", b"\xfd7zXZ\x00", PLAIN[:512]]


@fuzzed(300)
@given(st.sampled_from(BEGINNINGS), st.binary(max_size=1100))
def test_what_is_no_archive_gives_nothing(beginning: bytes, rest: bytes) -> None:
    found = read(beginning + rest)
    assert not found or set(found) <= set(SHORT)


PARTS = st.sampled_from(["..", ".", "", "a", "C:", "-x", "$(touch x)", "\n", "é", " ", "~"]) | st.text(max_size=3)
NAMES = st.builds(str.join, st.sampled_from(["/", "\\"]), st.lists(PARTS, min_size=1, max_size=4))


@fuzzed(300)
@given(name=NAMES, write=st.sampled_from([write_zip, write_tar]))
def test_every_name_stays_inside(name: str, write: Callable) -> None:
    with TemporaryDirectory() as folder:
        try:
            path = write(Path(folder, "archive"), {name: b"x"})
        except (ValueError, IndexError):  # not what zipfile or tarfile will write
            return
        found = read(path.read_bytes())
    for inner in found or ():
        path = PurePosixPath(inner)
        assert not path.is_absolute() and ".." not in path.parts and not re.match("[A-Za-z]:", inner)


@fuzzed(100)
@given(
    files=st.dictionaries(st.from_regex(r"[a-zé $'\n-]{1,5}(/[a-z]{1,3}){0,2}", fullmatch=True), st.binary(max_size=99))
)
def test_a_folder_gives_what_lies_in_it(files: dict[str, bytes]) -> None:
    names = [name for name in files if not any(other.startswith(f"{name}/") for other in files)]
    files = {name: files[name] for name in names}
    with TemporaryDirectory() as folder:
        root = write_folder(Path(folder, "root"), files)
        root.mkdir(exist_ok=True)
        found = {member.name: member.read() for member in archives.members(root)}
    assert found == files and list(found) == sorted(files, key=lambda name: PurePosixPath(name).parts)


IMAGES = {kind: image_bytes(noise(0), kind) for kind in sources.FORMATS}


@pytest.mark.filterwarnings("ignore")
@fuzzed(300)
@given(data=st.data(), kind=st.sampled_from(sources.FORMATS))
def test_a_damaged_image_is_decoded_or_refused(data: st.DataObject, kind: str) -> None:
    """Most formats have no checksum, so that other pixels may come out."""
    try:
        pixels = sources.decode(data.draw(damaged(IMAGES[kind])), "name")
    except InputError as error:
        assert str(error).startswith("name: ") and str(error).isprintable()
    else:
        assert pixels.dtype == np.uint8 and pixels.ndim == 3 and pixels.shape[2] == 3
