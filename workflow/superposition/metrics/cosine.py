"""Cosine similarity of all pairs of samples (rows) and of all pairs of neurons (columns), raw and centred.

cos(x, y) = x.y / (|x| |y|) for all pairs i < j of rows (`sample.*`) or columns (`neuron.*`) of the features
[sample, unit]: mean, sd, min, q25, median, q75, max, and `histogram` (density in 200 bins from -1 to 1; every pair
counts, none is drawn by lot). Quartiles are right to 5e-6. `mean_with_diagonal` also counts each with itself (1), as
Devkar 2024 (arXiv 2412.16168) did for samples. `zero` counts rows or columns that are all zero (dead units): they have
no direction and are left out.
`sample.centred.*` and `neuron.centred.*` are the same of the features minus their mean row: for neurons, that is
Pearson's correlation.

From -1 to 1: high means that rows (or columns) point the same way.
A high raw mean tells above all of a large common mean vector, which a network with random weights has too: by itself it
is no evidence of superposition. Centred rows sum to zero, so a centred mean far from 0 only tells that many short ones
stand opposite a few long ones; their spread (`sd`, the quartiles) tells more. Neither can tell features that occur
together from features that share a direction.
"""

from superposition import pairs
from superposition.activations import Activations, Quantities
from superposition.blocks import about_mean

HEADLINE = ("sample.mean", "sample.centred.mean", "neuron.mean", "neuron.centred.mean")


def measure(activations: Activations) -> Quantities:
    """sample.*, sample.centred.*, neuron.* and neuron.centred.*.

    Raises InputError where fewer than two rows, or two columns, have a direction.
    """
    values, centred = activations.values, about_mean(activations.values)
    sets = {"sample": values, "sample.centred": centred, "neuron": values.T, "neuron.centred": centred.T}
    found: Quantities = {}
    for of, vectors in sets.items():
        described = pairs.described(vectors, f"layer {activations.layer}: cosine ({of})")
        found |= {f"{of}.{name}": value for name, value in described.items()}
    return found
