"""Cosine similarity of all pairs of samples as the paper's notebook computes it: no measure of superposition.

The notebook of Devkar 2024 (arXiv 2412.16168, github.com/akankshanc/STALL) lists ResNet-18's modules up to layer4, then
layer4's second block, then that block's conv2, and runs them one after the other. So the block, a part of layer4, runs
twice, and what is read is conv2(block(layer4(x))), signed, before batch norm: a state that the network never takes. The
paper's text calls it layer4.1.conv2. Then cos(x, y) = x.y / (|x| |y|) of all ordered pairs of test images, each with
itself too: mean, sd, and `histogram` (density in 200 bins from -1 to 1). Images that are all zero are left out.
Maps of more than one position are flattened, as the notebook does, if `features.maps: keep` kept them; else they are
averaged, which gives other numbers from 64 pixels on. At 32 pixels there is one position.

From -1 to 1: high means that images point the same way, above all along their common mean. A ResNet-18 with random
weights gives .90 on CIFAR-10, where the paper prints .885 for its baseline, so a high value tells nothing of training;
it is taken between samples, so it tells nothing of what neurons share. `cosine` reads layer4.1.conv2 by a
forward hook, leaves out the diagonal, and has the same centred, and neurons.
"""

from superposition import pairs
from superposition.activations import Activations, Quantities

HEADLINE = ("mean",)
LAYERS = ("layer4+layer4.1+layer4.1.conv2",)
MAPS = "flat"
NETWORKS = ("resnet18",)


def measure(activations: Activations) -> Quantities:
    """mean, sd and histogram.

    Raises InputError where fewer than two samples have a direction.
    """
    return pairs.described_with_diagonal(activations.values, f"layer {activations.layer}: cosine_as_coded")
