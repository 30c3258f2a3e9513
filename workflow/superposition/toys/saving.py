"""Saves the training of toy models as it goes, so that one that was cut off goes on."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from superposition.resuming import Generator, Resumable, State, generator_state, set_generator_state

log = logging.getLogger(__name__)


@dataclass
class Saving:
    """A part of a job that trains toy models; generators: all that its samples are drawn from."""

    resumable: Resumable
    part: str
    generators: Sequence[Generator]

    def resume(self, parameters: Sequence[Tensor], updates: torch.optim.Optimizer) -> int:
        """The number of steps that were saved, everything put where it was after them."""
        state = self.resumable.saved_state(self.part)
        if not state:
            return 0
        for own, saved in zip(parameters, state["parameters"], strict=True):
            own.copy_(saved)
        updates.load_state_dict(state["optimiser"])
        for generator, saved in zip(self.generators, state["generators"], strict=True):
            set_generator_state(generator, saved)
        log.info("%s goes on from step %d", self.part, state["step"])
        return state["step"]

    def after(self, step: int, parameters: Sequence[Tensor], updates: torch.optim.Optimizer, *, last: bool) -> None:
        """Save now and then, and after the last step: a later part may yet be cut off."""

        def state() -> State:
            drawn = [generator_state(generator) for generator in self.generators]
            trained = {"parameters": list(parameters), "optimiser": updates.state_dict()}
            return {**trained, "generators": drawn, "step": step}

        if last:
            self.resumable.save(self.part, state())
        self.resumable.between_steps(self.part, state)
