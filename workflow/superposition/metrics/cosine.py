"""Cosine similarity of all pairs of samples (rows), of neurons (columns) and of neurons' weights, raw and centred.

cos(x, y) = x.y / (|x| |y|) for all pairs i < j of rows (`sample.*`) or columns (`neuron.*`) of the features
[sample, unit], and of rows of the layer's own weights [unit, input] (`weight.*`, where it has any: a convolution's are
one row a unit): mean, sd, `mean_absolute` (mean of |cos|), min, q25, median, q75, max, and `histogram` (density in 200
bins from -1 to 1). Quartiles are right to 5e-6. `mean_with_diagonal` also counts each with itself (1), as Devkar 2024
(arXiv 2412.16168) did for samples. `zero` counts rows or columns that are all zero (dead units): they have no direction
and are left out. `*.centred.*` are the same of the features, or weights, minus their mean row: for neurons, that is
Pearson's correlation.
Every pair counts. Only of a large split (`measures` in the config), pairs of samples are those among some drawn at
random: `sample.*` then have a `.standard_error` (sd, mean_absolute, q25, median, q75), or are exact nevertheless (mean,
mean_with_diagonal, zero), or tell of those drawn alone (min, max, histogram).

From -1 to 1: high means that rows (or columns) point the same way. For neurons and weights, a high `mean_absolute`
means that they share directions, one way or the other, while signs that cancel leave the mean near 0.
A high raw mean tells above all of a large common mean vector, which a network with random weights has too: by itself it
is no evidence of superposition. Centred rows sum to zero, so a centred mean far from 0 only tells that many short ones
stand opposite a few long ones; their spread (`sd`, the quartiles) tells more. Neither can tell features that occur
together from features that share a direction, nor what the layers behind make of a neuron's weights.
"""

from superposition import pairs
from superposition.activations import Activations, Quantities
from superposition.blocks import about_mean

HEADLINE = ("sample.mean", "sample.centred.mean", "neuron.mean_absolute", "neuron.centred.mean_absolute")


def measure(activations: Activations) -> Quantities:
    """sample.*, sample.centred.*, neuron.*, neuron.centred.* and, with weights, weight.* and weight.centred.*.

    Raises InputError where fewer than two rows, or two columns, have a direction.
    """
    values, centred = activations.values, about_mean(activations.values)
    sets = {"sample": values, "sample.centred": centred, "neuron": values.T, "neuron.centred": centred.T}
    if activations.weights is not None:
        sets |= {"weight": activations.weights, "weight.centred": about_mean(activations.weights)}
    found: Quantities = {}
    for of, vectors in sets.items():
        drawn = activations.sample if of.startswith("sample") else None
        described = pairs.described(vectors, f"layer {activations.layer}: cosine ({of})", drawn)
        found |= {f"{of}.{name}": value for name, value in described.items()}
    return found
