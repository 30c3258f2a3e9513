"""Number of directions that the features' variance spreads over.

ratio = (sum of v)^2 / sum of v^2, where v are the eigenvalues of the units' covariance (Gao et al. 2017,
doi:10.1101/214262).

From 1 (all variance along one axis) to the number of units (the same variance along all): high means that features fill
the space, low that they lie near a flat of few dimensions.
It cannot tell a curved surface from a flat one, and a few axes with large variance hide many with little. It is too low
for few samples: N of them, evenly spread over D dimensions, give about N D / (N + D). Compare only equal numbers of
samples.
"""

import numpy as np

from superposition.activations import Activations, Quantities, require_variation
from superposition.spectrum import centred_singular_values, participation_ratio


def measure(activations: Activations) -> Quantities:
    """ratio. Raises InputError where all samples have the same features."""
    require_variation(activations, "participation_ratio")
    return {"ratio": participation_ratio(np.square(centred_singular_values(activations.values)))}
