"""Record what a network says and does on images: logits and layers, in one HDF5 file."""

from pathlib import Path

import numpy as np

from superposition import images as image_files
from superposition import inference, networks, store, streams
from superposition.arguments import Output
from superposition.config import Features, Training
from superposition.files import replacing


def run(
    *,
    images: Path,
    checkpoint: Path,
    training: Training,
    splits: list[str],
    layers: list[str],
    drawn: int,
    drawn_layer: str,
    options: Features,
    study: str,
    dataset: str,
    arm: str,
    seed: int,
    round: int,
    code: str,
    features: Output,
) -> None:
    """Record what a network says and does on images: logits and layers, in one HDF5 file.

    drawn: number of training samples in split `drawn`, the same for all networks of a seed; it has a single layer, with
    its maps averaged; study, dataset, arm, seed, round, code: what the file says of itself.
    """
    data = image_files.describe(images)
    network = networks.restore(checkpoint, training, classes=len(data.classes))
    about = {"study": study, "dataset": dataset, "arm": arm, "seed": seed, "round": round, "code": code}
    attributes = {**about, "classes": data.classes, **networks.versions()}

    def record(name: str, split: str, ids: np.ndarray, layers: list[str], maps: str) -> None:
        shown = image_files.batches(images, split, ids)
        results = inference.outputs(network, shown, data=data, layers=layers, maps=maps)
        inference.record(file, name, len(ids), results, options.dtype)

    with replacing(features) as temporary, store.create(temporary, attributes) as file:
        some = next(image_files.batches(images, splits[0], size=8))
        head = inference.weights(network, [networks.head(network)])
        fed = inference.read_by_head(network, some, data=data, layers=layers)
        file.network(inference.weights(network, layers), dict.fromkeys(fed, *head.values()))
        for split in splits:
            record(split, split, image_files.read_labels(images, split).ids, layers, options.maps)
        record(
            "drawn", "train", _drawn(image_files.read_labels(images, "train").ids, drawn, seed), [drawn_layer], "mean"
        )


def _drawn(ids: np.ndarray, number: int, seed: int) -> np.ndarray:
    """So many of the ids, ascending; all where there are fewer."""
    return np.sort(streams.generator(seed, "drawn").choice(ids, min(number, len(ids)), replace=False))
