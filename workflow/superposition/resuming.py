"""A long job's state on disk: a job that was killed or preempted goes on where it was, to the same bits.

The state lies beside the job's output, where no rule declares it: of a job that fails, Snakemake deletes what rules
declare.
"""

import hashlib
import json
import logging
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch

from superposition.errors import Stopped
from superposition.files import replacing

EVERY_S = 60
"""Between two saves; what a job that is killed without warning does twice."""
SIGNALS = signal.SIGTERM, signal.SIGINT
"""What clusters send before they kill, and Ctrl-C."""

log = logging.getLogger(__name__)

State = dict[str, Any]
"""Tensors, numbers and text, in lists and dicts."""


class Resumable:
    """Saves the state of a job between its steps; as a context, it drops what was saved once the job has ended well.

    Within it, a signal to stop lets a step end and its state be saved, and then raises Stopped.
    """

    def __init__(self, output: Path, *job: object) -> None:
        """job: all that decides what comes out, so that no other job's state is taken; a Path counts by its content."""
        self.folder = output.with_name(f".{output.name}.state")
        self.job = _digest([torch.__version__, *job])
        self.saved = time.monotonic()
        self.asked_to_stop = False

    def __enter__(self) -> Self:
        self._handlers = [signal.signal(number, self._ask_to_stop) for number in SIGNALS]
        return self

    def __exit__(self, failed: object, *_: object) -> None:
        for number, handler in zip(SIGNALS, self._handlers, strict=True):
            signal.signal(number, handler)
        if not failed:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _ask_to_stop(self, *_: object) -> None:
        self.asked_to_stop = True

    def saved_state(self, part: str) -> State | None:
        """What this very job saved last of a part of its work; None if it did not, or if that is damaged."""
        path = self._path(part)
        if not path.exists():
            return None
        try:
            saved = torch.load(path, map_location="cpu", weights_only=True)
            job, state = saved["job"], saved["state"]
        except Exception as error:
            log.warning("%s: a damaged state, begins afresh (%s)", path, " ".join(str(error).split()))
            return None
        if job != self.job:
            log.info("%s: the state of a job with other inputs, begins afresh", path)
            return None
        return state

    def save(self, part: str, state: State) -> None:
        """Save what a part of the work has come to, whole or not at all."""
        with replacing(self._path(part)) as temporary, temporary.open("wb") as file:
            torch.save({"job": self.job, "state": state}, file)
        self.saved = time.monotonic()

    def between_steps(self, part: str, state: Callable[[], State]) -> None:
        """Save `state()` if the last save is a while ago, or if the job is asked to stop.

        Raises Stopped, once the state is saved, in the latter case.
        """
        if self.asked_to_stop or time.monotonic() - self.saved >= EVERY_S:
            self.save(part, state())
        if self.asked_to_stop:
            raise Stopped(f"stopped by a signal; run again to go on from here (state in {self.folder})")

    def _path(self, part: str) -> Path:
        return self.folder / f"{part}.pt"


def _digest(values: list[object]) -> str:
    sha = hashlib.sha256()
    for value in values:
        if isinstance(value, Path):
            with value.open("rb") as file:
                sha.update(hashlib.file_digest(file, "sha256").digest())
        else:
            sha.update(f"{value!r}\0".encode())
    return sha.hexdigest()


Generator = np.random.Generator | torch.Generator


def generator_state(generator: Generator) -> torch.Tensor | str:
    """Where a generator is."""
    if isinstance(generator, torch.Generator):
        return generator.get_state()
    return json.dumps(generator.bit_generator.state)


def set_generator_state(generator: Generator, state: Any) -> None:
    """Put a generator where it was."""
    if isinstance(generator, torch.Generator):
        generator.set_state(state)
    else:
        generator.bit_generator.state = json.loads(state)


def random_state(device: torch.device) -> State:
    """Where the global generators are, torch's and numpy's."""
    of_numpy = np.random.get_state(legacy=False)
    words = of_numpy["state"]["key"].tolist()
    state = {"cpu": torch.get_rng_state(), "numpy": {**of_numpy, "state": {**of_numpy["state"], "key": words}}}
    return {**state, "cuda": torch.cuda.get_rng_state(device)} if device.type == "cuda" else state


def set_random_state(state: State, device: torch.device) -> None:
    """Put the global generators where they were."""
    torch.set_rng_state(state["cpu"])
    np.random.set_state(state["numpy"])
    if device.type == "cuda" and "cuda" in state:
        torch.cuda.set_rng_state(state["cuda"], device)
