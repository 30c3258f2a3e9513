"""Trained toy models on disk: one HDF5 file a toy.

The arrays of `Learned`; densities of the features in the samples trained on, and importances, [model, feature];
in the group `models`, columns that say what each is [model]. Root attributes say with which code and version they were
trained.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import h5py
import numpy as np
from pandas import DataFrame

from superposition.files import replacing
from superposition.hdf5 import opened


class Learned(NamedTuple):
    """Weights float32 [model, dimension, feature]; biases, and mean squared errors on samples that were not trained on,
    [model, feature]. Without a decoder of their own models are tied; without a bias there is none."""

    encoder: np.ndarray
    errors: np.ndarray
    decoder: np.ndarray | None = None
    bias: np.ndarray | None = None


class Trained(NamedTuple):
    """What a file holds: models, a row for what each is, and the densities and importances of its features."""

    models: Learned
    rows: DataFrame
    densities: np.ndarray
    importances: np.ndarray


def write(path: Path, trained: Trained, attributes: Mapping[str, Any]) -> None:
    """Write a file, whole or not at all. attributes: str and numbers."""
    with replacing(path) as temporary, h5py.File(temporary, "w") as file:
        file.attrs.update(attributes)
        for name, array in trained.models._asdict().items():
            if array is not None:
                file[name] = array
        file["densities"], file["importances"] = trained.densities, trained.importances
        columns = file.create_group("models", track_order=True)
        for name, values in trained.rows.items():
            columns[name] = values.to_list()


def read(path: Path) -> Trained:
    """What a file holds. Raises InputError, naming the file, where it is damaged."""
    with opened(path, "file of toy models") as file:
        left = {name: file[name][()] for name in ("decoder", "bias") if name in file}
        models = Learned(file["encoder"][()], file["errors"][()], **left)
        columns = {name: _column(values) for name, values in file["models"].items()}
        return Trained(models, DataFrame(columns), file["densities"][()], file["importances"][()])


def _column(values: h5py.Dataset) -> np.ndarray:
    is_text = h5py.check_string_dtype(values.dtype) is not None
    return np.asarray(values.asstr()[()] if is_text else values[()])
