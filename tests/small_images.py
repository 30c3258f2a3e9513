"""What tests of images share: a small source, and the file made of it."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from superposition import images, sources
from superposition.images import Picture
from superposition.sources import Source
from tests.small_data import noise

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
