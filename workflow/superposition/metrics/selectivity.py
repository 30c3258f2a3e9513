"""How far each unit (column) prefers one class to the others.

selectivity = (most - rest) / (most + rest): `most` is the unit's highest mean activation over the samples of a class,
`rest` the mean of its means for all other classes (Morcos et al. 2018, arXiv 1803.06959, without the small number that
it adds to the denominator). mean, sd, median, and `histogram` (density in 50 bins from 0 to 1) over units; `zero`
counts units that are zero for all samples, which are left out.

From 0 (the same mean for all classes) to 1 (active for one class alone): high means that units stand for single
classes. Activations must not be negative, as a ratio of signed means says nothing: use a layer behind a ReLU.
It sees mean activations only, and only classes: a unit that answers to half of every class is as unselective as one
that answers to nothing. It cannot tell whether the network needs selective units: Morcos et al. found that it does not.
"""

import numpy as np

from superposition.activations import Activations, Quantities, histogram
from superposition.unit_scores import selectivities

HEADLINE = ("mean",)
LAYERS = ("penultimate",)
BINS = 50


def measure(activations: Activations) -> Quantities:
    """mean, sd, median, zero and histogram.

    Raises InputError where an activation is negative, where there are fewer than two classes, as many as samples, or
    one mean for all.
    """
    each = selectivities(activations)
    selectivity = each[~np.isnan(each)]
    return {
        "mean": float(selectivity.mean()),
        "sd": float(selectivity.std()),
        "median": float(np.median(selectivity)),
        "zero": float(len(each) - len(selectivity)),
        "histogram": histogram(selectivity, 0, 1, BINS),
    }
