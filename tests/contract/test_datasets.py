"""What every dataset plugin promises, and what the official ones must get right.

A new plugin that needs no download is tested as it is; any other gets a small copy in SMALL_COPIES.
"""

import hashlib
import inspect
import json
import logging
import pickle
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from PIL import Image

from superposition import images, plugins, sources
from superposition.config import Dataset
from superposition.datasets import cifar10, digits, image_folder, tiny_imagenet
from superposition.errors import InputError
from superposition.stages import prepare
from tests.small_data import (
    folder_files,
    image_bytes,
    noise,
    send,
    tiny_imagenet_files,
    web_server,
    write_cifar10,
    write_folder,
    write_tar,
    write_zip,
)


def small_cifar10(folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    archive = folder / "cifar.tar.gz"
    write_cifar10(archive)
    monkeypatch.setattr(cifar10, "CHECKSUM", f"md5:{hashlib.md5(archive.read_bytes()).hexdigest()}")
    return {"archive": archive}


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


def everything(source: sources.Source) -> dict[str, np.ndarray]:
    return {split: np.arange(len(source.labels[split])) for split in images.SPLITS}


def pixels(source: sources.Source, wanted: dict[str, np.ndarray]) -> dict[tuple[str, int], np.ndarray]:
    read = list(source.read(wanted))
    assert len(read) == sum(map(len, wanted.values()))
    return {(picture.split, picture.id): picture.pixels for picture in read}


# The contract


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


# digits


def test_digits_are_scikit_learns(tmp_path: Path) -> None:
    from sklearn.datasets import load_digits

    source = digits.open_source(downloads=tmp_path)
    assert {split: len(labels) for split, labels in source.labels.items()} == {"train": 1437, "test": 360}
    shares = [np.bincount(source.labels[split]) / len(source.labels[split]) for split in images.SPLITS]
    np.testing.assert_allclose(*shares, atol=0.003)
    grey = [image[:, :, 0] / 255 * 16 for image in pixels(source, everything(source)).values()]
    theirs = load_digits().images
    assert sorted(np.rint(image).tolist() for image in grey) == sorted(theirs.tolist())


# cifar10


def test_cifar10_reads_what_torchvision_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from torchvision.datasets import CIFAR10

    written, labels = write_cifar10(tmp_path / "a.tar.gz")
    source = cifar10.read_archive(tmp_path / "a.tar.gz", "here")
    found = pixels(source, everything(source))
    with tarfile.open(tmp_path / "a.tar.gz") as archive:
        archive.extractall(tmp_path)
    monkeypatch.setattr("torchvision.datasets.cifar.check_integrity", lambda *_: True)
    for split, start in (("train", 0), ("test", 100)):
        theirs = CIFAR10(str(tmp_path), train=split == "train")
        assert theirs.classes == source.classes
        for id in everything(source)[split]:
            np.testing.assert_array_equal(found[split, id], np.asarray(theirs[id][0]))
            np.testing.assert_array_equal(found[split, id], written[start + id])
            assert theirs[id][1] == source.labels[split][id] == labels[start + id]


def test_cifar10_is_downloaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small_cifar10(tmp_path, monkeypatch)
    content = (tmp_path / "cifar.tar.gz").read_bytes()
    with web_server(lambda request: send(request, content)) as address:
        monkeypatch.setattr(cifar10, "URL", f"{address}/cifar-10-python.tar.gz")
        source = cifar10.open_source(downloads=tmp_path / "downloads")
    assert (tmp_path / "downloads" / "cifar-10-python.tar.gz").read_bytes() == content
    assert source.origin == f"{address}/cifar-10-python.tar.gz"
    assert source.checksum == hashlib.sha256(content).hexdigest()


def test_cifar10_opens_no_pickle_before_the_checksum_is_right(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_cifar10(tmp_path / "a.tar.gz")
    monkeypatch.setattr(pickle, "Unpickler", None)
    with pytest.raises(
        InputError, match=r"a.tar.gz is not the official CIFAR-10 archive .* image_folder\): its md5 is "
    ):
        cifar10.open_source(archive=tmp_path / "a.tar.gz", downloads=tmp_path)


class Attack:
    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (Path("attacked"),))


@pytest.mark.parametrize("content", [Attack(), {"data": Attack()}, np.array([Attack()]), print])
def test_cifar10_unpickles_arrays_only(tmp_path: Path, content: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"cifar-10-batches-py/data_batch_1": pickle.dumps(content, 2)}
    with pytest.raises(InputError, match=r"a.tar.gz: data_batch_1: not a batch of CIFAR-10 \(it asks for "):
        cifar10.read_archive(write_tar(tmp_path / "a.tar.gz", files, "gz"), "")
    assert not Path("attacked").exists()


def test_cifar10_names_missing_batches(tmp_path: Path) -> None:
    files = {"cifar-10-batches-py/readme.html": b""}
    with pytest.raises(InputError, match=r"a.tar.gz: no batches.meta, data_batch_1, .*, test_batch in it"):
        cifar10.read_archive(write_tar(tmp_path / "a.tar.gz", files, "gz"), "")


# tiny_imagenet


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


# image_folder


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


# torchvision


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses between attempts are not slept."""
    monkeypatch.setattr("superposition.downloads.time.sleep", lambda _: None)


class Fake:
    """What torchvision's datasets have in common: images and labels by index."""

    classes: Any = ("a", "b", "c")

    def __init__(self, size: int, first: int = 0) -> None:
        self.pictures = [Image.fromarray(noise(first + index)).convert("L") for index in range(size)]
        self.targets = [index % 3 for index in range(size)]

    def __len__(self) -> int:
        return len(self.pictures)

    def __getitem__(self, index: int) -> tuple[Image.Image, int]:
        return self.pictures[index], self.targets[index]


class with_train(Fake):
    def __init__(self, root: str, train: bool = True, download: bool = False) -> None:
        assert download and Path(root).is_dir()
        super().__init__(12 if train else 6, 0 if train else 100)


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


# Real archives


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
