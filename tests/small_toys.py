"""Small toy models: settings that train in no time, weights and samples."""

from typing import Any

import numpy as np
import torch

from superposition import eager  # noqa: F401  (before torch optimises)
from superposition.toys.config import Models, Selection, ToyTraining
from superposition.toys.draws import Draws
from superposition.toys.files import Learned, Trained
from superposition.toys.instances import Instances

torch.set_num_threads(1)

CPU = torch.device("cpu")
TRAINING = {"optimiser": "adam", "lr": 1e-2, "steps": 20, "batch_size": 64}
MODELS = {"features": 6, "dimensions": 2, "densities": [0.5, 0.1], "training": TRAINING, "figures": []}
SELECTION = {
    "features": 6,
    "dimensions": 2,
    "density": 0.3,
    "pool": 300,
    "query": 20,
    "rounds": 3,
    "seeds": [0, 1],
    "training": TRAINING,
    "figures": [],
}


def models(**changes: Any) -> Models:
    """Settings of a toy; `changes` to its keys, or to those of its training."""
    return Models.model_validate(changed(MODELS, changes))


def selection(**changes: Any) -> Selection:
    """Settings of a selection; `changes` to its keys, or to those of its training."""
    return Selection.model_validate(changed(SELECTION, changes))


def changed(settings: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Settings with some others, which may be those of the training."""
    training = {key: changes.pop(key) for key in list(changes) if key in ToyTraining.model_fields}
    return {**settings, **changes, "training": {**TRAINING, **training}}


def draw(densities: Any, size: int, seeds: tuple[int, ...] = (0,), **options: Any) -> torch.Tensor:
    """A first batch [model, sample, feature] for densities [density, feature]."""
    return Draws(np.array(densities, np.float32), seeds, purpose="test", device=CPU, **options).batch(size)


def polygon(corners: int) -> np.ndarray:
    """Corners of a regular polygon as weights [2, feature]."""
    angles = 2 * np.pi * np.arange(corners) / corners
    return np.stack([np.cos(angles), np.sin(angles)])


def trained(toy: Models, weights: np.ndarray, errors: np.ndarray | None = None) -> Trained:
    """What training left of models with these weights [model, dimension, feature]; they stand for the first rows."""
    instances, number = Instances(toy), len(weights)
    densities, importances = instances.densities[:number], instances.importances[:number]
    learned = Learned(weights.astype(np.float32), np.zeros_like(densities) if errors is None else errors)
    return Trained(learned, instances.frame[:number], densities, importances)
