"""CIFAR-10 from its official archive: 50,000 + 10,000 images of 32 x 32 pixels (Krizhevsky 2009)."""

import io
import pickle
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from superposition import archives
from superposition.downloads import fetch, verify
from superposition.errors import InputError
from superposition.images import Picture
from superposition.sources import Source

OPTIONS = ("archive",)
TRAIN_SIZE = 50_000
TEST_SIZE = 10_000
CLASSES = 10
URL = "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz"
CHECKSUM = "md5:c58f30108f718f92721af3b95e74349a"
FILES = {
    "train": ["data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5"],
    "test": ["test_batch"],
}
NAMES_FILE = "batches.meta"


def open_source(*, archive: Path | None = None, downloads: Path) -> Source:
    """CIFAR-10; `archive` is a copy of the official file, for other files there is the plugin image_folder."""
    official = archive or fetch(URL, CHECKSUM, downloads)
    verify(official, CHECKSUM, what=f"the official CIFAR-10 archive {URL} (for any other, use plugin: image_folder)")
    return read_archive(official, URL)


def read_archive(archive: Path, origin: str) -> Source:
    """A source over an archive of the official layout, whose checksum must have been verified: it holds pickles."""
    labels: dict[str, np.ndarray] = {}
    classes: list[str] = []
    for name, content in _contents(archive):
        if name == NAMES_FILE:
            classes = content["label_names"]
        else:
            labels[name] = np.asarray(content["labels"], np.int64)
    missing = {NAMES_FILE, *FILES["train"], *FILES["test"]} - {NAMES_FILE if classes else "", *labels}
    if missing:
        raise InputError(f"{archive}: no {', '.join(sorted(missing))} in it")
    starts = {split: dict(zip(names, _starts(labels, names), strict=True)) for split, names in FILES.items()}

    def read(wanted: Mapping[str, np.ndarray]) -> Iterator[Picture]:
        for name, content in _contents(archive):
            for split, ids in wanted.items():
                if name in starts[split]:
                    images = content["data"].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
                    rows = ids - starts[split][name]
                    for row in rows[(rows >= 0) & (rows < len(images))]:
                        id = int(row) + starts[split][name]
                        yield Picture(split, id, f"{archive}: {name} row {row}", np.ascontiguousarray(images[row]))

    joined = {split: np.concatenate([labels[name] for name in names]) for split, names in FILES.items()}
    return Source(classes, joined, read, origin, archives.digest(archive))


def _starts(labels: Mapping[str, np.ndarray], names: list[str]) -> list[int]:
    return [0, *np.cumsum([len(labels[name]) for name in names])[:-1].tolist()]


def _contents(archive: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for member in archives.members(archive):
        name = member.name.rpartition("/")[2]
        if name in (NAMES_FILE, *FILES["train"], *FILES["test"]):
            yield name, _unpickled(member.read(), f"{archive}: {name}")


def _unpickled(data: bytes, name: str) -> dict[str, Any]:
    try:
        return _ArraysOnly(io.BytesIO(data), encoding="latin1").load()
    except (pickle.UnpicklingError, EOFError, ValueError) as error:
        raise InputError(f"{name}: not a batch of CIFAR-10 ({error})") from error


class _ArraysOnly(pickle.Unpickler):
    """Plain containers and numpy arrays; anything else in a pickle could run any code."""

    allowed = {  # noqa: RUF012
        ("numpy.core.multiarray", "_reconstruct"): np.empty(0).__reduce__()[0],  # wherever this numpy keeps it
        ("numpy", "ndarray"): np.ndarray,
        ("numpy", "dtype"): np.dtype,
    }

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in self.allowed:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}")
        return self.allowed[module, name]
