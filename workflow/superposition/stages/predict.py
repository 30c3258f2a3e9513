"""Say what a network makes of the samples that are not labelled yet."""

from pathlib import Path
from time import perf_counter

import numpy as np

from superposition import images as image_files
from superposition import inference, networks, store, streams
from superposition import samples as sample_lists
from superposition.arguments import Output
from superposition.config import Training
from superposition.files import replacing
from superposition.layers import PENULTIMATE


def run(
    *,
    images: Path,
    samples: list[Path],
    checkpoint: Path,
    training: Training,
    needs: list[str],
    passes: int,
    seed: int,
    round: int,
    pool: Output,
) -> None:
    """Say what a network makes of the samples that are not labelled yet.

    samples: all lists so far; split `pool` of the file has the logits of all other training samples.
    needs: `features` adds what the head reads, of the labelled samples too (split `labelled`); `labelled` adds the
    logits of these; `dropout` adds the logits of so many passes with dropout on (splits `pass1`, ...).
    """
    started = perf_counter()
    data = image_files.describe(images)
    labelled = sample_lists.ids_of(images, samples)
    rest = np.setdiff1d(image_files.read_labels(images, "train").ids, labelled)
    network = networks.restore(checkpoint, training, classes=len(data.classes))
    layers = [PENULTIMATE] if "features" in needs else []

    def predict(split: str, ids: np.ndarray, layers: list[str]) -> None:
        results = inference.outputs(network, image_files.batches(images, "train", ids), data=data, layers=layers)
        inference.record(file, split, len(ids), results, dtype="float32")

    attributes = {"dataset": image_files.identity(images), "classes": data.classes}
    with replacing(pool) as temporary, store.create(temporary, attributes) as file:
        predict("pool", rest, layers)
        if {"features", "labelled"} & {*needs}:
            predict("labelled", labelled, layers)
        for number in range(1, passes + 1):
            with inference.dropout(network, streams.torch_seed(seed, "dropout", round, number)):
                predict(f"pass{number}", rest, [])
        file.describe(seconds=perf_counter() - started)
