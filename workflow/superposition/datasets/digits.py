"""Handwritten digits of scikit-learn: 1,797 grey images of 8 x 8 pixels, no download."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from superposition.images import Picture
from superposition.sources import Source, stratified

OPTIONS = ()
TRAIN_SIZE = 1_437
TEST_SIZE = 360
CLASSES = 10
LARGEST = 16  # the data's grey values are 0 to 16


def open_source(*, downloads: Path) -> Source:
    """The digits as RGB; a fixed fifth of each class is the test split."""
    from sklearn.datasets import load_digits

    digits = load_digits()
    grey = np.rint(digits.images * 255 / LARGEST).astype(np.uint8)
    test = stratified(digits.target, len(grey) - TRAIN_SIZE)
    positions = {"train": np.setdiff1d(np.arange(len(grey)), test), "test": test}

    def read(wanted: Mapping[str, np.ndarray]) -> Iterator[Picture]:
        for split, ids in wanted.items():
            for id in ids:
                pixels = np.repeat(grey[positions[split][id], :, :, None], 3, axis=2)
                yield Picture(split, int(id), f"digits: {split} image {id}", pixels)

    labels = {split: digits.target[rows].astype(np.int64) for split, rows in positions.items()}
    return Source([str(digit) for digit in range(CLASSES)], labels, read, "sklearn.datasets.load_digits", "")
