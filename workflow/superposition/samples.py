"""Sample lists: which samples were chosen for a round, and why. TSV files: id, label, predicted, score, rank."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from superposition.errors import InputError
from superposition.files import replacing

COLUMNS = ["id", "label", "predicted", "score", "rank"]


@dataclass(frozen=True)
class SampleList:
    """One round's samples in the order they were chosen.

    ids, labels, predicted: int64 [sample]; scores: float64 [sample]. The last two are None in a first list.
    """

    ids: np.ndarray
    labels: np.ndarray
    predicted: np.ndarray | None = None
    scores: np.ndarray | None = None

    def write(self, path: Path) -> None:
        """Write the list as TSV, whole or not at all."""
        blank = [""] * len(self.ids)
        predicted = blank if self.predicted is None else self.predicted.tolist()
        scores = blank if self.scores is None else [repr(score) for score in self.scores.tolist()]
        rows = zip(self.ids.tolist(), self.labels.tolist(), predicted, scores, range(1, len(blank) + 1), strict=True)
        with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, delimiter="\t", lineterminator="\n").writerows([COLUMNS, *rows])


def read_ids(paths: list[Path]) -> np.ndarray:
    """The ids in all of the lists, ascending.

    Raises InputError, naming the file, if a list is damaged or an id stands in two of them.
    """
    seen: set[int] = set()
    for path in paths:
        ids = _read_ids(path)
        if len(set(ids) - seen) < len(ids):
            raise InputError(
                f"{path}: has an id twice, or one that an earlier round took; delete the file and run again"
            )
        seen.update(ids)
    return np.array(sorted(seen), dtype=np.int64)


def _read_ids(path: Path) -> list[int]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t", strict=True))
        ids, ranks = [int(row["id"]) for row in rows], [int(row["rank"]) for row in rows]
    except (ValueError, KeyError, TypeError, csv.Error):
        raise InputError(f"{path}: not a sample list ({', '.join(COLUMNS)}); delete the file and run again") from None
    if not ids or ranks != list(range(1, len(ids) + 1)):
        raise InputError(f"{path}: not a whole sample list; delete the file and run again")
    return ids
