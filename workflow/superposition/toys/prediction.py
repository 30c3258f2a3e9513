"""What theory to first order says of training on chosen samples: the best weights for the densities p' of the features
in these samples, looked at under the true densities p.

To first order two features are never present at once, so only how the densities relate to one another decides: where a
choice makes all features denser alike, the prediction is that nothing changes.
"""

import numpy as np
import torch
from torch import Tensor

from superposition.toys import improvement
from superposition.toys.config import Selection
from superposition.toys.moments import moment
from superposition.toys.responses import Response

STARTS = 8
STEPS = 400


def weights(toy: Selection, densities: np.ndarray, importances: np.ndarray) -> np.ndarray:
    """The best weights without bias, float64 [model, dimension, feature], for densities and importances [model,
    feature]."""
    relative = torch.from_numpy(densities / densities.mean(axis=1, keepdims=True)).double()[:, None]
    counted = torch.from_numpy(importances).double()[:, None]
    response = Response.parse(toy.activation)

    def objective(weights: Tensor) -> Tensor:
        return improvement.sparse_improvement(weights, response, toy.values, relative, counted)

    generator = torch.Generator().manual_seed(0)
    problems = (len(densities),)
    _, found = improvement.best(objective, toy.dimensions, toy.features, STARTS, STEPS, generator, problems)
    return found.numpy()


def explained(toy: Selection, weights: np.ndarray, densities: np.ndarray, importances: np.ndarray) -> np.ndarray:
    """Share [model] of what answering 0 would cost that weights save under densities p [feature], to first order."""
    response, found = Response.parse(toy.activation), torch.from_numpy(weights)
    dense, counted = (torch.from_numpy(values).double() for values in (densities, importances))
    saved = improvement.sparse_improvement(found, response, toy.values, dense, counted).numpy()
    return np.asarray(saved / (importances * densities).sum(axis=1) / moment(toy.values, 2))
