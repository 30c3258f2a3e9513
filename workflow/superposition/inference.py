"""What a trained network says and does on images: logits, and layers read by forward hooks."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from superposition import networks, store
from superposition.augmentation import Batches
from superposition.errors import InputError
from superposition.images import Description, Split
from superposition.layers import PENULTIMATE, parts


class Outputs(NamedTuple):
    """A network's outputs on some samples, float32 on the CPU.

    logits: [sample, class]; layers: name -> [sample, unit], or [sample, unit, position, ...] where maps are kept.
    """

    logits: np.ndarray
    layers: dict[str, np.ndarray]


@torch.inference_mode()
def outputs(
    network: nn.Module, splits: Iterable[Split], *, data: Description, layers: list[str], maps: str = "mean"
) -> Iterator[tuple[Split, Outputs]]:
    """Each of `splits` (batches of samples) with the outputs of a network in evaluation mode, in fp32.

    Half precision would round logits to three digits and leave samples tied. A layer that runs more than once in a pass
    is read at its last run; `PENULTIMATE` is what the head reads; `a+b` is what a gives, passed on through b when the
    pass is over, so that b's own output stays that of the pass. maps: "mean" averages them over positions, "keep" keeps
    them. Raises InputError, naming the layer, where b can't read what a gives.
    """
    device = next(network.parameters()).device
    mean, std = torch.from_numpy(data.mean).to(device), torch.from_numpy(data.std).to(device)
    seen: dict[str, np.ndarray] = {}
    begun: dict[str, Tensor] = {}
    with ExitStack() as hooks:
        for layer in layers:
            first, *others = parts(layer)
            read = _keeper(begun, layer) if others else _reader(seen, layer, maps)
            hooks.callback(_hook(network, first, read).remove)
        for split in splits:
            batch = Batches(torch.from_numpy(split.images).to(device), mean=mean, std=std, augment=[])
            logits = network(batch.make(torch.arange(len(split.ids), device=device), torch.Generator()))
            found, beginnings = dict(seen), dict(begun)  # as the pass left them: chains run hooked layers once more
            for layer, beginning in beginnings.items():
                found[layer] = _as_array(_passed_on(network, layer, beginning), maps)
            yield split, Outputs(logits.cpu().numpy(), found)


def read_by_head(network: nn.Module, some: Split, *, data: Description, layers: list[str]) -> list[str]:
    """Those of `layers` that hold what the head reads, as their outputs on some samples show."""
    [(_, shown)] = outputs(network, [some], data=data, layers=[*layers, PENULTIMATE])
    return [layer for layer in layers if np.array_equal(shown.layers[layer], shown.layers[PENULTIMATE])]


def weights(network: nn.Module, layers: list[str]) -> dict[str, np.ndarray]:
    """Weights [unit, input] of those of `layers` that have any of their own: convolutions and linear layers."""
    modules = dict(network.named_modules())
    return {
        layer: module.weight.detach().flatten(1).cpu().numpy()
        for layer in layers
        if isinstance(module := modules.get(layer), nn.Linear | nn.Conv2d)
    }


def record(file: store.Writer, name: str, n: int, results: Iterable[tuple[Split, Outputs]], dtype: str) -> None:
    """Write the outputs on `n` samples as split `name`, batch by batch, so that memory doesn't grow with `n`."""
    start = 0
    for split, result in results:
        if start == 0:
            shapes = {layer: values.shape[1:] for layer, values in result.layers.items()}
            writer = file.split(name, n=n, classes=result.logits.shape[1], layers=shapes, dtype=dtype)
        writer.write(start, result.logits, result.layers, split.labels, split.ids)
        start += len(split.ids)


@contextmanager
def dropout(network: nn.Module, seed: int) -> Iterator[None]:
    """Dropout stays on, drawn from `seed`, and all else in evaluation mode: batch norm must not see single passes."""
    layers = [module for module in network.modules() if isinstance(module, networks.DROPOUT)]
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        for layer in layers:
            layer.train()
        yield
        network.eval()


def _hook(network: nn.Module, layer: str, read: Callable[[Tensor], None]) -> RemovableHandle:
    if layer == PENULTIMATE:
        head = network.get_submodule(networks.head(network))
        return head.register_forward_pre_hook(lambda _module, inputs: read(inputs[0]))
    return network.get_submodule(layer).register_forward_hook(lambda _module, _inputs, output: read(output))


def _reader(seen: dict[str, np.ndarray], layer: str, maps: str) -> Callable[[Tensor], None]:
    """Copies the layer's output at once, because a ReLU that follows may overwrite it."""

    def read(output: Tensor) -> None:
        seen[layer] = _as_array(output, maps)

    return read


def _keeper(begun: dict[str, Tensor], layer: str) -> Callable[[Tensor], None]:
    """Copies what a chain begins with."""

    def keep(output: Tensor) -> None:
        begun[layer] = output.clone()

    return keep


def _passed_on(network: nn.Module, layer: str, output: Tensor) -> Tensor:
    """What the last part of a chain gives, for the output of the first."""
    for name in parts(layer)[1:]:
        try:
            output = network.get_submodule(name)(output)
        except RuntimeError as error:
            shape, reason = tuple(output.shape), str(error).partition("\n")[0]
            raise InputError(f"layers: {layer!r}: {name} can't read what comes before, {shape}: {reason}") from error
    return output


def _as_array(output: Tensor, maps: str) -> np.ndarray:
    values = units_first(output)
    return (values if maps == "keep" else per_sample(values)).cpu().numpy().copy()


def units_first(output: Tensor) -> Tensor:
    """[sample, unit, ...] of maps [sample, unit, y, x] and of tokens [sample, token, unit]."""
    return output.transpose(1, 2) if output.ndim == 3 else output


def per_sample(values: Tensor) -> Tensor:
    """[sample, unit]: the mean over all positions of [sample, unit, ...]."""
    return values.flatten(2).mean(2) if values.ndim > 2 else values
