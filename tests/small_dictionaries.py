"""Small dictionaries of sparse autoencoders, and the files that they come in."""

from pathlib import Path

import numpy as np

from superposition import dictionaries
from superposition.activations import Activations, Dictionary
from superposition.config import Autoencoder

SETTINGS = Autoencoder(active=2, steps=5, batch_size=16)


def dictionary(directions: np.ndarray, activity: np.ndarray | list[float]) -> Dictionary:
    """One that explains nine tenths, with two codes."""
    return Dictionary(directions.astype(np.float32), np.array(activity, np.float32), 0.9, 2.0)


def two_dictionaries(seed: int = 0, codes: int = 12, units: int = 8) -> dict[str, Dictionary]:
    """Random directions of both kinds, of which a few are dead."""
    random = np.random.default_rng(seed)
    found = {}
    for kind in ("topk", "l1"):
        directions = random.normal(size=(codes, units))
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
        found[kind] = dictionary(directions, np.maximum(random.normal(1, 1, codes), 0))
    return found


def without_labels(values: np.ndarray) -> Activations:
    """Features [sample, unit] for which classes don't matter."""
    nothing = np.zeros(len(values), np.int64)
    logits = np.zeros((len(values), 1), np.float32)
    return Activations(values.astype(np.float32), logits, nothing, np.arange(len(values)), "avgpool", ["any"])


def write_autoencoder(path: Path, found: Dictionary, kind: str, layer: str = "avgpool", round_: int = 1) -> Path:
    """A file of which nothing but the dictionary matters."""
    place = {"dataset": "digits", "arm": "baseline", "seed": 0, "round": round_, "layer": layer, "kind": kind}
    worth = {"explained": found.explained, "active": found.active}
    dictionaries.write(path, {"decoder": found.directions, "activity": found.activity}, {**place, **worth})
    return path
