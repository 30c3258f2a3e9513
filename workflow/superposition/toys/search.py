"""How good the best weights are that can be found, beside what theory says of them."""

from collections.abc import Iterator
from typing import Any

import torch
from pandas import DataFrame
from torch import Tensor

from superposition import streams
from superposition.toys import bounds, improvement
from superposition.toys.config import Bounds, spelt_out
from superposition.toys.moments import moment
from superposition.toys.responses import Response

COLUMNS = ["dimensions", "features", "density", "improvement", "median", "upper", "random", "kept", "crossover"]


def search(toy: Bounds) -> DataFrame:
    """A row a size and density, 0 standing for the limit of ever rarer features. All but the last are improvements over
    the density, I / p.

    improvement: of the best weights found; median: over the starts of the search; upper: what none can be better than,
    and random: what random vectors reach, both in the limit; kept: of weights that keep one feature a dimension and
    drop the others; crossover: d^-m, the density about which crowded features begin to be dropped.
    """
    return DataFrame([row for size in toy.sizes for row in _of_size(toy, *size)], columns=COLUMNS)


def _of_size(toy: Bounds, dimensions: int, features: int) -> Iterator[list[Any]]:
    response = Response.parse(toy.activation)
    worth = moment(toy.values, response.power + 1) ** 2 / moment(toy.values, 2 * response.power)
    theory = [
        worth * bounds.upper_bound(response, dimensions, features),
        worth * bounds.random_bound(response, dimensions, features),
        worth * dimensions,
        float(dimensions) ** -response.power,
    ]
    limit = worth * _found(toy, dimensions, features, ())
    yield [dimensions, features, 0.0, float(limit.max()), float(limit.median()), *theory]
    densities = spelt_out(toy.densities) if toy.densities else []
    if densities:
        found = _found(toy, dimensions, features, densities) / torch.tensor(densities)[:, None]
        for density, of_starts in zip(densities, found, strict=True):
            yield [dimensions, features, density, float(of_starts.max()), float(of_starts.median()), *theory]


def _found(toy: Bounds, dimensions: int, features: int, densities: list[float] | tuple[()]) -> Tensor:
    """What each start of the search ends with: improvements [density, start], or effective features [start] in the
    limit."""
    response = Response.parse(toy.activation)
    dense = torch.tensor(densities, dtype=torch.float64)[:, None]

    def objective(weights: Tensor) -> Tensor:
        if not densities:
            return improvement.effective_features(weights, response)
        return improvement.improvement(weights, response.power, toy.values, dense)

    generator = torch.Generator().manual_seed(streams.torch_seed(toy.seed, "toy bounds"))
    problems = (len(densities),) if densities else ()
    return improvement.best(objective, dimensions, features, toy.starts, toy.steps, generator, problems)[0]
