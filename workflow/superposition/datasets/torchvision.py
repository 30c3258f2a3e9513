"""Any image classification dataset of torchvision, by class name (`name: CIFAR100`)."""

import traceback
from collections.abc import Iterator, Mapping
from inspect import signature
from pathlib import Path
from typing import Any

import numpy as np

from superposition.downloads import alone_in, retried
from superposition.errors import InputError, none_of
from superposition.images import Picture
from superposition.sources import Source, rgb, stratified

OPTIONS = ("name",)
NAMES = (
    "CIFAR10", "CIFAR100", "CLEVRClassification", "Caltech101", "Caltech256", "Country211", "DTD", "EMNIST", "EuroSAT",
    "FGVCAircraft", "FashionMNIST", "Flowers102", "Food101", "GTSRB", "Imagenette", "KMNIST", "MNIST", "OxfordIIITPet",
    "PCAM", "Places365", "QMNIST", "RenderedSST2", "SEMEION", "STL10", "SUN397", "SVHN", "USPS",
)  # fmt: skip
SPLIT_NAMES = {"train": ("train", "trainval", "train-standard"), "test": ("test", "val", "valid")}
FIXED_ARGUMENTS = {"EMNIST": {"split": "balanced"}}
TEST_SHARE = 0.2  # of a dataset that torchvision does not split
LABELS = ("targets", "labels", "_labels", "y", "_samples")


def open_source(*, name: str | None = None, downloads: Path) -> Source:
    """The dataset `torchvision.datasets.<name>`, downloaded by torchvision into `downloads`."""
    if name not in NAMES:
        raise none_of("name (torchvision)", name, list(NAMES))
    datasets = _datasets(name, downloads)
    found = {split: _labels(dataset) for split, dataset in datasets.items()}
    values, classes = _classes(next(iter(datasets.values())), np.concatenate(list(found.values())))
    labels = {split: np.searchsorted(values, label) for split, label in found.items()}
    positions = {split: np.arange(len(label)) for split, label in labels.items()}
    if "all" in datasets:
        everything = labels.pop("all")
        test = stratified(everything, round(TEST_SHARE * len(everything)))
        positions = {"train": np.setdiff1d(np.arange(len(everything)), test), "test": test}
        labels = {split: everything[rows] for split, rows in positions.items()}

    def read(wanted: Mapping[str, np.ndarray]) -> Iterator[Picture]:
        for split, ids in wanted.items():
            dataset = datasets.get(split) or datasets["all"]
            for id in ids:
                title = f"torchvision {name}: {split} image {id}"
                yield Picture(split, int(id), title, rgb(dataset[int(positions[split][id])][0], title))

    return Source(classes, labels, read, f"torchvision.datasets.{name}", "")


def _datasets(name: str, root: Path) -> dict[str, Any]:
    """torchvision's datasets "train" and "test", or "all" where it has no splits."""
    import torchvision

    build = getattr(torchvision.datasets, name)
    # EMNIST and others pass **kwargs on to the class that they extend.
    taken = {parameter for base in build.__mro__ for parameter in signature(base.__init__).parameters}
    common = {"root": str(root), "download": True, **FIXED_ARGUMENTS.get(name, {})}

    def build_all() -> dict[str, Any]:
        if "train" in taken:
            return {split: build(**common, train=split == "train") for split in SPLIT_NAMES}
        if "split" in taken:
            return {split: _first_split(build, names, common) for split, names in SPLIT_NAMES.items()}
        return {"all": build(**common)}

    try:
        with alone_in(root):
            return retried(build_all)
    except (OSError, RuntimeError, ImportError, ValueError) as error:
        raise InputError(_explain(name, root, error)) from error


def _first_split(build: Any, names: tuple[str, ...], common: dict[str, Any]) -> Any:
    """The dataset with the first of `names` that torchvision knows; it refuses others before it downloads."""
    for name in names[:-1]:
        try:
            return build(**common, split=name)
        except ValueError:
            continue
    return build(**common, split=names[-1])


def _explain(name: str, root: Path, error: BaseException) -> str:
    """torchvision's errors name neither file nor URL, but the function that failed knows them."""
    known: dict[str, str] = {}
    for frame, _ in traceback.walk_tb(error.__traceback__):
        known |= {key: value for key in ("url", "fpath", "md5") if isinstance(value := frame.f_locals.get(key), str)}
    reason = " ".join(str(error).split())
    if "url" not in known:
        return f"torchvision cannot load {name} from {root} ({reason})"
    place = known.get("fpath", root)
    checksum = f" (md5:{known['md5']})" if "md5" in known else ""
    return (
        f"{place} is missing and {known['url']} cannot be downloaded ({reason}). "
        f"Get that file{checksum} on another machine and put it at {place}"
    )


def _labels(dataset: Any) -> np.ndarray:
    """int64 [N], from where torchvision keeps them, or else by reading every image."""
    for name in LABELS:
        kept = getattr(dataset, name, None)
        if kept is not None and len(kept) == len(dataset):
            labels = np.asarray([pair[1] for pair in kept] if name == "_samples" else kept)
            if labels.ndim == 1 and labels.dtype.kind in "iu" and labels[0] == dataset[0][1]:
                return labels.astype(np.int64)
    return np.array([dataset[index][1] for index in range(len(dataset))], np.int64)


def _classes(dataset: Any, labels: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """The labels that stand for a class, and the classes' names: the labels themselves where there are none."""
    names = getattr(dataset, "classes", None) or getattr(dataset, "categories", None)
    if not names:
        values = np.unique(labels)
        return values, [str(value) for value in values]
    return np.arange(len(names)), [name if isinstance(name, str) else name[0] for name in names]
