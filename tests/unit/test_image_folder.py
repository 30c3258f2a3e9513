"""Folders and archives of one's own images."""

from pathlib import Path

import numpy as np
import pytest

from superposition import images
from superposition.datasets import image_folder
from superposition.errors import InputError
from tests.small_data import (
    folder_files,
    noise,
    write_folder,
    write_tar,
    write_zip,
)
from tests.small_datasets import everything, pixels


def test_image_folder_in_any_container(tmp_path: Path) -> None:
    files = folder_files()
    containers = {
        "root": write_folder(tmp_path / "root", files),
        "zip": write_zip(tmp_path / "a.zip", files),
        "shuffled": write_tar(tmp_path / "b.tar", dict(reversed(files.items())), ""),
        "topped": write_tar(tmp_path / "c.tar.gz", {f"./top/{name}": files[name] for name in files}, "gz"),
    }
    made = [
        image_folder.open_source(**{"root" if name == "root" else "archive": path}, downloads=tmp_path)
        for name, path in containers.items()
    ]
    first = pixels(made[0], everything(made[0]))
    np.testing.assert_array_equal(first["train", 0], noise(0))
    for source in made:
        assert source.classes == ["cat", "dog"]
        np.testing.assert_array_equal(source.labels["train"], [0, 0, 0, 1, 1, 1])
        for key, image in pixels(source, everything(source)).items():
            np.testing.assert_array_equal(image, first[key])


@pytest.mark.parametrize("name", ["val", "valid", "validation"])
def test_image_folder_takes_validation_for_test_only_without_test(tmp_path: Path, name: str) -> None:
    files = {path.replace("test/", f"{name}/"): content for path, content in folder_files().items()}
    source = image_folder.open_source(root=write_folder(tmp_path / "a", files), downloads=tmp_path)
    assert len(source.labels["test"]) == 4
    both = write_folder(tmp_path / "a", folder_files(test=3))
    assert len(image_folder.open_source(root=both, downloads=tmp_path).labels["test"]) == 6


def test_image_folder_passes_over_other_files(tmp_path: Path) -> None:
    files = {
        **folder_files(),
        "README.md": b"",
        "__MACOSX/train/cat/._0000.png": b"",
        ".git/a.png": b"",
        "train/cat/.hidden.png": b"",
        "train/cat/notes.txt": b"",
        "extra/cat/0.png": b"",
    }
    source = image_folder.open_source(archive=write_zip(tmp_path / "a.zip", files), downloads=tmp_path)
    assert [len(source.labels[split]) for split in images.SPLITS] == [6, 4]


def test_image_folder_may_be_nested_below_a_class(tmp_path: Path) -> None:
    files = {name.replace("cat/", "cat/images/"): content for name, content in folder_files().items()}
    source = image_folder.open_source(root=write_folder(tmp_path / "a", files), downloads=tmp_path)
    assert source.classes == ["cat", "dog"] and len(source.labels["train"]) == 6


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"a.txt": b""}, "no images in a folder train (found: no images); images lie in train/<class>/"),
        ({"training/cat/0.png": b"", "b/0.png": b""}, "no images in a folder train (found: b, training)"),
        ({"train/cat/0.png": b""}, "no images in a folder test or val or valid or validation (found: train)"),
        ({"train/0.png": b"", "test/cat/0.png": b""}, "train/0.png lies in no folder of a class"),
    ],
)
def test_image_folder_names_what_is_wrong(tmp_path: Path, files: dict[str, bytes], message: str) -> None:
    with pytest.raises(InputError) as caught:
        image_folder.open_source(archive=write_zip(tmp_path / "a.zip", files), downloads=tmp_path)
    assert f"a.zip: {message}" in str(caught.value)


def test_image_folder_needs_a_place(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="image_folder needs root: or archive:"):
        image_folder.open_source(downloads=tmp_path)
