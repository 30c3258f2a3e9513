"""Arrays of numpy, or of torch on a GPU: kernels that use only what both call the same run on either."""

from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

Array = Any
"""numpy's ndarray or torch's Tensor."""
DRIVER = Path("/dev/nvidiactl")
MANY = 20_000
"""Rows from which a processor needs longer for all pairs than torch needs to start."""


def placed(values: np.ndarray) -> Array:
    """`values` [row, column] on the GPU if there are many rows and the job sees one; otherwise as they are."""
    if len(values) < MANY or not DRIVER.exists():
        return values
    import torch  # costs seconds

    from superposition.devices import best_device

    device = best_device()
    return torch.from_numpy(values).to(device) if device.type == "cuda" else values


def library(array: Array) -> ModuleType:
    """numpy or torch, whichever the array is of."""
    return np if isinstance(array, np.ndarray) else import_module("torch")


def to_numpy(array: Array) -> np.ndarray:
    """The same numbers where numpy can read them."""
    return array if isinstance(array, np.ndarray) else array.cpu().numpy()
