"""Find for each unit of a network the unit of others that answers the same test images."""

from functools import lru_cache
from pathlib import Path

from superposition import matching, store, tables
from superposition.arguments import Output
from superposition.identity import Network

HELD = 8
"""Layers in memory, 20 MB each at 10,000 x 512: those of the last networks of eight arms."""


def run(*, features: list[Path], written_by: str, layers: list[str], matches: Output) -> None:
    """Find for each unit of a network the unit of others that answers the same test images.

    features: of one seed's networks; written_by: digest of the code that they must be of.
    matches: dataset, layer, seed, a, round_a, b, round_b, unit, match, correlation, same_index, mutual; for each unit
    of each arm's last network its match in every other arm's, and in the same arm's after earlier rounds.
    """
    for path in features:
        store.require_code(path, written_by)
    files = {Network.of(store.attributes(path)): path for path in features}
    dataset = store.attributes(features[0])["dataset"]
    rows = (
        [dataset, layer, a.seed, a.arm, a.round, b.arm, b.round, *row]
        for layer in layers
        for a, b in matching.pairs([*files])
        for row in matching.matches(matching.correlations(_read(files[a], layer), _read(files[b], layer)))
    )
    tables.write(matches, matching.MATCHES, rows)


@lru_cache(HELD)
def _read(path: Path, layer: str) -> matching.Responses:
    return matching.responses(store.read(path, "test", layer), str(path))
