"""How clearly the images that excite a unit (column) most fall into two groups.

For each unit: its top images, each described by the layer's other units (O'Mahony et al. 2023, arXiv 2304.09707, use
all of the layer's), are split in two by k-means (as Dreyer et al. 2024, arXiv 2404.06453, do, who describe them
otherwise); the unit's number is the mean silhouette of the split, Euclidean. mean, sd, median, and `histogram` (density
in 100 bins from -1 to 1) over units; `split` is the share of units above 0.25, below which Kaufman & Rousseeuw 1990
(doi:10.1002/9780470316801) find no substantial structure.
The top images are 64, or half the mean size of a class if that is less: a unit that stands for a class must find enough
images there, or it would look like two things. Of equals, the image with the lower id is in. `left_out` counts units
with too few images above their lowest activation: dead ones, and those that hardly ever fire.

From -1 to 1, hardly ever below 0: high means two unlike kinds of images, so a unit that stands for two things or more.
k-means splits one round cloud too: 64 normal points score .56 in one dimension, .34 in two, .10 in ten and .01 in 500,
so features that spread over few dimensions look polysemantic. What is alike, the network itself says: two things that
all units confuse count as one. It cannot tell two things from more, nor a class from other things, and sees only the
top, where units are purest.
"""

import numpy as np

from superposition.activations import Activations, Quantities, histogram
from superposition.errors import InputError
from superposition.unit_scores import number_of_images, polysemanticities

HEADLINE = ("mean", "split")
SPLIT = 0.25
BINS = 100


def measure(activations: Activations) -> Quantities:
    """mean, sd, median, split, left_out and histogram.

    Raises InputError where classes have fewer than eight samples on average, or where no unit has top images.
    """
    each = polysemanticities(activations)
    found = each[~np.isnan(each)]
    if not len(found):
        problem = f"no unit has {number_of_images(activations)} images above its lowest activation"
        raise InputError(f"layer {activations.layer}: polysemanticity is undefined, {problem}")
    return {
        "mean": float(found.mean()),
        "sd": float(found.std()),
        "median": float(np.median(found)),
        "split": float(np.mean(found > SPLIT)),
        "left_out": float(len(each) - len(found)),
        "histogram": histogram(found, -1, 1, BINS),
    }
