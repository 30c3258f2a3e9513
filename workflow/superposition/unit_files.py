"""Files of a network's units: HDF5, a group a layer, with arrays that have a row a unit.

Root attributes: study, dataset, arm, seed, round, code; samples, the number of test samples; classes, their names. What
there is to see of units has the arrays of `superposition.unit_views`, and the attribute judged_by, how many of its top
images a unit is judged by; pictures made for units have what `superposition.stages.maximise` says.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from superposition.files import replacing
from superposition.hdf5 import opened

KIND = "file of units"


def write(path: Path, attributes: Mapping[str, Any], layers: Iterable[tuple[str, Mapping[str, np.ndarray]]]) -> None:
    """Write a file, whole or not at all; layers: names, in their order, and arrays [unit, ...]."""
    with replacing(path) as temporary, h5py.File(temporary, "w", track_order=True) as file:
        file.attrs.update(attributes)
        for layer, arrays in layers:
            for name, array in arrays.items():
                file.create_dataset(f"{layer}/{name}", data=array, compression="gzip", shuffle=True)


def attributes(path: Path) -> dict[str, Any]:
    """The root attributes. Raises InputError, naming the file, where it is damaged."""
    with opened(path, KIND) as file:
        return {**file.attrs, "classes": [str(name) for name in file.attrs["classes"]]}


def layers(path: Path) -> list[str]:
    """The layers, in the study's order."""
    with opened(path, KIND) as file:
        return list(file)


def read(path: Path, layer: str) -> dict[str, np.ndarray]:
    """The arrays of a layer. Raises InputError, naming the file, where it is damaged or lacks the layer."""
    with opened(path, KIND) as file:
        return {name: array[()] for name, array in file[layer].items()}
