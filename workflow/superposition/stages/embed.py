"""Lay out a layer's features of the test split in the plane, with t-SNE."""

from pathlib import Path

from superposition import store, tables
from superposition.embedding import tsne


def run(*, features: Path, written_by: str, layer: str, seed: int, table: Path) -> None:
    """Lay out a layer's features of the test split in the plane, with t-SNE.

    written_by: digest of the code that the features must be of.
    table: dataset, arm, seed, round, layer, id, label, class, x, y; one row a sample.
    """
    store.require_code(features, written_by)
    attributes = store.attributes(features)
    activations = store.read(features, "test", layer)
    place = [attributes[column] for column in tables.RUN]
    points = tsne(activations.values, seed).tolist()
    samples = zip(activations.ids.tolist(), activations.labels.tolist(), points, strict=True)
    rows = [[*place, layer, id_, label, activations.classes[label], x, y] for id_, label, (x, y) in samples]
    tables.write(table, tables.EMBEDDING, rows)
