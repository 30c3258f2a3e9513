"""What tests of datasets share: small copies, and all that a source gives."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from superposition import images, sources
from superposition.datasets import cifar10
from tests.small_data import (
    noise,
    write_cifar10,
)


def small_cifar10(folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    archive = folder / "cifar.tar.gz"
    write_cifar10(archive)
    monkeypatch.setattr(cifar10, "CHECKSUM", f"md5:{hashlib.md5(archive.read_bytes()).hexdigest()}")
    return {"archive": archive}


def everything(source: sources.Source) -> dict[str, np.ndarray]:
    return {split: np.arange(len(source.labels[split])) for split in images.SPLITS}


def pixels(source: sources.Source, wanted: dict[str, np.ndarray]) -> dict[tuple[str, int], np.ndarray]:
    read = list(source.read(wanted))
    assert len(read) == sum(map(len, wanted.values()))
    return {(picture.split, picture.id): picture.pixels for picture in read}


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
