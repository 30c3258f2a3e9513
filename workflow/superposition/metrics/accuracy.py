"""Share of samples whose largest logit is their own class's.

top1 = mean over samples of [argmax_k z_k = label]; ties go to the class with the lowest number.

From 0 to 1: high means few mistakes, and 1/K is chance for K classes of equal size.
It cannot tell how sure the network is, nor which classes it mixes up.
"""

import numpy as np

from superposition.activations import Activations, Quantities

LAYERS = ("logits",)


def measure(activations: Activations) -> Quantities:
    """top1."""
    return {"top1": float(np.mean(activations.logits.argmax(axis=1) == activations.labels))}
