"""What every dataset plugin promises.

A new plugin that needs no download is tested as it is; any other gets a small copy in SMALL_COPIES.
"""

import inspect
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from superposition import images, plugins, sources
from superposition.config import Dataset
from superposition.datasets import digits
from superposition.stages import prepare
from tests.small_data import (
    folder_files,
    tiny_imagenet_files,
    write_tar,
    write_zip,
)
from tests.small_datasets import everything, pixels, small_cifar10, with_train


def small_tiny_imagenet(folder: Path, _: pytest.MonkeyPatch) -> dict[str, Any]:
    return {"archive": write_zip(folder / "tiny.zip", tiny_imagenet_files())}


def small_image_folder(folder: Path, _: pytest.MonkeyPatch) -> dict[str, Any]:
    return {"archive": write_tar(folder / "folder.tar.xz", folder_files())}


def small_torchvision(_: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    import torchvision

    monkeypatch.setattr(torchvision.datasets, "CIFAR100", with_train)
    return {"name": "CIFAR100"}


SMALL_COPIES: dict[str, Callable[[Path, pytest.MonkeyPatch], dict[str, Any]]] = {
    "cifar10": small_cifar10,
    "tiny_imagenet": small_tiny_imagenet,
    "image_folder": small_image_folder,
    "torchvision": small_torchvision,
}


class Opened(NamedTuple):
    plugin: str
    options: dict[str, Any]
    source: sources.Source


@pytest.fixture(params=plugins.names("dataset"))
def opened(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Opened:
    name = request.param
    options = SMALL_COPIES[name](tmp_path, monkeypatch) if name in SMALL_COPIES else {}
    return Opened(name, options, plugins.load("dataset", name).open_source(**options, downloads=tmp_path / "downloads"))


@pytest.mark.parametrize("name", plugins.names("dataset"))
def test_a_plugin_says_what_it_is(name: str) -> None:
    declared = plugins.declared("dataset", name)
    assert set(declared["OPTIONS"]) <= {"archive", "root", "name"}
    assert plugins.summary("dataset", name).endswith(".")
    parameters = inspect.signature(plugins.load("dataset", name).open_source).parameters
    assert set(parameters) == {*declared["OPTIONS"], "downloads"}
    assert all(parameter.kind is parameter.KEYWORD_ONLY for parameter in parameters.values())
    assert all(parameters[option].default is None for option in declared["OPTIONS"])
    assert all(isinstance(declared.get(key, 1), int) for key in ("TRAIN_SIZE", "CLASSES"))


def test_classes_and_labels(opened: Opened) -> None:
    source = opened.source
    assert len(set(source.classes)) == len(source.classes) >= 2
    assert all(isinstance(name, str) and name for name in source.classes)
    assert set(source.labels) == set(images.SPLITS)
    for labels in source.labels.values():
        assert labels.dtype == np.int64 and labels.ndim == 1
        np.testing.assert_array_equal(np.unique(labels), np.arange(len(source.classes)))


def test_each_image_is_read_once_as_rgb(opened: Opened) -> None:
    found = pixels(opened.source, everything(opened.source))
    assert set(found) == {(split, int(id)) for split, ids in everything(opened.source).items() for id in ids}
    assert all(image.dtype == np.uint8 and image.ndim == 3 and image.shape[2] == 3 for image in found.values())


def test_some_images_are_the_same_as_among_all(opened: Opened) -> None:
    found = pixels(opened.source, everything(opened.source))
    some = {"train": everything(opened.source)["train"][1::2], "test": np.array([0])}
    for key, image in pixels(opened.source, some).items():
        np.testing.assert_array_equal(image, found[key])
    assert not pixels(opened.source, {"train": np.array([], np.int64), "test": np.array([], np.int64)})


def test_prepare_writes_it(opened: Opened, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    options = Dataset(plugin=opened.plugin, **opened.options)
    with caplog.at_level(logging.INFO):
        prepare.run(dataset="mine", options=options, downloads=tmp_path, images=tmp_path / "images.h5")
    found = pixels(opened.source, everything(opened.source))
    for split, labels in opened.source.labels.items():
        written = images.read_split(tmp_path / "images.h5", split)
        np.testing.assert_array_equal(written.labels, labels)
        for id, image in zip(written.ids, written.images, strict=True):
            np.testing.assert_array_equal(image, found[split, id])
    assert images.describe(tmp_path / "images.h5").dataset == "mine"
    assert f"of {len(opened.source.classes)} classes from {opened.source.origin}" in caplog.text


def test_prepare_takes_size_limit_and_classes(opened: Opened, tmp_path: Path) -> None:
    chosen = opened.source.classes[:2]
    options = Dataset(plugin=opened.plugin, **opened.options, size_px=16, limit=4, classes=chosen)
    prepare.run(dataset="mine", options=options, downloads=tmp_path, images=tmp_path / "images.h5")
    found = images.describe(tmp_path / "images.h5")
    assert (found.classes, found.height, found.width, found.sizes["train"]) == (chosen, 16, 16, 4)


def test_digits_are_scikit_learns(tmp_path: Path) -> None:
    from sklearn.datasets import load_digits

    source = digits.open_source(downloads=tmp_path)
    assert {split: len(labels) for split, labels in source.labels.items()} == {"train": 1437, "test": 360}
    shares = [np.bincount(source.labels[split]) / len(source.labels[split]) for split in images.SPLITS]
    np.testing.assert_allclose(*shares, atol=0.003)
    grey = [image[:, :, 0] / 255 * 16 for image in pixels(source, everything(source)).values()]
    theirs = load_digits().images
    assert sorted(np.rint(image).tolist() for image in grey) == sorted(theirs.tolist())


@pytest.mark.parametrize(
    ("file", "plugin", "sizes", "classes", "first"),
    [
        ("cifar10-jpeg.tar.xz", "image_folder", {"train": 50_000, "test": 10_000}, 10, "airplane"),
        ("tiny-imagenet-50.zip", "tiny_imagenet", {"train": 25_000, "test": 2_500}, 50, "Egyptian cat"),
    ],
)
def test_real_archives(
    real_data: Path, tmp_path: Path, file: str, plugin: str, sizes: dict[str, int], classes: int, first: str
) -> None:
    options = Dataset.model_validate_json(json.dumps({"plugin": plugin, "archive": str(real_data / file)}))
    prepare.run(dataset="real", options=options, downloads=tmp_path, images=tmp_path / "images.h5")
    found = images.describe(tmp_path / "images.h5")
    assert (found.sizes, len(found.classes), found.classes[0]) == (sizes, classes, first)
    assert (found.mean > 0.35).all() and (found.mean < 0.55).all()
    for split, size in sizes.items():
        labels = images.read_labels(tmp_path / "images.h5", split).labels
        np.testing.assert_array_equal(np.bincount(labels), size // classes)
