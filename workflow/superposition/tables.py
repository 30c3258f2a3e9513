"""Tidy TSV files: one row a value, names as text, all else as numbers."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from superposition.errors import InputError
from superposition.files import replacing

if TYPE_CHECKING:
    from pandas import DataFrame

RUN = ["dataset", "arm", "seed", "round"]
MEASURES = [*RUN, "layer", "metric", "quantity", "at", "value"]
SCALARS = [*RUN, "layer", "metric", "quantity", "value"]
EMBEDDING = [*RUN, "layer", "split", "id", "label", "class", "predicted", "x", "y"]
EFFORT = ["choosing_seconds", "predicting_seconds", "training_seconds"]
WORDS = [
    "dataset",
    "arm",
    "layer",
    "split",
    "metric",
    "quantity",
    "class",
    "strategy",
    "between_rounds",
    "samples",
    "a",
    "b",
    "kind",
    "most_picked",
    "reference",
    "number",
    "reading",
    "paper",
    "source",
    "note",
    "activation",
    "hidden",
    "occurrence",
    "precision",
    "network",
    "weights",
    "optimiser",
    "schedule",
    "augment",
]


def write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a table, whole or not at all. Floats keep all their digits."""
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter="\t", lineterminator="\n").writerows([columns, *rows])


def write_frame(path: Path, frame: "DataFrame") -> None:
    """Write a data frame as a table; what is missing stays empty."""
    with replacing(path) as temporary:
        frame.to_csv(temporary, sep="\t", index=False, lineterminator="\n", encoding="utf-8")


def read(path: Path) -> "DataFrame":
    """A table as a data frame: names as text (an arm may be called 1, a class nan), everything else as numbers.

    Raises InputError, naming the file, where it is damaged.
    """
    import pandas as pd
    from pandas.api.types import is_numeric_dtype

    try:
        numbers = set(pd.read_csv(path, sep="\t", nrows=0)) - set(WORDS)
        frame = pd.read_csv(
            path,
            sep="\t",
            dtype=dict.fromkeys(WORDS, str),
            keep_default_na=False,
            na_values={column: ["", "nan"] for column in numbers},
        )
    except (ValueError, OSError) as error:
        raise InputError(f"{path}: not a table ({str(error).strip()}); delete it and run again") from None
    for column in sorted(numbers):
        if len(frame) and not is_numeric_dtype(frame[column]):
            raise InputError(f"{path}: column {column} has something that is no number; delete the file and run again")
    return frame


def read_all(paths: Sequence[Path], columns: Sequence[str] = ()) -> "DataFrame":
    """Tables with the same columns, one below the other; of no tables, an empty one with `columns`."""
    import pandas as pd

    return pd.concat([read(path) for path in paths], ignore_index=True) if paths else pd.DataFrame(columns=[*columns])
