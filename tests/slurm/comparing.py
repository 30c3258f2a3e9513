"""Results of two runs, file by file, bit for bit."""

from collections.abc import Iterator
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import torch

KINDS = ("*.pt", "*.h5", "*.tsv")
BESIDE_THE_POINT = ("logs", "benchmarks", "report")
MEASURED = r"seconds|images_per_s|memory"
"""Columns of time and memory."""


def results(folder: Path) -> list[Path]:
    """Networks, arrays and tables of a study, by their paths in its folder."""
    files = (path.relative_to(folder) for kind in KINDS for path in folder.rglob(kind))
    return sorted(
        path for path in files if not any(part in BESIDE_THE_POINT or part.startswith(".") for part in path.parts)
    )


def differences(ours: Path, theirs: Path) -> list[str]:
    """Files of two studies' folders that are not equal, but for columns of time and memory."""
    names = results(ours), results(theirs)
    lone = {str(path) for path in set(names[0]) ^ set(names[1])}
    return sorted(
        lone | {str(path) for path in set(names[0]) & set(names[1]) if not _equal(ours / path, theirs / path)}
    )


def _equal(one: Path, other: Path) -> bool:
    if one.suffix == ".tsv":
        return _table(one).equals(_table(other))
    arrays = dict(_arrays(one)), dict(_arrays(other))
    return arrays[0].keys() == arrays[1].keys() and all(
        array.dtype == arrays[1][name].dtype and array.tobytes() == arrays[1][name].tobytes()
        for name, array in arrays[0].items()
    )


def _table(path: Path) -> pd.DataFrame:
    table = pd.read_csv(path, sep="\t", dtype=str)
    if "quantity" in table:  # one row a number
        table = table[~table["quantity"].str.contains(MEASURED)].reset_index(drop=True)
    return table.loc[:, ~table.columns.str.contains(MEASURED)]


def _arrays(path: Path) -> Iterator[tuple[str, np.ndarray]]:
    if path.suffix == ".pt":
        yield from _tensors("", torch.load(path, weights_only=True))
        return
    with h5py.File(path) as file:
        found: dict[str, np.ndarray] = {}
        file.visititems(lambda name, item: found.update({name: item[()]}) if isinstance(item, h5py.Dataset) else None)
    for name, array in found.items():
        yield name, np.asarray([str(value) for value in array.flat]) if array.dtype == object else array


def _tensors(name: str, value: object) -> Iterator[tuple[str, np.ndarray]]:
    """The tensors of a state, however deep."""
    if isinstance(value, torch.Tensor):
        yield name, value.numpy()
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _tensors(f"{name}/{key}", inner)
