"""Choose the next round's samples."""

from pathlib import Path

from superposition import images as image_files
from superposition import plugins, store, streams
from superposition import rounds as round_sizes
from superposition.samples import SampleList
from superposition.selection import Pool


def run(
    *, images: Path, pool: Path, strategy: str, rounds: int, query: float, seed: int, round: int, samples: Path
) -> None:
    """Choose the next round's samples.

    pool: predictions for the samples not labelled yet. round: the round that `samples` is for.
    """
    ends = round_sizes.boundaries(len(image_files.read_labels(images, "train").ids), rounds, query)
    rest = store.read(pool, "pool", "logits")
    choose = plugins.load("strategy", strategy).choose
    chosen = choose(Pool(rest.logits), ends[round] - ends[round - 1], streams.generator(seed, "query", round))
    predicted = rest.logits[chosen.rows].argmax(axis=1)
    SampleList(rest.ids[chosen.rows], rest.labels[chosen.rows], predicted, chosen.scores).write(samples)
