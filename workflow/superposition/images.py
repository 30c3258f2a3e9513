"""A dataset's images in one HDF5 file: written by `prepare`, read by everything that looks at images.

Groups `train` and `test`, each with `images` uint8 [N, height, width, RGB], `labels` int64 [N] and `ids` int64 [N]:
the position of the image in the source's own order of that split, ascending, so a subset keeps its ids.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

import h5py
import numpy as np

from superposition.errors import InputError
from superposition.files import replacing
from superposition.hdf5 import opened

SPLITS = ("train", "test")
CHUNK_BYTES = 2**20


class Picture(NamedTuple):
    """One image: its split, its position there, a name for error messages, uint8 [height, width, RGB]."""

    split: str
    id: int
    name: str
    pixels: np.ndarray


class Split(NamedTuple):
    """images uint8 [N, height, width, RGB], labels int64 [N], ids int64 [N]."""

    images: np.ndarray
    labels: np.ndarray
    ids: np.ndarray


class Labels(NamedTuple):
    """labels int64 [N], ids int64 [N]."""

    labels: np.ndarray
    ids: np.ndarray


class Description(NamedTuple):
    """All but the images: `mean` and `std` are float32 [RGB] of the train split with pixels from 0 to 1."""

    dataset: str
    classes: list[str]
    mean: np.ndarray
    std: np.ndarray
    sizes: dict[str, int]
    height: int
    width: int
    source: str
    checksum: str


def write(
    path: Path,
    pictures: Iterable[Picture],
    *,
    dataset: str,
    classes: list[str],
    ids: Mapping[str, np.ndarray],
    labels: Mapping[str, np.ndarray],
    source: str,
    checksum: str,
) -> None:
    """Writes all `pictures` (each of `ids`, in any order, equal in size), holding one at a time."""
    # Each row goes straight to the disk: without a chunk cache, rows in random order cost no more than in order.
    with replacing(path) as temporary, h5py.File(temporary, "w", rdcc_nbytes=0) as file:
        for split in SPLITS:
            file[f"{split}/ids"] = ids[split].astype(np.int64)
            file[f"{split}/labels"] = labels[split].astype(np.int64)
        mean, std = _mean_and_std(_write_images(file, pictures, ids))
        file.attrs.update(dataset=dataset, mean=mean, std=std, source=source, checksum=checksum)
        file.attrs.create("classes", classes, dtype=h5py.string_dtype())


def read_split(path: Path, split: str, ids: np.ndarray | None = None) -> Split:
    """The images of `split` ("train" or "test") with these `ids`, in their order; all of them without `ids`.

    Raises InputError for an id that is not there and for a file that is not as `write` leaves it.
    """
    with opened(path, "file of images") as file:
        stored: h5py.Dataset = file[f"{split}/images"]
        labels, known = file[f"{split}/labels"][:], file[f"{split}/ids"][:]
        if ids is None:
            return Split(stored[:], labels, known)
        rows = _rows(known, np.asarray(ids, np.int64), f"{path}: {split}")
        return Split(_take(stored, rows), labels[rows], known[rows])


def read_labels(path: Path, split: str) -> Labels:
    """The labels and ids of `split`, without its images."""
    with opened(path, "file of images") as file:
        return Labels(file[f"{split}/labels"][:], file[f"{split}/ids"][:])


def batches(path: Path, split: str, ids: np.ndarray | None = None, size: int = 500) -> Iterator[Split]:
    """What `read_split` returns, `size` images at a time: memory does not grow with N."""
    with opened(path, "file of images") as file:
        stored, labels, known = (file[f"{split}/{name}"] for name in ("images", "labels", "ids"))
        labels, known = labels[:], known[:]
        rows = np.arange(len(known)) if ids is None else _rows(known, np.asarray(ids, np.int64), f"{path}: {split}")
        for start in range(0, len(rows), size):
            part = rows[start : start + size]
            yield Split(_take(stored, part), labels[part], known[part])


def describe(path: Path) -> Description:
    """Everything that `path` says about its images, without reading any."""
    with opened(path, "file of images") as file:
        attributes = file.attrs
        return Description(
            dataset=attributes["dataset"],
            classes=[str(name) for name in attributes["classes"]],
            mean=attributes["mean"],
            std=attributes["std"],
            sizes={split: len(file[f"{split}/ids"]) for split in SPLITS},
            height=file["train/images"].shape[1],
            width=file["train/images"].shape[2],
            source=attributes["source"],
            checksum=attributes["checksum"],
        )


def identity(path: Path) -> str:
    """The dataset's name and 8 hexadecimal digits over all that its train split's ids stand for."""
    data, split = describe(path), read_labels(path, "train")
    sha = blake2b("\0".join([data.checksum, *data.classes]).encode(), digest_size=4)
    for array in (split.ids, split.labels):
        sha.update(array.astype("<i8").tobytes())
    return f"{data.dataset}-{sha.hexdigest()}"


def _write_images(file: h5py.File, pictures: Iterable[Picture], ids: Mapping[str, np.ndarray]) -> np.ndarray:
    """Writes the images; how often each channel of the train split has each value, int64 [RGB, 256]."""
    counts = np.zeros((3, 256), np.int64)
    stored: dict[str, h5py.Dataset] = {}
    written = dict.fromkeys(SPLITS, 0)
    for split, id, _, pixels in pictures:
        if split not in stored:
            stored[split] = _create(file, f"{split}/images", (len(ids[split]), *pixels.shape))
        stored[split][np.searchsorted(ids[split], id)] = pixels
        written[split] += 1
        if split == "train":
            counts += [np.bincount(pixels[:, :, channel].ravel(), minlength=256) for channel in range(3)]
    for split, number in written.items():
        if number != len(ids[split]):
            raise InputError(f"{number} of {len(ids[split])} {split} images were found: the source changed meanwhile")
    return counts


def _create(file: h5py.File, name: str, shape: tuple[int, ...]) -> h5py.Dataset:
    chunk = max(1, min(shape[0], CHUNK_BYTES // math.prod(shape[1:])))
    return file.create_dataset(name, shape, np.uint8, chunks=(chunk, *shape[1:]))


def _mean_and_std(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """float32 [RGB] each, from the counts of the values 0 to 255, taken as 0 to 1; the population's std.

    A channel that never changes gets std 1, as in scikit-learn's StandardScaler, so that one may divide by it.
    """
    values, pixels = np.arange(256), counts[0].sum()
    mean = counts @ values / pixels
    variance = (counts * (values - mean[:, None]) ** 2).sum(1) / pixels
    std = np.where(variance > 0, np.sqrt(variance) / 255, 1)
    return (mean / 255).astype(np.float32), std.astype(np.float32)


def _rows(known: np.ndarray, ids: np.ndarray, where: str) -> np.ndarray:
    rows = np.searchsorted(known, ids)
    missing = ids[known[np.minimum(rows, len(known) - 1)] != ids]
    if missing.size:
        raise InputError(f"{where} has no image with id {missing[0]} ({missing.size} of {ids.size} ids are unknown)")
    return rows


def _take(stored: h5py.Dataset, rows: np.ndarray) -> np.ndarray:
    """`stored[rows]`, read chunk by chunk: far faster than HDF5's own selection of single rows."""
    taken = np.empty((len(rows), *stored.shape[1:]), stored.dtype)
    step = stored.chunks[0]
    for start in np.unique(rows // step) * step:
        here = np.flatnonzero((rows >= start) & (rows < start + step))
        taken[here] = stored[start : start + step][rows[here] - start]
    return taken
