"""Datasets of torchvision: every kind of class, and what they say when offline."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from superposition import images, plugins
from superposition.errors import InputError
from tests.small_data import (
    image_bytes,
    noise,
    write_folder,
)
from tests.small_datasets import Fake, everything, pixels, with_train


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses between attempts are not slept."""
    monkeypatch.setattr("superposition.downloads.time.sleep", lambda _: None)


class recovering(with_train):
    failures = 2

    def __init__(self, root: str, train: bool = True, download: bool = False) -> None:
        if recovering.failures:
            recovering.failures -= 1
            raise OSError("no network")
        super().__init__(root, train, download)


class with_split(Fake):
    known = ("train", "val")

    def __init__(self, root: str, split: str = "train", download: bool = False) -> None:
        if split not in self.known:
            raise ValueError(f"Unknown value {split!r}")
        super().__init__(*{"train": (12, 0), "trainval": (12, 0)}.get(split, (6, 100)))


class with_valid(with_split):
    known = ("trainval", "valid", "extra")


class with_both(with_train):
    """As EMNIST: the split means something else, and the rest is passed on."""

    def __init__(self, root: str, split: str, **kwargs: Any) -> None:
        assert split == "balanced"
        super().__init__(root, **kwargs)


class unsplit(Fake):
    def __init__(self, root: str, download: bool = False) -> None:
        super().__init__(30)


class unlisted(with_train):
    """Labels only image by image, counted from 5, of no name."""

    classes = None

    def __init__(self, root: str, train: bool = True, download: bool = False) -> None:
        super().__init__(root, train, download)
        self.counts = self.targets
        del self.targets

    def __getitem__(self, index: int) -> tuple[Image.Image, int]:
        return self.pictures[index], self.counts[index] + 5


class with_samples(with_train):
    """As Imagenette: paths with labels, and several names a class."""

    classes = (("a", "A"), ("b",), ("c", "C"))

    def __init__(self, root: str, train: bool = True, download: bool = False) -> None:
        super().__init__(root, train, download)
        self._samples = [("path", label) for label in self.targets]
        self._labels = ["not", "labels"]


@pytest.mark.parametrize(
    ("name", "fake", "sizes", "classes"),
    [
        ("CIFAR100", with_train, (12, 6), ["a", "b", "c"]),
        ("CIFAR100", recovering, (12, 6), ["a", "b", "c"]),
        ("Imagenette", with_split, (12, 6), ["a", "b", "c"]),
        ("Imagenette", with_samples, (12, 6), ["a", "b", "c"]),
        ("OxfordIIITPet", with_valid, (12, 6), ["a", "b", "c"]),
        ("EMNIST", with_both, (12, 6), ["a", "b", "c"]),
        ("EuroSAT", unsplit, (24, 6), ["a", "b", "c"]),
        ("SVHN", unlisted, (12, 6), ["5", "6", "7"]),
    ],
)
def test_torchvisions_kinds_of_dataset(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, fake: type, sizes: tuple[int, int], classes: list[str]
) -> None:
    import torchvision

    monkeypatch.setattr(torchvision.datasets, name, fake)
    source = plugins.load("dataset", "torchvision").open_source(name=name, downloads=tmp_path / "downloads")
    assert tuple(len(source.labels[split]) for split in images.SPLITS) == sizes
    assert source.classes == classes
    for labels in source.labels.values():
        assert np.ptp(np.bincount(labels)) == 0
    found = pixels(source, everything(source))
    assert len({image.tobytes() for image in found.values()}) == sum(sizes)
    assert (found["train", 0][:, :, 0] == found["train", 0][:, :, 2]).all()


def test_torchvisions_names_exist() -> None:
    import torchvision

    names = plugins.declared("dataset", "torchvision")["NAMES"]
    assert list(names) == sorted(names)
    assert set(names) <= set(torchvision.datasets.__all__)


@pytest.mark.parametrize("name", [None, "cifar100", "VOCDetection", "FakeData"])
def test_torchvision_refuses_other_names(tmp_path: Path, name: str | None) -> None:
    with pytest.raises(InputError, match=rf"name \(torchvision\): {name!r} is none of CIFAR10, CIFAR100, "):
        plugins.load("dataset", "torchvision").open_source(name=name, downloads=tmp_path)


@pytest.mark.parametrize("name", sorted({*plugins.declared("dataset", "torchvision")["NAMES"]} - {"PCAM"}))
def test_torchvisions_own_classes_get_as_far_as_the_download(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Offline, each is built with arguments that it takes, and the error names the file, its address and its place."""

    def offline(*_: object, **__: object) -> None:
        raise OSError("no network")

    monkeypatch.setattr("socket.create_connection", offline)
    with pytest.raises(InputError) as caught:
        plugins.load("dataset", "torchvision").open_source(name=name, downloads=tmp_path)
    message = str(caught.value)
    assert message.startswith(str(tmp_path)) and "is missing and http" in message and "no network" in message
    assert "\n" not in message


def test_what_torchvision_lacks_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gdown", None)
    with pytest.raises(InputError, match=r"torchvision cannot load PCAM from .* 'gdown' is required"):
        plugins.load("dataset", "torchvision").open_source(name="PCAM", downloads=tmp_path)


def test_torchvisions_imagenette_and_svhn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import scipy.io

    plugin = plugins.load("dataset", "torchvision")
    files = {
        f"imagenette2/{split}/{wnid}/{index}.JPEG": image_bytes(noise(index, 30, 40), "JPEG")
        for split, size in (("train", 3), ("val", 2))
        for wnid in ("n01440764", "n03888257")
        for index in range(size)
    }
    write_folder(tmp_path, files)
    found = plugin.open_source(name="Imagenette", downloads=tmp_path)
    assert found.classes == ["tench", "parachute"]
    assert [len(found.labels[split]) for split in images.SPLITS] == [6, 4]
    for split in ("train", "test"):
        digit = np.array([[10], [1], [2], [10], [1], [2]])
        content = {"X": np.random.default_rng(0).integers(0, 256, (32, 32, 3, 6), np.uint8), "y": digit}
        scipy.io.savemat(tmp_path / f"{split}_32x32.mat", content)
    monkeypatch.setattr("torchvision.datasets.svhn.check_integrity", lambda *_: True)
    monkeypatch.setattr("torchvision.datasets.svhn.download_url", lambda *_: None)
    found = plugin.open_source(name="SVHN", downloads=tmp_path)
    assert found.classes == ["0", "1", "2"]
    np.testing.assert_array_equal(found.labels["test"], [0, 1, 2, 0, 1, 2])
    np.testing.assert_array_equal(pixels(found, everything(found))["train", 4], content["X"][:, :, :, 4])
