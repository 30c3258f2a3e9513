"""Silhouette and Davies-Bouldin index of a t-SNE map as the paper's notebook computes them: measures of the map.

The notebook of Devkar 2024 (arXiv 2412.16168, github.com/akankshanc/STALL) lays out layer4's output, after its ReLU, in
the plane by scikit-learn's `TSNE(random_state=42)`, all else at its defaults (perplexity 30, a start from two principal
components, 1,000 steps), test images in the order of the dataset; `silhouette` (Rousseeuw 1987,
doi:10.1016/0377-0427(87)90125-7) and `davies_bouldin` (Davies & Bouldin 1979, doi:10.1109/TPAMI.1979.4766909) are
scikit-learn's, of the 2-D points and the true labels. Maps of more than one position are flattened, as the notebook
does, if `features.maps: keep` kept them; else they are averaged, which gives other numbers from 64 pixels on. t-SNE
magnifies rounding: with another processor or version the map is another one.

silhouette from -1 to 1, high for compact, separate classes; davies_bouldin from 0 up, low for them.
t-SNE keeps neighbours, not distances nor densities, so both tell as much of the layout as of the features: on the same
CIFAR-10 features, a random start moved the index from 2.07 to 2.31, where the paper's arms lie .009 apart. The seed 42
decides nothing, as the start is not random. Separate classes are no evidence against superposition. `silhouette` and
`davies_bouldin` measure the features themselves.
"""

import numpy as np

from superposition.activations import Activations, Quantities, require_clusters, require_variation
from superposition.errors import InputError

LAYERS = ("layer4",)
MAPS = "flat"
NETWORKS = ("resnet18",)
PERPLEXITY = 30  # scikit-learn's default, which takes more samples than that


def measure(activations: Activations) -> Quantities:
    """silhouette and davies_bouldin.

    Raises InputError where there are fewer than two classes, or as many as samples, where all samples are the same, and
    for no more than 30 samples.
    """
    from sklearn.manifold import TSNE  # costs seconds
    from sklearn.metrics import davies_bouldin_score, silhouette_score

    require_clusters(activations, "clusters_as_coded")
    require_variation(activations, "clusters_as_coded")
    if len(activations.ids) <= PERPLEXITY:
        found = f"more than {PERPLEXITY} samples, not {len(activations.ids)}"
        raise InputError(f"layer {activations.layer}: clusters_as_coded needs {found}")
    order = np.argsort(activations.ids)
    points, labels = TSNE(random_state=42).fit_transform(activations.values[order]), activations.labels[order]
    return {
        "silhouette": float(silhouette_score(points, labels)),
        "davies_bouldin": float(davies_bouldin_score(points, labels)),
    }
