"""How weights are updated: optimisers, and their learning rate over a training's steps."""

import math
from pathlib import Path
from typing import Any

import torch
from torch import nn

from superposition.config import Optimiser
from superposition.errors import InputError


def make(network: nn.Module, settings: Optimiser) -> torch.optim.Optimizer:
    """The optimiser, with weight decay for matrices and kernels only."""
    weights = list(network.parameters())
    groups: list[dict[str, Any]] = [
        {"params": [weight for weight in weights if weight.ndim > 1], "weight_decay": settings.weight_decay},
        {"params": [weight for weight in weights if weight.ndim <= 1], "weight_decay": 0.0},
    ]
    if settings.name == "sgd":
        nesterov = settings.momentum > 0
        return torch.optim.SGD(groups, lr=settings.lr, momentum=settings.momentum, nesterov=nesterov, fused=True)
    kind = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[settings.name]
    return kind(groups, lr=settings.lr, fused=True)


def schedule_factor(schedule: str, step: int, steps: int) -> float:
    """Share of the peak learning rate at a step in 0..steps-1.

    One-cycle rises from 1/25 over the first 30 % and falls to 1/250,000, both along cosines (Smith & Topin 2018; the
    same numbers as torch.optim.lr_scheduler.OneCycleLR).
    """
    if schedule == "step":
        return 1.0 if step < 0.8 * steps else 0.1
    if schedule == "cosine":
        return _along_cosine(1, 0, step / steps)
    if schedule == "one_cycle":
        top = 0.3 * steps - 1
        if step <= top:
            return _along_cosine(1 / 25, 1, step / top)
        return _along_cosine(1, 1 / 25e4, (step - top) / (steps - 1 - top))
    return 1.0


def _along_cosine(start: float, end: float, way: float) -> float:
    return end + (start - end) * (1 + math.cos(math.pi * way)) / 2


def load(optimiser: torch.optim.Optimizer, path: Path) -> None:
    """Go on from a saved optimiser state, at the settings that `optimiser` was made with.

    Raises InputError, naming the file, if it is damaged or from another optimiser or network.
    """
    try:
        saved = torch.load(path, map_location="cpu", weights_only=True)
        for group, own in zip(saved["param_groups"], optimiser.state_dict()["param_groups"], strict=True):
            if group.keys() != own.keys():
                raise ValueError(f"its settings are {', '.join(group)}")
            group.update({**own, "params": group["params"]})
        optimiser.load_state_dict(saved)
    except Exception as error:
        reason = f"{type(error).__name__}: {error}".partition("\n")[0]
        raise InputError(f"{path}: not a state of this optimiser ({reason}); delete it and run again") from error
