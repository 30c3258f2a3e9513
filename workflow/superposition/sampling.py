"""Samples that stand for all where a measure would have to look at too many pairs."""

from dataclasses import replace

import numpy as np

from superposition import streams
from superposition.activations import Activations
from superposition.config import Measures


def sampled(shown: Activations, limits: Measures) -> Activations:
    """The same activations, with a sample if there are more rows than `limits` let measures take exactly.

    The same ids give the same samples, whatever their order, so that networks are compared on the same ones.
    """
    if len(shown.ids) <= limits.exact_up_to:
        return shown
    random = streams.generator(0, "measures")
    places = random.choice(len(shown.ids), min(limits.sample, len(shown.ids)), replace=False)
    return replace(shown, sample=np.argsort(shown.ids)[places])
