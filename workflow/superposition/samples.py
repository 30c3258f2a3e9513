"""Sample lists: which samples were chosen for a round, and why.

TSV files: id, label, predicted, score, rank (from 1, in the order of choice), dataset (`images.identity`).
"""

import csv
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from superposition import images as image_files
from superposition.errors import InputError, shown
from superposition.files import replacing

COLUMNS = ["id", "label", "predicted", "score", "rank", "dataset"]
NUMBER = re.compile(r"0|[1-9][0-9]{0,17}")


@dataclass(frozen=True)
class SampleList:
    """One round's samples in the order they were chosen.

    dataset: its `images.identity`; ids, labels, predicted: int64 [sample]; scores: float64 [sample]. The last two are
    None in a first list.
    """

    dataset: str
    ids: np.ndarray
    labels: np.ndarray
    predicted: np.ndarray | None = None
    scores: np.ndarray | None = None

    def write(self, path: Path) -> None:
        """Write the list as TSV, whole or not at all."""
        blank = [""] * len(self.ids)
        predicted = blank if self.predicted is None else self.predicted.tolist()
        scores = blank if self.scores is None else [repr(score) for score in self.scores.tolist()]
        columns = (self.ids.tolist(), self.labels.tolist(), predicted, scores, range(1, len(blank) + 1))
        rows = zip(*columns, [self.dataset] * len(blank), strict=True)
        with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, delimiter="\t", lineterminator="\n").writerows([COLUMNS, *rows])


def read_ids(paths: list[Path], dataset: str | None = None) -> np.ndarray:
    """The ids in all of the lists, ascending; dataset: the `images.identity` that they must be of.

    Raises InputError, naming the file, if a list is damaged or of another dataset, or an id stands in two of them.
    """
    seen: set[int] = set()
    for path in paths:
        ids, of = _read(path)
        if dataset and of != dataset:
            raise InputError(f"{path}: a list of {shown(of)}, not of {dataset}; delete the file and run again")
        if len(set(ids) - seen) < len(ids):
            raise InputError(
                f"{path}: has an id twice, or one that an earlier round took; delete the file and run again"
            )
        seen.update(ids)
    return np.array(sorted(seen), dtype=np.int64)


def ids_of(images: Path, lists: list[Path]) -> np.ndarray:
    """The ids in all of the lists, ascending, which must be of the train split of `images`.

    Raises InputError, naming the file, if they are not.
    """
    ids = read_ids(lists, image_files.identity(images))
    unknown = np.setdiff1d(ids, image_files.read_labels(images, "train").ids)
    if len(unknown):
        named = ", ".join(map(str, lists))
        raise InputError(f"{named}: id {unknown[0]} is not in {images}; delete the list that has it and run again")
    return ids


def _read(path: Path) -> tuple[list[int], str]:
    """The ids of one list in the order of choice, and the dataset that it is of."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            head, *rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        if head != COLUMNS:
            raise ValueError
        ids, _, _, _, ranks, datasets = zip(*rows, strict=True)
    except (OSError, ValueError, csv.Error):
        raise InputError(f"{path}: not a sample list ({', '.join(COLUMNS)}); delete the file and run again") from None
    whole = list(ranks) == [str(rank) for rank in range(1, len(ids) + 1)] and all(map(NUMBER.fullmatch, ids))
    if not whole or len(set(datasets)) != 1:
        raise InputError(f"{path}: not a whole sample list; delete the file and run again")
    return [int(id) for id in ids], datasets[0]
