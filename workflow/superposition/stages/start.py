"""Draw a run's first sample list."""

from pathlib import Path

from superposition import images as image_files
from superposition import rounds as round_sizes
from superposition import streams
from superposition.arguments import Output
from superposition.samples import SampleList


def run(*, images: Path, rounds: int, query: float, first: float, seed: int, samples: Output) -> None:
    """Draw a run's first sample list: the head of a random order that depends on nothing but the seed and the data.

    Arms whose first rounds differ in size therefore share the samples of the smaller one.
    """
    pool = image_files.read_labels(images, "train")
    size = round_sizes.boundaries(len(pool.ids), rounds, query, first)[1]
    rows = streams.generator(seed, "first list").permutation(len(pool.ids))[:size]
    SampleList(image_files.identity(images), pool.ids[rows], pool.labels[rows]).write(samples)
