"""Pictures that excite units, made in few steps."""

from typing import Any

import numpy as np
from torch import nn

from superposition import maximisation
from superposition.config import Maximisation
from superposition.images import Description
from tests.small_learning import CLASSES

MEAN, STD = np.array([0.49, 0.48, 0.45], np.float32), np.array([0.2, 0.19, 0.21], np.float32)


def data(height: int = 8, width: int = 8) -> Description:
    return Description("colours", CLASSES, MEAN, STD, {"train": 0, "test": 13}, height, width, "", "")


def made(network: nn.Module, layer: str, units: list[int], **changes: Any) -> tuple[np.ndarray, np.ndarray]:
    """Pictures, two starts a unit, few steps."""
    named = {"starts": 2, "steps": 8, "lr": 0.05}
    options = Maximisation.model_validate({name: changes.pop(name, value) for name, value in named.items()})
    given = {"data": data(), "setting": "native", "seed": 1, **changes}
    return maximisation.maximise(network, layer, units, options=options, **given)
