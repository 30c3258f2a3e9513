"""Predict the classes of the samples that are not labelled yet."""

from pathlib import Path

import numpy as np

from superposition import images as image_files
from superposition import inference, networks, store
from superposition import samples as sample_lists
from superposition.config import Training
from superposition.files import replacing


def run(*, images: Path, samples: list[Path], checkpoint: Path, training: Training, pool: Path) -> None:
    """Predict the classes of the samples that are not labelled yet.

    samples: all lists so far; the pool is the rest of the training split.
    """
    data = image_files.describe(images)
    rest = np.setdiff1d(image_files.read_labels(images, "train").ids, sample_lists.read_ids(samples))
    network = networks.restore(checkpoint, training.network, classes=len(data.classes), stem=training.stem)
    results = inference.outputs(network, image_files.batches(images, "train", rest), data=data, layers=[])
    with replacing(pool) as temporary, store.create(temporary, {"classes": data.classes}) as file:
        inference.record(file, "pool", len(rest), results, dtype="float32")
