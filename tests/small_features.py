"""Features given row by row, of units that stand for things, and features that are turned, scaled and moved."""

from dataclasses import replace

import numpy as np

from superposition.activations import Activations
from tests.small_results import activations


def of_rows(rows: list[list[float]], labels: list[int] | None = None) -> Activations:
    """Features given row by row."""
    values = np.array(rows, np.float32)
    names = [str(label) for label in range(10)]
    known = np.zeros(len(rows), np.int64) if labels is None else np.array(labels)
    return Activations(values, values, known, np.arange(len(rows)), "layer4.1.conv2", names)


def turned(shown: Activations, seed: int, scale: float = 1, shift: float = 0) -> Activations:
    """The same samples in another order, rotated about the origin, at another scale, and all moved one way."""
    random = np.random.default_rng(seed)
    order, units = random.permutation(len(shown.ids)), shown.values.shape[1]
    rotation = np.linalg.qr(random.normal(size=(units, units)))[0]
    values = scale * (shown.values[order] @ rotation + shift * random.normal(size=units))
    known = {name: getattr(shown, name)[order] for name in ("logits", "labels", "ids")}
    return replace(shown, values=values.astype(np.float32), **known)


def of_things(fires: list[list[int]], each: int = 200, others: int = 30) -> Activations:
    """Units that fire for things, from 0 to 3: a row of `fires` for each unit. `others` units tell things apart."""
    rng = np.random.default_rng(0)
    things = np.arange(4 * each) % 4
    described = 3 * rng.normal(size=(4, others))[things] + rng.normal(size=(len(things), others))
    units = np.column_stack([np.isin(things, some) * rng.uniform(1, 2, len(things)) for some in fires])
    values = np.column_stack([units, described])
    return replace(activations(n=len(things), classes=4), values=values)
