"""Trained sparse autoencoders on disk: one HDF5 file each, of one layer of one network.

decoder, encoder float32 [code, unit]; bias, activity [code]; centre, median [unit]; loss [step], as in
`superposition.autoencoders`. Root attributes say what it was trained on, with which code, and what it is worth.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from superposition.activations import Dictionary
from superposition.files import replacing
from superposition.hdf5 import opened


def write(path: Path, arrays: Mapping[str, np.ndarray], attributes: Mapping[str, Any]) -> None:
    """Write a file, whole or not at all. attributes: str and numbers, `explained` and `active` among them."""
    with replacing(path) as temporary, h5py.File(temporary, "w") as file:
        file.attrs.update(attributes)
        for name, array in arrays.items():
            file[name] = array


def of_layer(paths: list[Path], place: Mapping[str, Any]) -> dict[str, Dictionary]:
    """The dictionaries among `paths` whose attributes are those of `place`, by kind.

    Raises InputError, naming the file, where one is damaged.
    """
    found = {}
    for path in paths:
        with opened(path, "autoencoder file") as file:
            about = dict(file.attrs)
            if all(about[key] == value for key, value in place.items()):
                worth = float(about["explained"]), float(about["active"])
                found[str(about["kind"])] = Dictionary(file["decoder"][()], file["activity"][()], *worth)
    return found
