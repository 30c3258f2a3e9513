"""Tiny ImageNet's official archive."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from superposition import images
from superposition.datasets import tiny_imagenet
from superposition.errors import InputError
from tests.small_data import (
    send,
    tiny_imagenet_files,
    web_server,
    write_folder,
    write_zip,
)
from tests.small_datasets import everything, pixels


@pytest.mark.parametrize("write", [write_zip, write_folder])
@pytest.mark.parametrize("top", ["tiny-imagenet-200/", ""])
def test_tiny_imagenet_layout(tmp_path: Path, write: Callable[..., Path], top: str) -> None:
    files = {name.replace("tiny-imagenet-200/", top): content for name, content in tiny_imagenet_files().items()}
    container = write(tmp_path / "tiny", files)
    option = "root" if container.is_dir() else "archive"
    source = tiny_imagenet.open_source(**{option: container}, downloads=tmp_path)
    assert source.classes == ["lemon", "crane (n01)", "crane (n02)"]
    np.testing.assert_array_equal(source.labels["train"], np.repeat([0, 1, 2], 4))
    np.testing.assert_array_equal(source.labels["test"], [0, 1, 2, 0, 1, 2])
    found = pixels(source, everything(source))
    image = Image.open(write_folder(tmp_path, {"a.jpg": files[f"{top}train/n02/images/n02_3.JPEG"]}) / "a.jpg")
    np.testing.assert_array_equal(found["train", 11], np.asarray(image))
    assert found["test", 0].shape == (64, 64, 3) and (found["test", 0].std(axis=2) == 0).all()


def test_tiny_imagenet_with_fewer_classes(tmp_path: Path) -> None:
    files = {**tiny_imagenet_files(), "tiny-imagenet-200/wnids.txt": b"n02\nn03\n"}
    source = tiny_imagenet.open_source(archive=write_zip(tmp_path / "a.zip", files), downloads=tmp_path)
    assert source.classes == ["crane", "lemon"]
    assert [len(source.labels[split]) for split in images.SPLITS] == [8, 4]


def test_tiny_imagenet_names_what_is_missing(tmp_path: Path) -> None:
    files = tiny_imagenet_files()
    del files["tiny-imagenet-200/val/images/val_4.JPEG"]
    with pytest.raises(
        InputError, match=r"a.zip: val_annotations.txt lists \S+val/images/val_4.JPEG, which is not there"
    ):
        tiny_imagenet.open_source(archive=write_zip(tmp_path / "a.zip", files), downloads=tmp_path)
    del files["tiny-imagenet-200/words.txt"]
    with pytest.raises(InputError, match=r"b.zip: no words.txt in it; Tiny ImageNet has wnids.txt"):
        tiny_imagenet.open_source(archive=write_zip(tmp_path / "b.zip", files), downloads=tmp_path)


def test_tiny_imagenet_is_downloaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = write_zip(tmp_path / "a.zip", tiny_imagenet_files()).read_bytes()
    monkeypatch.setattr(tiny_imagenet, "CHECKSUM", f"md5:{hashlib.md5(content).hexdigest()}")
    with web_server(lambda request: send(request, content)) as address:
        monkeypatch.setattr(tiny_imagenet, "URL", f"{address}/tiny-imagenet-200.zip")
        source = tiny_imagenet.open_source(downloads=tmp_path / "downloads")
    assert (source.origin, len(source.labels["train"])) == (f"{address}/tiny-imagenet-200.zip", 12)
