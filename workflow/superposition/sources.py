"""Where images come from: what a dataset plugin returns, decoding, and choosing a subset."""

import io
import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from superposition import archives
from superposition.errors import InputError, none_of, shown
from superposition.images import SPLITS, Picture

SUBSET_SEED = 0
MAX_PIXELS = 50_000_000
DAMAGED = (
    *(OSError, SyntaxError, ValueError, EOFError, TypeError, LookupError, ArithmeticError, MemoryError, struct.error),
    Image.DecompressionBombError,
)
"""What Pillow raises for damaged images."""
FORMATS = ("BMP", "GIF", "JPEG", "PNG", "PPM", "TIFF", "WEBP")


@dataclass(frozen=True)
class Source:
    """A dataset that has been listed but not read.

    classes: the name of each label. labels: int64 [N] of "train" and of "test", in the source's own order.
    read: given some positions of each split, their images, in any order, one pass over the data.
    origin: path or URL. checksum: of the archive, or "".
    """

    classes: list[str]
    labels: dict[str, np.ndarray]
    read: Callable[[Mapping[str, np.ndarray]], Iterator[Picture]]
    origin: str
    checksum: str


class Selection(NamedTuple):
    """What is kept of a source: its classes, and per split the positions (int64, ascending) and the new labels."""

    classes: list[str]
    ids: dict[str, np.ndarray]
    labels: dict[str, np.ndarray]


def from_members(
    container: Path, files: Mapping[str, Mapping[str, int]], classes: list[str], origin: str | None = None
) -> Source:
    """A source over image files of a directory or archive; `files`: split -> {path inside: label}, in order."""

    def read(wanted: Mapping[str, np.ndarray]) -> Iterator[Picture]:
        places = {}
        for split, ids in wanted.items():
            names = list(files[split])
            places.update({names[position]: (split, int(position)) for position in ids})
        for member in archives.members(container):
            if member.name in places:
                name = f"{container}: {shown(member.name)}"
                yield Picture(*places.pop(member.name), name, decode(member.read(), name))

    labels = {split: np.fromiter(found.values(), np.int64) for split, found in files.items()}
    return Source(classes, labels, read, origin or str(container), archives.digest(container))


def decode(data: bytes, name: str) -> np.ndarray:
    """The image file `data` as uint8 [height, width, RGB]. Raises InputError with its `name` if it is damaged."""
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise InputError(f"{name}: {image.width} x {image.height} pixels, over the limit of {MAX_PIXELS:,}")
            return rgb(image, name)
    except UnidentifiedImageError as error:
        raise InputError(f"{name}: not an image, or damaged (read are {', '.join(FORMATS)})") from error
    except DAMAGED as error:
        raise InputError(f"{name}: damaged image ({error})") from error


def rgb(image: Image.Image, name: str) -> np.ndarray:
    """A Pillow image as uint8 [height, width, RGB]; more than 8 bits a channel are refused, not cut off."""
    if image.mode.startswith(("I", "F")):
        raise InputError(f"{name}: mode {image.mode} has more than 8 bits a channel; convert it to 8 bits")
    return np.asarray(image.convert("RGB"))


def stratified(labels: np.ndarray, keep: int) -> np.ndarray:
    """`keep` positions (ascending), each class with its share (largest remainders), always the same ones."""
    counts = np.bincount(labels)
    quota, remainder = np.divmod(keep * counts, len(labels))
    quota[np.argsort(-remainder, kind="stable")[: keep - quota.sum()]] += 1
    rng = np.random.default_rng(SUBSET_SEED)
    kept = [rng.permutation(np.flatnonzero(labels == label))[:share] for label, share in enumerate(quota)]
    return np.sort(np.concatenate(kept))


def select(source: Source, *, limit: int | None, classes: list[str] | None, where: str) -> Selection:
    """All of `source`, or only some classes of it, and of these only `limit` images a split.

    Raises InputError, naming the key under `where`, for an unknown class and where too little is left.
    """
    kept = _keep_classes(_everything(source), classes, where)
    _check(kept, source.origin)
    if limit is None:
        return kept
    chosen = {split: stratified(kept.labels[split], min(limit, len(kept.labels[split]))) for split in SPLITS}
    limited = _subset(kept, chosen)
    _check(limited, f"{where}.limit: {limit}")
    return limited


def pictures(source: Source, selection: Selection, *, size_px: int | None, where: str) -> Iterator[Picture]:
    """The selected images, `size_px` pixels square if given (cut to a square around the centre, then resized).

    Raises InputError when they differ in size and `size_px` is None.
    """
    first = None
    for picture in source.read(selection.ids):
        if size_px:
            picture = picture._replace(pixels=_square(picture.pixels, size_px))
        first = first or picture
        if picture.pixels.shape != first.pixels.shape:
            raise InputError(
                f"{where}.size_px: must be set, because the images differ in size: {first.name} has "
                f"{_size(first.pixels)} pixels, {picture.name} has {_size(picture.pixels)}"
            )
        yield picture


def _everything(source: Source) -> Selection:
    for split, labels in source.labels.items():
        wrong = np.flatnonzero((labels < 0) | (labels >= len(source.classes)))
        if wrong.size:
            raise InputError(
                f"{source.origin}: {split} image {wrong[0]} has label {labels[wrong[0]]}, "
                f"but there are {len(source.classes)} classes"
            )
    return Selection(source.classes, {split: np.arange(len(source.labels[split])) for split in SPLITS}, source.labels)


def _keep_classes(everything: Selection, classes: list[str] | None, where: str) -> Selection:
    if classes is None:
        return everything
    for name in classes:
        if name not in everything.classes:
            raise none_of(f"{where}.classes", name, everything.classes)
    kept = [label for label, name in enumerate(everything.classes) if name in classes]
    chosen = {split: np.flatnonzero(np.isin(everything.labels[split], kept)) for split in SPLITS}
    part = _subset(everything, chosen)
    renumbered = {split: np.searchsorted(kept, labels) for split, labels in part.labels.items()}
    return Selection([everything.classes[label] for label in kept], part.ids, renumbered)


def _subset(selection: Selection, chosen: Mapping[str, np.ndarray]) -> Selection:
    ids = {split: selection.ids[split][rows] for split, rows in chosen.items()}
    return Selection(selection.classes, ids, {split: selection.labels[split][rows] for split, rows in chosen.items()})


def _check(selection: Selection, where: str) -> None:
    if len(selection.classes) < 2:
        raise InputError(f"{where}: {len(selection.classes)} class to tell apart; at least 2 are needed")
    for name in selection.classes:
        if "\0" in name or name.encode(errors="replace").decode() != name:
            raise InputError(f"{where}: class {name!r} is no text in UTF-8; rename its folder")
    for split in SPLITS:
        if not len(selection.ids[split]):
            raise InputError(f"{where}: no images in split {split!r}")
    counts = np.bincount(selection.labels["train"], minlength=len(selection.classes))
    for name, count in zip(selection.classes, counts, strict=True):
        if count < 2:
            raise InputError(f"{where}: {count} training images of class {name!r}; each class needs at least 2")


def _square(pixels: np.ndarray, size_px: int) -> np.ndarray:
    if pixels.shape[:2] == (size_px, size_px):
        return pixels
    return np.asarray(ImageOps.fit(Image.fromarray(pixels), (size_px, size_px), Image.Resampling.BILINEAR))


def _size(pixels: np.ndarray) -> str:
    return f"{pixels.shape[1]} x {pixels.shape[0]}"
