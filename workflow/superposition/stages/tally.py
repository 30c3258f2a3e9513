"""Count what the arms of a study chose."""

from pathlib import Path

import pandas as pd

from superposition import images as image_files
from superposition import overlap, tables
from superposition import picks as picking
from superposition.arguments import Output
from superposition.config import Study


def run(
    *,
    picks: list[Path],
    study: str,
    images: list[Path],
    picked: Output,
    queries: Output,
    overlaps: Output,
    ages: Output,
) -> None:
    """Count what the arms of a study chose.

    picks: the tables of all runs; study: the config's name, datasets, seeds and arms as JSON; images: each dataset's,
    {dataset}/images.h5; the other paths are the tables made of them.
    """
    arms = Study.model_validate_json(study).arms
    classes = {path.parent.name: image_files.describe(path).classes for path in images}
    of_classes, of_rounds, of_ages, taken = [], [], [], []
    for table in map(tables.read, picks):
        dataset, arm = table[["dataset", "arm"]].iloc[0]
        of_classes.append(picking.picked(table, classes[dataset]))
        of_rounds.append(picking.queries(table, classes[dataset], arms[arm].strategy))
        of_ages.append(picking.ages(table))
        taken.append(table[[*tables.RUN, "id"]])
    tables.write_frame(picked, pd.concat(of_classes))
    tables.write_frame(queries, pd.concat(of_rounds))
    tables.write_frame(ages, pd.concat(of_ages))
    tables.write_frame(overlaps, overlap.overlaps(pd.concat(taken)))
