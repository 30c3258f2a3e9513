"""How pictures that excite units are shown to a network while they are made: `maximisation.settings`."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import torch
from lucent.optvis import transform
from torch import Tensor

from superposition.devices import best_device
from superposition.images import Description

LUCENTS_SPREAD = 0.01
LUCENTS_SIDE = 224
"""Lucent enlarges what is smaller to this, in px."""


class Setting(NamedTuple):
    """What `param.image` and `render_vis` of Lucent take; what is None is left to Lucent.

    spread: standard deviation of the Fourier coefficients that a picture starts from; size: height and width in px at
    which the network sees pictures.
    """

    spread: float
    image: dict[str, Any]
    transforms: list[Callable[[Tensor], Tensor]] | None
    size: tuple[int, int] | None


def native(data: Description) -> Setting:
    """At the images' own size, with the network's own normalisation, and colours decorrelated.

    It starts from more contrast than Lucent does, whose starts all end in nearly the same picture: from here they show
    other things that excite a unit as much.
    """
    mean, std = (torch.from_numpy(values)[:, None, None].to(best_device()) for values in (data.mean, data.std))
    size = data.height, data.width
    return Setting(0.3, {}, [*moved_about(*size), lambda pictures: (pictures - mean) / std], size)


def as_coded(data: Description) -> Setting:
    """As the notebook of Devkar 2024: Lucent's transforms, small pictures enlarged, neither normalised nor
    decorrelated."""
    enlarged = min(data.height, data.width) < LUCENTS_SIDE
    return Setting(LUCENTS_SPREAD, {"channels": 3}, None, (LUCENTS_SIDE, LUCENTS_SIDE) if enlarged else None)


SETTINGS = {"native": native, "as_coded": as_coded}


def moved_about(height: int, width: int) -> list[Callable[[Tensor], Tensor]]:
    """Transforms that turn, scale and move pictures a little, and keep their size; nothing black comes in at the edges.

    Lucent's own are made for 224 px: at 32 they would move a third of a picture out of sight.
    """
    side = min(height, width)
    shift = side // 8
    return [
        transform.pad(shift + max(2, shift), mode="reflect"),
        transform.random_scale([0.95, 0.975, 1, 1.025, 1.05]),
        transform.random_rotate([-5, -2.5, 0, 0, 2.5, 5]),
        _window(height, width, shift),
    ]


def _window(height: int, width: int, shift: int) -> Callable[[Tensor], Tensor]:
    """What shows of pictures through a window in their middle, or up to `shift` px beside it."""

    def seen(pictures: Tensor) -> Tensor:
        down, right = np.random.randint(-shift, shift + 1, 2)
        top, left = (pictures.shape[2] - height) // 2 + down, (pictures.shape[3] - width) // 2 + right
        return pictures[:, :, top : top + height, left : left + width]

    return seen
