"""How many features a sparse dictionary needs to tell samples apart, per unit.

Sparse autoencoders (TopK: Gao et al. 2024, arXiv 2406.04093; L1: Bricken et al. 2023, Towards Monosemanticity) write
each sample as a sum of few directions out of a dictionary of more than there are units. `effective` = exp(-sum p ln p),
p_i = a_i / sum a, where a_i is the mean of code i over all samples (Bereska et al. 2025, arXiv 2512.13568): n features
that are equally active count n. `per_unit` = effective / units, that paper's measure of superposition. Of the
autoencoder itself: `explained`, the share of the samples' squared lengths that it gives back, and `active`, the mean
number of codes at work in a sample, both on samples that it was not trained on; `dead`, the share of codes that no
sample uses. For `topk` and `l1` each. The autoencoders see samples as directions from their spatial median, at equal
lengths.

per_unit is from 1 / units to `autoencoder.codes`, the dictionary's size per unit. High means that samples differ by
many things, none of which is common; above 1, by more things than there are units, so that they must share directions.
It knows the features of one dictionary, not those of the network: a feature that is cut in two counts twice, and one
that was not found counts nothing. Of 32 sparse features in 16 units, TopK counts about 39 and L1 50, with 64 codes; a
few features that often come together count several times each. It grows with `active`, with a lower penalty and, for
L1, with the size of the dictionary, and differs by up to a tenth between seeds: compare only at equal settings, and
only where `explained` is high and alike. It cannot tell features that share directions by need from those that have
room: for that see dictionary_capacity.
"""

import numpy as np

from superposition.activations import Activations, Dictionary, Quantities, require_dictionaries
from superposition.spectrum import effective_rank

HEADLINE = ("topk.per_unit", "l1.per_unit")
ASKS = ("autoencoder",)


def measure(activations: Activations) -> Quantities:
    """effective, per_unit, explained, active and dead of each kind of autoencoder. Raises InputError without any."""
    return {
        f"{kind}.{name}": value
        for kind, dictionary in require_dictionaries(activations, "effective_features").items()
        for name, value in _described(dictionary).items()
    }


def _described(dictionary: Dictionary) -> dict[str, float]:
    effective = effective_rank(dictionary.activity.astype(np.float64))
    return {
        "effective": effective,
        "per_unit": effective / dictionary.directions.shape[1],
        "explained": dictionary.explained,
        "active": dictionary.active,
        "dead": float(np.mean(dictionary.activity == 0)),
    }
