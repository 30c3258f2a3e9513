"""Which of a source's images are used, and at what size."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.model_selection import train_test_split

from superposition import images
from superposition.errors import InputError
from superposition.sources import Source, stratified
from tests.small_data import noise
from tests.small_images import BALANCED, prepared, source_of


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
