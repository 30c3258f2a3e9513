"""Tiny ImageNet from its official archive: 100,000 + 10,000 images of 64 x 64 pixels; `val` is the test split."""

import re
from collections.abc import Mapping
from pathlib import Path

from superposition import archives
from superposition.downloads import fetch
from superposition.errors import InputError, shown
from superposition.sources import Source, from_members

OPTIONS = ("archive", "root")
TRAIN_SIZE = 100_000
TEST_SIZE = 10_000
CLASSES = 200
URL = "http://cs231n.stanford.edu/tiny-imagenet-200.zip"
CHECKSUM = "md5:90528d7ca1a48142e341f4ef8d21d0de"
TEXTS = ("wnids.txt", "words.txt", "val/val_annotations.txt")
TEXT_PATH = r"([^/]+/)?(wnids\.txt|words\.txt|val/val_annotations\.txt)"  # maybe in one folder that holds it all


def open_source(*, archive: Path | None = None, root: Path | None = None, downloads: Path) -> Source:
    """Tiny ImageNet, with the classes of wnids.txt in that order; a copy may have fewer than the official 200."""
    container = root or archive or fetch(URL, CHECKSUM, downloads)
    names, texts = _list(container)
    for name in TEXTS:
        if name not in texts:
            raise InputError(f"{container}: no {name} in it; Tiny ImageNet has wnids.txt, words.txt, train/ and val/")
    top, wnids = texts["wnids.txt"][0], texts["wnids.txt"][1].split()
    label_of = {wnid: label for label, wnid in enumerate(wnids)}
    train = {name: label_of[wnid] for name, wnid in _train_images(names, top) if wnid in label_of}
    test = _test_images(texts["val/val_annotations.txt"][1], f"{top}val/images/", label_of)
    for name in test.keys() - set(names):
        raise InputError(f"{container}: val_annotations.txt lists {shown(name)}, which is not there")
    files = {"train": dict(sorted(train.items(), key=lambda pair: (pair[1], pair[0]))), "test": test}
    return from_members(container, files, _class_names(wnids, texts["words.txt"][1]), None if archive or root else URL)


def _list(container: Path) -> tuple[list[str], dict[str, tuple[str, str]]]:
    """All file names, and of each of TEXTS the folder that it lies in and what it says."""
    names, texts = [], {}
    for member in archives.members(container):
        names.append(member.name)
        if found := re.fullmatch(TEXT_PATH, member.name):
            texts[found[2]] = (found[1] or "", member.read().decode(errors="replace"))
    return names, texts


def _train_images(names: list[str], top: str) -> list[tuple[str, str]]:
    """Paths of the training images, with their WordNet ids."""
    inside = [(name, name.removeprefix(f"{top}train/").split("/")) for name in names if name.startswith(f"{top}train/")]
    return [(name, parts[0]) for name, parts in inside if len(parts) == 3 and parts[1] == "images"]


def _test_images(annotations: str, folder: str, label_of: Mapping[str, int]) -> dict[str, int]:
    rows = [f"{line}\t".split("\t") for line in annotations.splitlines()]
    return {f"{folder}{name}": label_of[wnid] for name, wnid, *_ in rows if wnid in label_of}


def _class_names(wnids: list[str], words: str) -> list[str]:
    """The first word for each WordNet id; where two ids share it, the id is added."""
    meaning = {wnid: text for wnid, _, text in (line.partition("\t") for line in words.splitlines())}
    first = [meaning.get(wnid, wnid).split(",")[0].strip() for wnid in wnids]
    return [name if first.count(name) == 1 else f"{name} ({wnid})" for name, wnid in zip(first, wnids, strict=True)]
