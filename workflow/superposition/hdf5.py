"""HDF5 files that must be whole."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import h5py

from superposition.errors import InputError


@contextmanager
def opened(path: Path, what: str) -> Iterator[h5py.File]:
    """The file, to read from. Raises InputError, naming it and `what` it should be, where it is damaged or lacks what
    is read."""
    try:
        with h5py.File(path, "r") as file:
            yield file
    except (OSError, RuntimeError, KeyError) as error:
        reason = " ".join(str(error).split())
        raise InputError(f"{path}: not a whole {what} ({reason}); delete it and run again") from error
