"""Images: decoded, checked, chosen, written and read back."""

import io
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import h5py
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from sklearn.model_selection import train_test_split

from superposition import images, sources
from superposition.errors import InputError
from superposition.images import Picture
from superposition.sources import Source, decode, stratified
from tests.small_data import folder_files, image_bytes, noise, write_folder, write_tar

CLASSES = ["cat", "dog", "eel"]


def source_of(train: list[int], test: list[int], pixels: Mapping[str, list[np.ndarray]] | None = None) -> Source:
    """A source in memory with these labels; image i of a split is noise unless `pixels` are given."""
    labels = {"train": np.array(train, np.int64), "test": np.array(test, np.int64)}
    pixels = pixels or {
        split: [noise(1000 * len(split) + row) for row in range(len(labels[split]))] for split in labels
    }

    def read(wanted: Mapping[str, np.ndarray]) -> Iterator[Picture]:
        for split, ids in wanted.items():
            yield from (Picture(split, int(id), f"{split} {id}.png", pixels[split][id]) for id in ids)

    return Source(list(CLASSES), labels, read, "memory.zip", "f00d")


def prepared(path: Path, source: Source, *, limit=None, classes=None, size_px=None) -> Path:
    chosen = sources.select(source, limit=limit, classes=classes, where="datasets.x")
    images.write(
        path,
        sources.pictures(source, chosen, size_px=size_px, where="datasets.x"),
        dataset="x",
        classes=chosen.classes,
        ids=chosen.ids,
        labels=chosen.labels,
        source=source.origin,
        checksum=source.checksum,
    )
    return path


BALANCED = source_of([0, 1, 2] * 10, [2, 1, 0] * 5)


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


# What is kept


@given(labels=st.lists(st.integers(0, 4), min_size=1, max_size=200), share=st.floats(0, 1))
def test_a_stratified_subset_keeps_the_shares(labels: list[int], share: float) -> None:
    array = np.array(labels)
    keep = round(share * len(array))
    kept = stratified(array, keep)
    assert len(kept) == keep
    assert (np.diff(kept) > 0).all()
    counts = np.bincount(array[kept], minlength=5)
    assert (np.abs(counts - keep * np.bincount(array, minlength=5) / len(array)) < 1).all()
    np.testing.assert_array_equal(kept, stratified(array, keep))


def test_a_stratified_subset_has_the_class_sizes_of_scikit_learn() -> None:
    labels = np.repeat([0, 1, 2], [50, 30, 20])
    theirs, _ = train_test_split(labels, train_size=10, stratify=labels, random_state=0)
    np.testing.assert_array_equal(np.bincount(labels[stratified(labels, 10)]), np.bincount(theirs))


def test_limit_keeps_ids_and_shares(tmp_path: Path) -> None:
    path = prepared(tmp_path / "a.h5", BALANCED, limit=6)
    for split in images.SPLITS:
        kept = images.read_labels(path, split)
        np.testing.assert_array_equal(np.bincount(kept.labels), [2, 2, 2])
        np.testing.assert_array_equal(kept.labels, BALANCED.labels[split][kept.ids])


def test_a_limit_above_the_size_keeps_everything(tmp_path: Path) -> None:
    assert images.describe(prepared(tmp_path / "a.h5", BALANCED, limit=20)).sizes == {"train": 20, "test": 15}


def test_classes_are_renumbered_in_the_sources_order(tmp_path: Path) -> None:
    path = prepared(tmp_path / "a.h5", BALANCED, classes=["eel", "cat"])
    assert images.describe(path).classes == ["cat", "eel"]
    kept = images.read_labels(path, "train")
    np.testing.assert_array_equal(np.array([0, 2])[kept.labels], BALANCED.labels["train"][kept.ids])
    assert len(kept.ids) == 20


@pytest.mark.parametrize(
    ("source", "options", "message"),
    [
        (BALANCED, {"classes": ["cat", "cow"]}, "datasets.x.classes: 'cow' is none of cat, dog, eel"),
        (BALANCED, {"classes": ["cat"]}, "memory.zip: 1 class to tell apart; at least 2 are needed"),
        (BALANCED, {"limit": 4}, "datasets.x.limit: 4: 1 training images of class 'dog'; each class needs at least 2"),
        (
            source_of([0, 0, 1, 1, 2], [0]),
            {},
            "memory.zip: 1 training images of class 'eel'; each class needs at least 2",
        ),
        (source_of([0, 0, 1, 1], [2]), {}, "memory.zip: 0 training images of class 'eel'; each class needs at least 2"),
        (source_of([0, 0, 1, 1, 2, 2], []), {}, "memory.zip: no images in split 'test'"),
        (source_of([], [0, 1]), {}, "memory.zip: no images in split 'train'"),
        (source_of([0, 3, 1], [0]), {}, "memory.zip: train image 1 has label 3, but there are 3 classes"),
        (source_of([0, 0], [-1]), {}, "memory.zip: test image 0 has label -1, but there are 3 classes"),
    ],
)
def test_what_cannot_be_studied_is_refused(tmp_path: Path, source: Source, options: dict, message: str) -> None:
    with pytest.raises(InputError) as caught:
        prepared(tmp_path / "a.h5", source, **options)
    assert str(caught.value) == message
    assert not list(tmp_path.iterdir())


def test_a_bad_class_does_not_matter_where_it_is_left_out(tmp_path: Path) -> None:
    path = prepared(tmp_path / "a.h5", source_of([0, 0, 1, 1, 2], [0, 2]), classes=["cat", "dog"])
    assert images.describe(path).sizes == {"train": 4, "test": 1}


# Sizes and files


def test_unequal_sizes_need_size_px(tmp_path: Path) -> None:
    pixels = {"train": [noise(row, 8, 8 + row % 2) for row in range(6)], "test": [noise(9, 20, 10)]}
    source = source_of([0, 1, 2] * 2, [0], pixels)
    with pytest.raises(InputError) as caught:
        prepared(tmp_path / "a.h5", source)
    assert str(caught.value) == (
        "datasets.x.size_px: must be set, because the images differ in size: train 0.png has 8 x 8 pixels, "
        "train 1.png has 9 x 8"
    )
    found = images.describe(prepared(tmp_path / "a.h5", source, size_px=5))
    assert (found.height, found.width) == (5, 5)


def test_size_px_cuts_the_middle_out_and_keeps_what_fits(tmp_path: Path) -> None:
    wide = np.zeros((8, 24, 3), np.uint8)
    wide[:, 8:16] = noise(1)
    pixels = {"train": [wide, noise(2)] * 3, "test": [wide]}
    path = prepared(tmp_path / "a.h5", source_of([0, 1, 2, 0, 1, 2], [0], pixels), size_px=8)
    read = images.read_split(path, "train")
    np.testing.assert_array_equal(read.images[0], noise(1))
    np.testing.assert_array_equal(read.images[1], noise(2))


def test_equal_images_need_not_be_square(tmp_path: Path) -> None:
    pixels = {"train": [noise(row, 6, 4) for row in range(6)], "test": [noise(9, 6, 4)]}
    found = images.describe(prepared(tmp_path / "a.h5", source_of([0, 1, 2] * 2, [0], pixels)))
    assert (found.height, found.width) == (6, 4)


@pytest.mark.parametrize("kind", ["PNG", "BMP", "PPM", "TIFF"])
def test_decoding(kind: str) -> None:
    np.testing.assert_array_equal(decode(image_bytes(noise(0), kind), "a"), noise(0))


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "1", "CMYK"])
def test_other_modes_become_rgb(mode: str) -> None:
    image = Image.fromarray(noise(0)).convert(mode)
    buffer_kind = "TIFF" if mode == "CMYK" else "PNG"
    found = decode(image_bytes_of(image, buffer_kind), "a")
    assert found.shape == (8, 8, 3) and found.dtype == np.uint8
    if mode == "L":
        np.testing.assert_array_equal(found, np.repeat(np.asarray(image)[:, :, None], 3, axis=2))


def image_bytes_of(image: Image.Image, kind: str) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind)
    return buffer.getvalue()


JPEG = image_bytes(noise(0, 64, 64), "JPEG")
DEEP = image_bytes_of(Image.fromarray(np.full((4, 4), 40_000, np.uint16)), "PNG")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not an image, or damaged"),
        (b"<html>", "not an image, or damaged"),
        (JPEG[:10], "damaged image"),
        (JPEG[: len(JPEG) // 2], "damaged image"),
        (image_bytes(noise(0))[:-30], "damaged image"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n", "not an image, or damaged"),
        (DEEP, "mode I;16 has more than 8 bits a channel"),
    ],
)
def test_damaged_images_are_named(data: bytes, message: str) -> None:
    with pytest.raises(InputError, match=rf"^a.zip: b.jpg: {message}"):
        decode(data, "a.zip: b.jpg")


def test_a_huge_image_is_refused_before_it_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "MAX_PIXELS", 63)
    with pytest.raises(InputError, match=r"^a: 8 x 8 pixels, over the limit of 63$"):
        decode(image_bytes(noise(0)), "a")


@pytest.mark.parametrize("write", [write_folder, write_tar])
def test_a_corrupt_file_in_a_container_is_named(tmp_path: Path, write) -> None:
    files = {**folder_files(), "train/cat/0001.png": b"rubbish"}
    listed = {split: {name: int("dog" in name) for name in files if name.startswith(split)} for split in images.SPLITS}
    source = sources.from_members(write(tmp_path / "data", files), listed, ["cat", "dog"])
    with pytest.raises(InputError, match=r"/data: train/cat/0001.png: not an image, or damaged"):
        prepared(tmp_path / "a.h5", source)


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
