"""Choose the next round's samples."""

from pathlib import Path
from time import perf_counter

import numpy as np

from superposition import images as image_files
from superposition import plugins, store, streams, tables
from superposition import rounds as round_sizes
from superposition.activations import Activations
from superposition.arguments import Output
from superposition.errors import InputError
from superposition.layers import PENULTIMATE
from superposition.samples import SampleList
from superposition.selection import Pool, select


def run(
    *,
    images: Path,
    pool: Path,
    members: list[Path],
    histories: list[Path],
    strategy: str,
    rounds: int,
    query: float,
    first: float,
    seed: int,
    round: int,
    samples: Output,
    effort: Output,
) -> None:
    """Choose the next round's samples.

    pool: predictions for the samples not labelled yet. members, histories: the same of the committee's other members,
    and how they were trained. round: the round that `samples` is for. effort: a table of the seconds that choosing
    took, and what it needed before.
    """
    started = perf_counter()
    dataset = image_files.identity(images)
    ends = round_sizes.boundaries(image_files.describe(images).sizes["train"], rounds, query, first)
    try:
        rest, known = _read(pool, members, plugins.declared("strategy", strategy)["NEEDS"], dataset)
        choose = plugins.load("strategy", strategy).choose
        chosen = select(choose, known, ends[round] - ends[round - 1], streams.generator(seed, "query", round))
    except InputError as error:
        raise InputError(f"round {round} ({strategy}): {error}") from None
    ids, labels, logits = (values[chosen.rows] for values in (rest.ids, rest.labels, rest.logits))
    SampleList(dataset, ids, labels, logits.argmax(axis=1), chosen.scores).write(samples)
    predicting = sum(store.attributes(path)["seconds"] for path in (pool, *members))
    training = sum(tables.read(path)["seconds"].sum() for path in histories)
    tables.write(effort, tables.EFFORT, [[perf_counter() - started, predicting, training]])


def _read(pool: Path, members: list[Path], needs: tuple[str, ...], dataset: str) -> tuple[Activations, Pool]:
    """The main network's predictions, and what the strategy may know of them."""
    for path in (pool, *members):
        if (of := store.attributes(path)["dataset"]) != dataset:
            raise InputError(f"{path}: predictions for {of}, not for {dataset}; delete the file and run again")
    rest = store.read(pool, "pool", "logits")
    known = {"logits": rest.logits} if "logits" in needs else {}
    if "features" in needs:
        known["features"], known["labelled"] = (
            store.read(pool, split, PENULTIMATE).values for split in ("pool", "labelled")
        )
    if "committee" in needs:
        known["committee"] = np.stack([rest.logits, *(store.read(path, "pool", "logits").logits for path in members)])
    if "dropout" in needs:
        passes = [split for split in store.splits(pool) if split.startswith("pass")]
        if not passes:
            raise InputError(f"{pool}: has no dropout passes; delete the file and run again")
        known["committee"] = np.stack([store.read(pool, split, "logits").logits for split in passes])
    return rest, Pool(rest.ids, **known)
