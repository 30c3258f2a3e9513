"""Where tensors are computed with."""

import torch

from superposition import slots
from superposition.errors import InputError


def best_device() -> torch.device:
    """The GPU if there is one, else the CPU. Where jobs share GPUs, the one on which this job has its slot.

    Raises InputError if that can't be used.
    """
    slot = slots.claim()
    if slot and not torch.cuda.is_available():
        raise InputError(f"gpus: CUDA can't use GPU {slot.device}; give the number of GPUs that there are, or null")
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")
