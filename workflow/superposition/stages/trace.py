"""Follow every sample through a run: when it was taken and why, and what the last network makes of it."""

from pathlib import Path

import pandas as pd

from superposition import picks as picking
from superposition import samples as sample_lists
from superposition import store, tables
from superposition.arguments import Output


def run(*, samples: list[Path], pool: Path, dataset: str, arm: str, seed: int, picks: Output) -> None:
    """Follow every sample through a run: when it was taken and why, and what the last network makes of it.

    samples: the run's lists in the order of rounds; pool: what the last round's network predicts, for the samples in
    the lists (split `labelled`) and, if there are any, for the rest (split `pool`).
    picks: dataset, arm, seed, round, id, label, predicted, score, rank, final; one row a sample.
    """
    sample_lists.read_ids(samples, store.attributes(pool)["dataset"])
    splits = ["labelled", *({"pool"} & {*store.splits(pool)})]
    final = pd.concat([_predicted(pool, split) for split in splits])
    table = picking.trace([tables.read(path) for path in samples], final)
    tables.write_frame(picks, table.assign(dataset=dataset, arm=arm, seed=seed)[picking.PICKS])


def _predicted(pool: Path, split: str) -> pd.DataFrame:
    """id, label and final of a split."""
    said = store.read(pool, split, "logits")
    return pd.DataFrame({"id": said.ids, "label": said.labels, "final": said.logits.argmax(axis=1)})
