"""Small tables of what a study's arms chose, and the images that they chose from."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from superposition import images, overlap
from superposition import picks as picking

POOL = 400
CLASSES = tuple(f"class {label}" for label in range(10))
FOLDER = TemporaryDirectory(prefix="small-images-")


def run(arm: str, seed: int, rounds: int) -> pd.DataFrame:
    """picks.tsv of a run that took 300 of 400 samples; arms of a seed share the first 100."""
    rng, labels = np.random.default_rng([seed, *arm.encode()]), np.arange(POOL) % len(CLASSES)
    first, *_ = np.split(np.random.default_rng(seed).permutation(POOL), [100])
    taken = np.concatenate([first, rng.permutation(np.setdiff1d(np.arange(POOL), first))])[:300]
    size = 300 // rounds
    lists = pd.DataFrame({"id": taken, "round": 1 + np.arange(300) // size, "rank": 1 + np.arange(300) % size})
    lists["score"] = np.where(lists["round"] > 1, rng.random(300), np.nan)
    wrong = rng.random((2, POOL)) < 0.3
    predicted, final = (labels + wrong) % len(CLASSES)
    frame = pd.DataFrame({"id": np.arange(POOL), "label": labels, "predicted": predicted, "final": final})
    frame = frame.merge(lists, on="id", how="left").assign(dataset="digits", arm=arm, seed=seed)
    frame["predicted"] = frame["predicted"].where(frame["round"] > 1)
    return frame[picking.PICKS]


@cache
def of_runs(runs: tuple[tuple[str, int, int], ...], classes: tuple[str, ...] = CLASSES) -> dict[str, pd.DataFrame]:
    """picks, picked, queries, overlaps and ages of runs, each (arm, seed, rounds)."""
    every = [run(*of_run) for of_run in runs]
    return {
        "picks": pd.concat(every),
        "picked": pd.concat([picking.picked(picks, classes) for picks in every]),
        "queries": pd.concat([picking.queries(picks, classes, "random") for picks in every]),
        "overlaps": overlap.overlaps(pd.concat(every)),
        "ages": pd.concat([picking.ages(picks) for picks in every]),
    }


@cache
def image_file(kind: str = "class") -> Path:
    """The images of the pool, whose classes are `kind 0`, `kind 1`, ..."""
    return write_images(Path(FOLDER.name, kind, "images.h5"), [f"{kind} {label}" for label in range(len(CLASSES))])


def write_images(path: Path, classes: Sequence[str]) -> Path:
    """The images of the pool, 8 x 8 px of noise, and ten test images."""
    rng = np.random.default_rng(0)
    sizes = {"train": POOL, "test": 10}
    ids = {split: np.arange(size) for split, size in sizes.items()}
    labels = {split: ids[split] % len(classes) for split in ids}
    pictures = [
        images.Picture(split, id_, "", rng.integers(0, 256, (8, 8, 3), np.uint8))
        for split, size in sizes.items()
        for id_ in range(size)
    ]
    images.write(path, pictures, dataset="digits", classes=classes, ids=ids, labels=labels, source="", checksum="")
    return path
