"""Pictures that excite units of a network: activation maximisation (Olah et al. 2017) through torch-lucent.

All pictures of a batch are optimised at once. A picture starts from a stream of its own, named by seed, layer, unit and
start, and shares only the random transforms with the others. Equal calls on the CPU give equal bits. Among other units
a picture is the same but for rounding, which grows over the steps: after 512 it looks alike and excites alike.
"""

import copy
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from typing import Any

import numpy as np
import torch
from lucent.optvis import param, render
from torch import Tensor, nn

from superposition import inference, networks, streams
from superposition.blocks import blocks
from superposition.config import Maximisation
from superposition.devices import best_device
from superposition.errors import InputError
from superposition.images import Description, Split
from superposition.picture_batches import PictureBatch
from superposition.picture_settings import SETTINGS, Setting
from superposition.resuming import Resumable

BATCH = 32
"""Pictures that are optimised at once: more take more memory and are hardly faster."""


class Excitation:
    """What each picture of a batch does to its own unit, read as soon as the layer gives it: a ReLU that follows may
    overwrite that."""

    def __init__(self, layer: nn.Module, units: Sequence[int]) -> None:
        self.steps = 0
        self._units = torch.tensor(units)
        layer.register_forward_hook(self._read)

    def _read(self, _layer: nn.Module, _inputs: Any, output: Tensor) -> None:
        values = inference.per_sample(inference.units_first(output))
        self._values = values[torch.arange(len(values)), self._units]

    def loss(self, _hooks: Any) -> Tensor:
        """The objective that Lucent makes small, one for all pictures: no picture has a part in another's gradient."""
        self.steps += 1
        return -self._values.sum()


def maximise(
    network: nn.Module,
    layer: str,
    units: Sequence[int],
    *,
    data: Description,
    setting: str,
    options: Maximisation,
    seed: int,
    resumable: Resumable | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Pictures uint8 [unit, start, y, x, RGB], and how much they excite their units, float32 [unit, start].

    The latter is measured on the pictures as they are returned, shown to the network like any image of the dataset,
    whatever the setting. The network stays as it is. resumable: where batches of pictures are saved as they are made,
    and from where they go on. Raises InputError where the layer or a unit is not there, where
    the network can't see such pictures, and where it answers with something that is no number.
    """
    chosen, network = SETTINGS[setting](data), _frozen(network)
    _require_units(network, layer, units, chosen.size or (data.height, data.width))
    wanted = [(unit, start) for unit in units for start in range(options.starts)]
    parts = [wanted[rows] for rows in blocks(len(wanted), BATCH)]
    batches = [PictureBatch(resumable, f"{layer}.{number}") if resumable else None for number in range(len(parts))]
    pictures = [
        _pictures(network, layer, part, data, chosen, options, seed, batch)
        for part, batch in zip(parts, batches, strict=True)
    ]
    achieved = [_achieved(network, layer, *shown, data) for shown in zip(parts, pictures, strict=True)]
    shape = len(units), options.starts
    return np.concatenate(pictures).reshape(*shape, data.height, data.width, 3), np.concatenate(achieved).reshape(shape)


def beaten_by(achieved: np.ndarray, values: np.ndarray) -> np.ndarray:
    """How many samples excite each unit more than each of its pictures, int32 [unit, start].

    achieved: [unit, start]; values: [sample, unit].
    """
    return (values[:, :, np.newaxis] > achieved).sum(axis=0, dtype=np.int32)


def versions() -> dict[str, str]:
    """Versions of what makes pictures."""
    return {"torch": str(torch.__version__), "lucent": version("torch-lucent")}


@torch.no_grad()
def _require_units(network: nn.Module, layer: str, units: Sequence[int], size: tuple[int, int]) -> None:
    """Raise InputError unless the layer has all units for a picture of this size: Lucent would only warn."""
    name = type(network).__name__
    if layer not in dict(network.named_modules()):
        raise InputError(f"units: {layer!r} is no module of the network ({name}), so nothing can be maximised")
    outputs: list[Any] = []
    note = network.get_submodule(layer).register_forward_hook(lambda _layer, _inputs, output: outputs.append(output))
    try:
        with note:
            network(torch.zeros(1, 3, *size, device=best_device()))
    except Exception as error:
        reason, pixels = str(error).partition("\n")[0], " x ".join(map(str, size))
        raise InputError(f"units: {layer!r}: the network ({name}) can't see {pixels} px: {reason}") from error
    if not outputs or not isinstance(outputs[-1], Tensor) or outputs[-1].ndim < 2:
        raise InputError(f"units: {layer!r} has no channels in the network ({name}); name a layer that has")
    highest = networks.units(outputs[-1]) - 1
    for unit in units:
        if not 0 <= unit <= highest:
            raise InputError(f"units.{layer}: there is no unit {unit}, only 0 to {highest}")


def _pictures(
    network: nn.Module,
    layer: str,
    wanted: list[tuple[int, int]],
    data: Description,
    setting: Setting,
    options: Maximisation,
    seed: int,
    batch: PictureBatch | None,
) -> np.ndarray:
    """uint8 [picture, y, x, RGB] of each unit and start in `wanted`."""
    saved = (batch and batch.saved()) or {"step": 0}
    if "pictures" in saved:
        return saved["pictures"].numpy()
    watched = _frozen(network)
    excitation = Excitation(watched.get_submodule(layer), [unit for unit, _ in wanted])
    with _seeded(streams.torch_seed(seed, "transforms of pictures")):
        [spectrum], image = param.image(data.width, data.height, batch=len(wanted), **setting.image)
        with torch.no_grad():
            spectrum.copy_(_starts(spectrum, setting.spread, layer, wanted, seed))

        def optimiser(parameters: list[Tensor]) -> torch.optim.Optimizer:
            adam = torch.optim.Adam(parameters, lr=options.lr)
            if batch:
                batch.go_on(saved, spectrum, adam, options.steps)
            return adam

        *_, pictures = render.render_vis(
            watched,
            excitation.loss,
            lambda: ([spectrum], image),
            optimiser,
            transforms=setting.transforms,
            thresholds=[options.steps - saved["step"]],
            preprocess=False,
            progress=False,
            show_image=False,
            fixed_image_size=setting.size,
        )
    if excitation.steps < options.steps - saved["step"]:
        raise KeyboardInterrupt  # which Lucent takes for a wish to see what there is
    _require_finite(layer, wanted, pictures)
    made = np.rint(255 * pictures).astype(np.uint8)
    if batch:
        batch.save(made)
    return made


def _starts(like: Tensor, spread: float, layer: str, wanted: list[tuple[int, int]], seed: int) -> Tensor:
    """Fourier coefficients to begin with, each picture's from its own stream."""
    drawn = [
        streams.generator(seed, f"picture of {layer} {unit} {start}").normal(0, spread, like.shape[1:])
        for unit, start in wanted
    ]
    return torch.from_numpy(np.stack(drawn))


def _frozen(network: nn.Module) -> nn.Module:
    """A copy to work on: Lucent's hooks, which it never takes off, end with it, and no weight gathers gradients."""
    return copy.deepcopy(network).eval().requires_grad_(False)


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Both generators that Lucent draws from, torch's and numpy's, begin at `seed` and are left as they were."""
    state = np.random.get_state()
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        np.random.seed(seed % 2**32)
        try:
            yield
        finally:
            np.random.set_state(state)


def _achieved(
    network: nn.Module, layer: str, wanted: list[tuple[int, int]], pictures: np.ndarray, data: Description
) -> np.ndarray:
    """float32 [picture]: how much each excites its unit, averaged over positions."""
    unlabelled = np.zeros(len(pictures), np.int64)
    [(_, shown)] = inference.outputs(network, [Split(pictures, unlabelled, unlabelled)], data=data, layers=[layer])
    values = shown.layers[layer][np.arange(len(wanted)), [unit for unit, _ in wanted]]
    _require_finite(layer, wanted, values)
    return values


def _require_finite(layer: str, wanted: list[tuple[int, int]], values: np.ndarray) -> None:
    """Raise InputError, naming the unit, for values [picture, ...] that are no numbers."""
    for (unit, _), of_picture in zip(wanted, values, strict=True):
        if not np.isfinite(of_picture).all():
            raise InputError(f"units.{layer}: unit {unit} or its gradient is not a finite number: training diverged")
