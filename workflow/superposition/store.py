"""Features on disk: one HDF5 file with a group a split, written batch by batch.

{split}/logits float32 [sample, class]; {split}/labels, ids int64 [sample]; {split}/layers/{layer} float16 or float32
[sample, unit], or [sample, unit, y, x] where maps are kept. Of the network itself: weights/{layer} [unit, input] of
layers that have weights, and head/{layer} [class, unit] of layers that the head reads. Root attributes say what was
measured and with which versions.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from superposition.activations import Activations
from superposition.errors import InputError
from superposition.hdf5 import opened
from superposition.layers import LOGITS

ROWS = 1024
OF_NETWORK = ("weights", "head")


class SplitWriter:
    """The arrays of one split, at their full size from the start, so that memory does not grow with the samples."""

    def __init__(self, group: h5py.Group) -> None:
        self._group = group

    def write(
        self, start: int, logits: np.ndarray, layers: Mapping[str, np.ndarray], labels: np.ndarray, ids: np.ndarray
    ) -> None:
        """Write one batch to the rows from `start` on; shapes [row, ...] as declared to `Writer.split`."""
        rows = slice(start, start + len(labels))
        for name, batch in {"logits": logits, "labels": labels, "ids": ids}.items():
            self._group[name][rows] = batch
        for layer, batch in layers.items():
            self._group["layers"][layer][rows] = batch


class Writer:
    """An open features file."""

    def __init__(self, file: h5py.File) -> None:
        self._file = file

    def describe(self, **attributes: Any) -> None:
        """Add root attributes: str, numbers and lists of str."""
        self._file.attrs.update(attributes)

    def network(self, weights: Mapping[str, np.ndarray], head: Mapping[str, np.ndarray]) -> None:
        """Add the weights of layers, float32 [unit, input], and those of the head that reads them, [class, unit]."""
        for kind, of_layers in zip(OF_NETWORK, (weights, head), strict=True):
            folder = self._file.create_group(kind)
            for layer, values in of_layers.items():
                folder[layer] = values

    def split(
        self, name: str, *, n: int, classes: int, layers: Mapping[str, tuple[int, ...]], dtype: str
    ) -> SplitWriter:
        """Make room for `n` samples; `layers` gives the shape of one sample's activations by layer name."""
        group = self._file.create_group(name)
        group.create_dataset("logits", (n, classes), "float32")
        group.create_dataset("labels", (n,), "int64")
        group.create_dataset("ids", (n,), "int64")
        folder = group.create_group("layers")
        for layer, shape in layers.items():
            folder.create_dataset(layer, (n, *shape), dtype)
        return SplitWriter(group)


@contextmanager
def create(path: Path, attributes: Mapping[str, Any]) -> Iterator[Writer]:
    """A new features file at `path`, closed when the block ends. attributes: str, numbers and lists of str."""
    with h5py.File(path, "w") as file:
        writer = Writer(file)
        writer.describe(**attributes)
        yield writer


def attributes(path: Path) -> dict[str, Any]:
    """The root attributes: study, dataset, arm, seed, round, classes, code and versions.

    Raises InputError, naming the file, where it is damaged.
    """
    with opened(path, "features file") as file:
        return dict(file.attrs)


def require_code(path: Path, code: str) -> None:
    """Raise InputError, naming the file and both digests, unless code with the digest `code` has written it."""
    found = attributes(path).get("code")
    if found != code:
        raise InputError(f"{path}: written by code {found}, not {code}; delete it and run again")


def splits(path: Path) -> list[str]:
    """The names of the splits. Raises InputError, naming the file, where it is damaged."""
    with opened(path, "features file") as file:
        return _splits(file)


def layers(path: Path, split: str) -> list[str]:
    """The names of a split's layers, none where there is no such split.

    Raises InputError, naming the file, where it is damaged.
    """
    with opened(path, "features file") as file:
        return list(file[split]["layers"]) if split in _splits(file) else []


def _splits(file: h5py.File) -> list[str]:
    return [name for name in file if name not in OF_NETWORK]


def read(path: Path, split: str, layer: str, maps: str = "mean") -> Activations:
    """One layer on one split; the layer `logits` is the network's output itself.

    Half precision is widened to float32, and maps are averaged over positions, or, with maps "flat", each position is a
    unit: a measure sees one row a sample. Raises InputError, naming the file, where it is damaged, lacks the split or
    layer, or holds values that are not finite.
    """
    with opened(path, "features file") as file:
        _require(path, "split", split, _splits(file))
        group = file[split]
        if layer != LOGITS:
            _require(path, f"layer of {split}", layer, list(group["layers"]))
        values = _rows(group[LOGITS] if layer == LOGITS else group["layers"][layer], maps)
        logits, labels, ids = (group[name][()] for name in ("logits", "labels", "ids"))
        classes = [str(name) for name in file.attrs["classes"]]
        weights, head = (file[kind][layer][()] if layer in file.get(kind, ()) else None for kind in OF_NETWORK)
    try:
        return Activations(values, logits, labels, ids, layer, classes, head, weights)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


def _require(path: Path, what: str, name: str, there: list[str]) -> None:
    if name not in there:
        found = ", ".join(there) or "(nothing)"
        raise InputError(f"{path}: no {what} named {name!r}, only {found}; delete the file and run again")


def _rows(dataset: h5py.Dataset, maps: str) -> np.ndarray:
    """float32 or float64 [sample, unit]; a block of rows at a time, since maps can be larger than memory."""
    dtype = np.result_type(dataset.dtype, np.float32)
    if maps == "flat":
        return dataset[()].astype(dtype).reshape(len(dataset), -1)
    values = np.empty(dataset.shape[:2], dtype)
    for start in range(0, len(dataset), ROWS):
        block = dataset[start : start + ROWS].astype(dtype)
        values[start : start + ROWS] = block.reshape(*block.shape[:2], -1).mean(axis=2)
    return values
