"""Small networks and images that can be learned from."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import nn

from superposition import images
from superposition.config import Training
from superposition.stages import start, train

torch.set_num_threads(1)

CLASSES = ["red", "green", "blue"]
SETTINGS = Training.model_validate(
    {"epochs": 2, "batch_size": 8, "precision": "bf16", "augment": ["crop", "flip"], "optimiser": {"lr": 1e-3}}
)


class Trained(NamedTuple):
    """What `train` leaves."""

    checkpoint: Path
    optimiser: Path
    history: Path


class Study(NamedTuple):
    """Images, the first round's samples (12 of 24) and a network trained on them."""

    images: Path
    samples: Path
    trained: Trained


def outputs(folder: Path) -> Trained:
    """Where `train` writes to."""
    return Trained(folder / "checkpoint.pt", folder / "optimiser.pt", folder / "history.tsv")


def learn(study_images: Path, lists: list[Path], folder: Path, **changes: Any) -> Trained:
    """Run `train`; `changes` to its arguments, or to the settings of `training`."""
    arguments: dict[str, Any] = {"begin": [], "seed": 1, "round": 1, "member": 1, "code": "c0de"}
    arguments |= {key: changes.pop(key) for key in list(changes) if key in arguments}
    made = outputs(folder)
    training = SETTINGS.model_copy(update=changes)
    train.run(images=study_images, samples=lists, training=training, **arguments, **made._asdict())
    return made


def make_study(folder: Path) -> Study:
    """A study after its first round."""
    pictures = write_images(folder / "images.h5")
    start.run(images=pictures, rounds=2, query=0.5, first=0.5, seed=1, samples=folder / "samples.tsv")
    return Study(pictures, folder / "samples.tsv", learn(pictures, [folder / "samples.tsv"], folder))


class TinyNet(nn.Module):
    """A convolution, batch norm, a ReLU that overwrites its input, and a head of three classes."""

    def __init__(self, seed: int = 0) -> None:
        super().__init__()
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            self.conv = nn.Conv2d(3, 8, 3, padding=1, bias=False)
            self.norm = nn.BatchNorm2d(8)
            self.relu = nn.ReLU(inplace=True)
            self.pool = nn.AdaptiveAvgPool2d(1)
            self.head = nn.Linear(8, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Logits [sample, class] of images [sample, channel, y, x]."""
        return self.head(self.pool(self.relu(self.norm(self.conv(x)))).flatten(1))


def coloured(n: int, height: int = 8, width: int = 8, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """uint8 [n, height, width, RGB] of noise, brighter in the channel that is its label; int64 labels [n]."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % 3
    pixels = rng.integers(0, 200, (n, height, width, 3), np.uint8)
    pixels[np.arange(n), :, :, labels] += 55
    return pixels, labels


def write_images(path: Path, train: int = 24, test: int = 9, size: int = 32) -> Path:
    """A dataset file with such images; the ids of the train split are 0, 3, 6, ..."""
    splits = {"train": coloured(train, size, size, seed=1), "test": coloured(test, size, size, seed=2)}
    ids = {"train": np.arange(train) * 3, "test": np.arange(test)}
    pictures = [
        images.Picture(split, int(id), "", image)
        for split, (pixels, _) in splits.items()
        for id, image in zip(ids[split], pixels, strict=True)
    ]
    labels = {split: labels for split, (_, labels) in splits.items()}
    images.write(path, pictures, dataset="colours", classes=CLASSES, ids=ids, labels=labels, source="", checksum="")
    return path
