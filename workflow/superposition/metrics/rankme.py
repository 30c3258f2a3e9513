"""Effective rank of the features.

rank = exp(-sum p ln p), p = s / sum of s, where s are the singular values of the features [sample, unit], not centred
(RankMe, Garrido et al. 2023, arXiv 2210.02885; without the 1e-7 that it adds to p). `centred`: the same of the features
minus their mean.

From 1 to the number of units, or of samples if that is less: high means that many directions are in use; r directions
with equal singular values give r.
It weighs singular values, not their squares, so small directions, noise among them, count for more than in the
participation ratio. A long common mean lowers `rank`, but not `centred`. It grows with the number of samples until
there are many more than units: compare only equal numbers of samples.
"""

from superposition.activations import Activations, Quantities, require_variation
from superposition.spectrum import centred_singular_values, effective_rank, singular_values

HEADLINE = ("rank",)


def measure(activations: Activations) -> Quantities:
    """rank and centred. Raises InputError where all samples have the same features."""
    require_variation(activations, "rankme")
    values = activations.values
    return {
        "rank": effective_rank(singular_values(values)),
        "centred": effective_rank(centred_singular_values(values)),
    }
