"""Lay out a layer's features of the test split in the plane, with t-SNE, and place training samples among them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from superposition import store, tables
from superposition.activations import Activations
from superposition.arguments import Output
from superposition.embedding import tsne


def run(*, features: Path, written_by: str, layer: str, seed: int, table: Output) -> None:
    """Lay out a layer's features of the test split in the plane, with t-SNE, and place training samples among them.

    Those are the samples of split `drawn`, where it has the layer.
    written_by: digest of the code that the features must be of.
    table: dataset, arm, seed, round, layer, split, id, label, class, predicted, x, y; one row a sample.
    """
    store.require_code(features, written_by)
    attributes = store.attributes(features)
    shown = {"test": store.read(features, "test", layer)}
    if layer in store.layers(features, "drawn"):
        shown["train"] = store.read(features, "drawn", layer)
    points = tsne(shown["test"].values, seed, shown["train"].values if "train" in shown else None)
    place = [*(attributes[column] for column in tables.RUN), layer]
    samples = (sample for split, activations in shown.items() for sample in _samples(split, activations))
    rows = [[*place, *sample, *point] for sample, point in zip(samples, points.tolist(), strict=True)]
    tables.write(table, tables.EMBEDDING, rows)


def _samples(split: str, activations: Activations) -> Iterator[list[Any]]:
    """Split, id, label, class and predicted of each sample."""
    known = (activations.ids, activations.labels, activations.logits.argmax(axis=1))
    for id_, label, predicted in zip(*(array.tolist() for array in known), strict=True):
        yield [split, id_, label, activations.classes[label], predicted]
