"""Measure the features of a run's rounds with one metric."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from superposition import dictionaries, plugins, store, tables
from superposition.activations import Distribution, Quantities
from superposition.arguments import Output
from superposition.config import Measures
from superposition.sampling import sampled

log = logging.getLogger(__name__)


def run(
    *,
    features: list[Path],
    written_by: str,
    autoencoders: list[Path],
    metric: str,
    layers: list[str],
    limits: Measures,
    table: Output,
) -> None:
    """Measure the features of a run's rounds with one metric.

    written_by: digest of the code that the features must be of; autoencoders: of these features, for a metric that asks
    for them (`ASKS`); layers: used unless the metric names its own (`LAYERS`); limits: how many samples metrics that
    look at all pairs take.
    table: dataset, arm, seed, round, layer, metric, quantity, at, value; a distribution has a row for each `at`.
    """
    for path in features:
        store.require_code(path, written_by)
    rows = [row for path in features for row in _measured(path, autoencoders, metric, layers, limits)]
    tables.write(table, tables.MEASURES, rows)


def _measured(
    path: Path, autoencoders: list[Path], metric: str, layers: list[str], limits: Measures
) -> Iterator[list[Any]]:
    declared = plugins.declared("metric", metric)
    attributes = store.attributes(path)
    place = {column: attributes[column] for column in tables.RUN}
    for layer in declared.get("LAYERS", layers):
        log.info("%s of %s, %s", metric, layer, path)
        found = dictionaries.of_layer(autoencoders, {**place, "layer": layer})
        maps = declared.get("MAPS", "mean")
        splits = [store.read(path, split, layer, maps) for split in declared.get("NEEDS", ("test",))]
        shown = [replace(sampled(split, limits), dictionaries=found) for split in splits]
        quantities: Quantities = plugins.load("metric", metric).measure(*shown)
        yield from ([*place.values(), layer, metric, *row] for row in _rows(quantities))


def _rows(quantities: Quantities) -> Iterator[list[Any]]:
    """quantity, at, value."""
    for quantity, value in quantities.items():
        if isinstance(value, Distribution):
            yield from ([quantity, *point] for point in zip(value.at.tolist(), value.value.tolist(), strict=True))
        else:
            yield [quantity, "", value]
