"""Saves pictures as they are made, so that a batch that was cut off goes on."""

import logging

import numpy as np
import torch
from torch import Tensor

from superposition.resuming import Resumable, State, random_state, set_random_state

log = logging.getLogger(__name__)


class PictureBatch:
    """One batch, as a part of a job."""

    def __init__(self, resumable: Resumable, part: str) -> None:
        self._resumable, self._part = resumable, part

    def saved(self) -> State | None:
        """The finished pictures, or how far they are: a step, and what was there after it."""
        state = self._resumable.saved_state(self._part)
        if state:
            log.info("%s goes on from %s", self._part, f"step {state['step']}" if "step" in state else "its end")
        return state

    def save(self, pictures: np.ndarray) -> None:
        """Save finished pictures."""
        self._resumable.save(self._part, {"pictures": torch.from_numpy(pictures)})

    def go_on(self, saved: State, spectrum: Tensor, adam: torch.optim.Optimizer, steps: int) -> None:
        """Put everything where it was after the step that was saved, and save it after others, but for the last."""
        step = saved["step"]
        if step:
            with torch.no_grad():
                spectrum.copy_(saved["spectrum"])
            adam.load_state_dict(saved["adam"])
            set_random_state(saved["random"], spectrum.device)

        def state() -> State:
            random = random_state(spectrum.device)
            return {"step": step, "spectrum": spectrum.detach(), "adam": adam.state_dict(), "random": random}

        def after_step(*_: object) -> None:
            nonlocal step
            step += 1
            if step < steps:
                self._resumable.between_steps(self._part, state)

        adam.register_step_post_hook(after_step)
