"""Measure the features of a run's rounds with one metric."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from superposition import plugins, store, tables
from superposition.activations import Distribution, Quantities

log = logging.getLogger(__name__)


def run(*, features: list[Path], metric: str, layers: list[str], table: Path) -> None:
    """Measure the features of a run's rounds with one metric.

    layers: used unless the metric names its own (`LAYERS`).
    table: dataset, arm, seed, round, layer, metric, quantity, at, value; a distribution has a row for each `at`.
    """
    rows = [row for path in features for row in _measured(path, metric, layers)]
    tables.write(table, tables.MEASURES, rows)


def _measured(path: Path, metric: str, layers: list[str]) -> Iterator[list[Any]]:
    declared = plugins.declared("metric", metric)
    attributes = store.attributes(path)
    place = [attributes[column] for column in tables.RUN]
    for layer in declared.get("LAYERS", layers):
        log.info("%s of %s, %s", metric, layer, path)
        splits = [store.read(path, split, layer) for split in declared.get("NEEDS", ("test",))]
        quantities: Quantities = plugins.load("metric", metric).measure(*splits)
        yield from ([*place, layer, metric, *row] for row in _rows(quantities))


def _rows(quantities: Quantities) -> Iterator[list[Any]]:
    """quantity, at, value."""
    for quantity, value in quantities.items():
        if isinstance(value, Distribution):
            yield from ([quantity, *point] for point in zip(value.at.tolist(), value.value.tolist(), strict=True))
        else:
            yield [quantity, "", value]
