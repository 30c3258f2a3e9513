"""Images written and read back."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import h5py
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from superposition import images
from superposition.errors import InputError
from superposition.images import Picture
from superposition.sources import Source
from tests.small_data import noise
from tests.small_images import BALANCED, CLASSES, prepared, source_of


def test_write_and_read_back(tmp_path: Path) -> None:
    path = prepared(tmp_path / "images.h5", BALANCED)
    for split, size in (("train", 30), ("test", 15)):
        read = images.read_split(path, split)
        np.testing.assert_array_equal(read.ids, np.arange(size))
        np.testing.assert_array_equal(read.labels, BALANCED.labels[split])
        for picture in BALANCED.read({split: np.arange(size)}):
            np.testing.assert_array_equal(read.images[picture.id], picture.pixels)
        assert (read.images.dtype, read.labels.dtype, read.ids.dtype) == (np.uint8, np.int64, np.int64)
    found = images.describe(path)
    assert (found.dataset, found.classes, found.source, found.checksum) == ("x", CLASSES, "memory.zip", "f00d")
    assert (found.sizes, found.height, found.width) == ({"train": 30, "test": 15}, 8, 8)


def test_mean_and_std_are_numpys_over_the_train_split(tmp_path: Path) -> None:
    path = prepared(tmp_path / "images.h5", BALANCED)
    values = images.read_split(path, "train").images.astype(np.float64) / 255
    found = images.describe(path)
    np.testing.assert_allclose(found.mean, values.mean((0, 1, 2)), rtol=1e-6)
    np.testing.assert_allclose(found.std, values.std((0, 1, 2)), rtol=1e-6)
    assert found.mean.dtype == found.std.dtype == np.float32


def test_a_channel_that_never_changes_has_std_one(tmp_path: Path) -> None:
    red = [np.full((4, 4, 3), (200, 0, 7), np.uint8)] * 6
    found = images.describe(prepared(tmp_path / "a.h5", source_of([0, 1, 2] * 2, [0], {"train": red, "test": red})))
    np.testing.assert_array_equal(found.std, 1)
    np.testing.assert_allclose(found.mean, np.array([200, 0, 7]) / 255, rtol=1e-6)


def test_images_in_any_order_make_the_same_file(tmp_path: Path) -> None:
    def backwards(wanted: Mapping[str, np.ndarray]) -> Iterator[Picture]:
        return reversed(list(BALANCED.read(wanted)))

    turned = Source(BALANCED.classes, BALANCED.labels, backwards, BALANCED.origin, BALANCED.checksum)
    first, second = prepared(tmp_path / "1.h5", BALANCED), prepared(tmp_path / "2.h5", turned)
    for split in images.SPLITS:
        np.testing.assert_array_equal(images.read_split(first, split).images, images.read_split(second, split).images)


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file whose ids have gaps, with many chunks."""
    pixels = {"train": [noise(row, 200, 200) for row in range(60)], "test": [noise(99, 200, 200)] * 12}
    source = source_of([0, 1, 2] * 20, [0, 1, 2] * 4, pixels)
    return prepared(tmp_path_factory.mktemp("images") / "a.h5", source, limit=45)


@given(data=st.data())
def test_reading_by_id_is_indexing(limited: Path, data: st.DataObject) -> None:
    everything = images.read_split(limited, "train")
    assert len(everything.ids) == 45 and everything.ids[-1] >= 45
    rows = data.draw(st.lists(st.integers(0, 44), max_size=20))
    read = images.read_split(limited, "train", everything.ids[rows])
    for found, whole in zip(read, everything, strict=True):
        np.testing.assert_array_equal(found, whole[rows])


def test_batches_are_the_split_in_parts(limited: Path) -> None:
    ids = images.read_labels(limited, "train").ids[::-2]
    for chosen in (None, ids):
        whole = images.read_split(limited, "train", chosen)
        parts = list(images.batches(limited, "train", chosen, size=10))
        assert max(len(part.ids) for part in parts) == 10
        for found, expected in zip(zip(*parts, strict=True), whole, strict=True):
            np.testing.assert_array_equal(np.concatenate(found), expected)


def test_an_unknown_id_is_named(limited: Path) -> None:
    gap = np.setdiff1d(np.arange(60), images.read_split(limited, "train").ids)[0]
    for wrong in (gap, -1, 60):
        with pytest.raises(InputError, match=rf"a.h5: train has no image with id {wrong} \(1 of 2 ids are unknown\)"):
            images.read_split(limited, "train", np.array([images.read_labels(limited, "train").ids[0], wrong]))


def test_chunks_are_about_a_megabyte_and_uncompressed(limited: Path) -> None:
    with h5py.File(limited) as file:
        stored = file["train/images"]
        assert stored.compression is None
        assert 2**19 < np.prod(stored.chunks) <= 2**20


def test_damaged_files_are_named(tmp_path: Path, limited: Path) -> None:
    whole = limited.read_bytes()
    (tmp_path / "cut.h5").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "text.h5").write_text("not HDF5", encoding="utf-8")
    h5py.File(tmp_path / "other.h5", "w").close()
    for name in ("cut.h5", "text.h5", "other.h5", "missing.h5"):
        for read in (images.describe, lambda path: images.read_split(path, "train")):
            with pytest.raises(InputError, match=rf"{name}: not a whole file of images .* delete it and run again"):
                read(tmp_path / name)


def test_a_failed_run_leaves_the_old_file(tmp_path: Path) -> None:
    path = prepared(tmp_path / "images.h5", BALANCED)
    before = path.read_bytes()
    pixels = {"train": [noise(0)] * 5 + [noise(0, 9, 9)], "test": [noise(0)]}
    with pytest.raises(InputError):
        prepared(path, source_of([0, 1, 2] * 2, [0], pixels))
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_source_that_loses_images_is_noticed(tmp_path: Path) -> None:
    def lossy(wanted: Mapping[str, np.ndarray]) -> Iterator[Picture]:
        return (picture for picture in BALANCED.read(wanted) if picture.id != 3)

    with pytest.raises(InputError, match="29 of 30 train images were found"):
        prepared(tmp_path / "a.h5", Source(BALANCED.classes, BALANCED.labels, lossy, "memory.zip", ""))


def test_reading_imports_neither_torch_nor_pillow() -> None:
    code = "import sys, superposition.images; print({'torch', 'PIL', 'pandas', 'sklearn'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "set()\n"


def test_memory_does_not_grow_with_the_number_of_images(tmp_path: Path) -> None:
    """480 MB of images pass through a process that stays small."""
    code = """
import sys, numpy as np
from pathlib import Path
from superposition import images
N = 600
pixels = np.random.default_rng(0).integers(0, 256, (512, 512, 3), np.uint8)
ids = {"train": np.arange(N), "test": np.arange(1)}
labels = {split: np.zeros(len(rows), np.int64) for split, rows in ids.items()}
made = (images.Picture(split, int(id), "", pixels) for split in ids for id in ids[split])
images.write(Path(sys.argv[1]), made, dataset="x", classes=["a"], ids=ids, labels=labels, source="", checksum="")
print(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1])
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "a.h5")], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < 150_000  # KB
