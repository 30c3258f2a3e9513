"""Slots on GPUs: so many jobs on each at once, of all studies that a user runs on a machine.

A slot is a lock on a file. The system takes it back when the job that holds it ends, however it ends.
"""

import fcntl
import logging
import os
import tempfile
import time
from collections.abc import Mapping
from functools import cache
from itertools import chain, islice, takewhile
from pathlib import Path
from typing import NamedTuple

GPUS, JOBS_PER_GPU = "SUPERPOSITION_GPUS", "SUPERPOSITION_JOBS_PER_GPU"
"""How the Snakefile tells jobs what the study says."""
VISIBLE = "CUDA_VISIBLE_DEVICES"
"""Which devices CUDA shows to a process; it looks once, when it starts."""
WAIT_S = 1.0

log = logging.getLogger(__name__)


class Slot(NamedTuple):
    """A slot that this process holds until it ends."""

    device: str
    lock: int


def environment(gpus: int, jobs_per_gpu: int) -> dict[str, str]:
    """What jobs must find in their environment to take slots."""
    return {GPUS: str(gpus), JOBS_PER_GPU: str(jobs_per_gpu)}


def devices(gpus: int, environment: Mapping[str, str]) -> list[str]:
    """The first `gpus` of the devices that the environment lets processes see; it may list none."""
    listed = environment.get(VISIBLE, ",".join(map(str, range(gpus)))).split(",")
    return list(islice(takewhile(lambda name: name not in ("", "-1"), listed), gpus))


@cache
def claim() -> Slot | None:
    """Wait for a slot, and let this process see that device alone; nothing where the environment asks for no slots.

    Must come before CUDA starts.
    """
    names = devices(int(os.environ.get(GPUS, 0)), os.environ)
    if not names:
        return None
    jobs = int(os.environ[JOBS_PER_GPU])
    while not (slot := _free_slot(names, jobs)):
        _say_once(f"waits for a free slot on GPU {', '.join(names)} ({jobs} on each)")
        time.sleep(WAIT_S)
    os.environ[VISIBLE] = slot.device
    return slot


@cache
def _say_once(message: str) -> None:
    log.info(message)


def _free_slot(names: list[str], jobs: int) -> Slot | None:
    """A slot on the device with the most free ones."""
    folder = Path(tempfile.gettempdir(), f"superposition-{os.getuid()}{os.environ.get('SLURM_JOB_ID', '')}")
    folder.mkdir(mode=0o700, exist_ok=True)
    choosing = _open(folder / "choosing")
    fcntl.flock(choosing, fcntl.LOCK_EX)  # one process at a time tries which are free
    free = {name: [lock for number in range(jobs) if (lock := _lock(folder, name, number))] for name in names}
    device = max(names, key=lambda name: len(free[name]))
    slot = Slot(device, free[device].pop(0)) if free[device] else None
    for lock in chain(*free.values(), [choosing]):
        os.close(lock)
    return slot


def _lock(folder: Path, name: str, number: int) -> int | None:
    lock = _open(folder / f"gpu{name.replace('/', '-')}.slot{number}")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lock


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
