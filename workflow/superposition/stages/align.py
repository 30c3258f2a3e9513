"""Compare features of the test split, network by network: an arm's own, or those of two arms."""

from functools import lru_cache
from pathlib import Path

from superposition import alignment, similarity, store, tables
from superposition.arguments import Output
from superposition.identity import Network

HELD = 7
"""Representations in memory, 40 MB each at 10,000 x 512: those of five seeds, and two to compare them with."""


def run(*, features: list[Path], others: list[Path], written_by: str, layers: list[str], table: Output) -> None:
    """Compare features of the test split, network by network: an arm's own, or those of two arms.

    features: the arm's, seeds in the study's order; others: another arm's, or none; written_by: digest of the code that
    both must be of.
    table: dataset, layer, kind, a, seed_a, round_a, b, seed_b, round_b, and what `superposition.similarity` says.
    """
    for path in [*features, *others]:
        store.require_code(path, written_by)
    dataset = store.attributes(features[0])["dataset"]
    files, of_others = ({Network.of(store.attributes(path)): path for path in paths} for paths in (features, others))
    pairs = list(alignment.between([*files], [*of_others]) if others else alignment.within([*files]))
    files |= of_others
    rows = (
        [dataset, layer, kind, *a, *b, *similarity.alike(_read(files[a], layer), _read(files[b], layer))]
        for layer in layers
        for kind, a, b in pairs
    )
    tables.write(table, alignment.ALIGNMENT, rows)


@lru_cache(HELD)
def _read(path: Path, layer: str) -> similarity.Representation:
    return similarity.represent(store.read(path, "test", layer), str(path))
