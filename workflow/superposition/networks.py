"""torchvision's classification networks: built from a seed, fitted with a stem and a head, filled with weights."""

import re
import sys
from pathlib import Path
from textwrap import shorten
from typing import Any

import torch
import torchvision.models
from torch import Tensor, nn
from torch.nn.modules.module import register_module_parameter_registration_hook

from superposition.config import Training
from superposition.convolution import fit_to_maps
from superposition.devices import best_device
from superposition.errors import InputError, none_of
from superposition.layers import PENULTIMATE

STEMS = {"conv1": "maxpool", "features.conv0": "features.pool0"}
"""First convolution and the pooling after it: ResNets and their kin, DenseNets."""
DROPOUT = nn.Dropout, nn.Dropout2d, nn.AlphaDropout
WITHOUT_SIDE_HEADS = {
    "googlenet": {"aux_logits": False, "init_weights": True},
    "inception_v3": {"aux_logits": False, "init_weights": True},
}
OLD_DENSENET = re.compile(r"(denselayer\d+\.(?:norm|conv))\.([12]\.)")
"""Names in torchvision's files of DenseNets, which have a dot more than its networks."""


def build(name: str, *, classes: int, stem: str = "imagenet", dropout: float = 0.0, seed: int = 0) -> nn.Module:
    """A network with random weights; equal seeds give equal weights. dropout: share of the head's inputs to drop.

    Raises InputError if torchvision has no such network for classification, or if it has no known `stem`.
    """
    choices = torchvision.models.list_models(module=torchvision.models)
    if name not in choices:
        raise none_of("network", name, choices)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = torchvision.models.get_model(
            name, weights=None, num_classes=classes, **WITHOUT_SIDE_HEADS.get(name, {})
        )
        if stem == "cifar":
            _shrink_stem(network, name)
    fit_to_maps(network)
    if dropout:
        _drop_inputs(network.get_submodule(head(network)), dropout)
    return network


def _drop_inputs(layer: nn.Module, share: float) -> None:
    """Dropout before a layer, as its child: it has no weights, so the state_dict stays torchvision's."""
    layer.dropout = nn.Dropout(share)
    layer.register_forward_pre_hook(lambda layer, inputs: layer.dropout(*inputs))


def _shrink_stem(network: nn.Module, name: str) -> None:
    """A 3x3 convolution of stride 1 and no pooling, as He et al. 2016 (section 4.2) use for 32-pixel images."""
    modules = dict(network.named_modules())
    for first, pooling in STEMS.items():
        if isinstance(old := modules.get(first), nn.Conv2d) and pooling in modules:
            new = nn.Conv2d(3, old.out_channels, kernel_size=3, padding=1, bias=False)
            nn.init.kaiming_normal_(new.weight, mode="fan_out", nonlinearity="relu")
            network.set_submodule(first, new)
            network.set_submodule(pooling, nn.Identity())
            return
    raise InputError(f"stem: 'cifar' is not known for {name}; use stem: imagenet, or a ResNet, ResNeXt or DenseNet")


def restore(checkpoint: Path, training: Training, *, classes: int) -> nn.Module:
    """The network of a checkpoint in evaluation mode, on the GPU if there is one, channels last in memory."""
    network = build(training.network, classes=classes, stem=training.stem, dropout=training.dropout)
    load_checkpoint(network, checkpoint)
    return network.eval().to(best_device()).to(memory_format=torch.channels_last)


def versions() -> dict[str, str]:
    """Versions of what computes a network's outputs."""
    return {"torch": str(torch.__version__), "torchvision": str(torchvision.__version__)}


def download_weights(name: str, weights: str, path: Path) -> None:
    """Fetch torchvision's weights to `path`, checked against the hash in their file name.

    Raises InputError with the address if they can't be had.
    """
    url = torchvision.models.get_model_weights(name)[weights].url
    stem = url.rpartition(".")[0]
    try:
        torch.hub.download_url_to_file(
            url, str(path), hash_prefix=stem.rpartition("-")[2], progress=sys.stderr.isatty()
        )
    except (OSError, RuntimeError) as error:
        raise InputError(
            f"weights: {weights} of {name} can't be had from {url} ({error}); "
            "fetch that file elsewhere and give its path as `weights`"
        ) from error


def load_checkpoint(network: nn.Module, path: Path) -> None:
    """Fill the whole network from a checkpoint of this project.

    Raises InputError, naming the file, if it isn't a state_dict of this network.
    """
    _fill(network, _read(path), path)


def load_weights(network: nn.Module, path: Path) -> None:
    """Fill all but the head, which keeps its random weights, from torchvision's file or a checkpoint of this project.

    Raises InputError, naming the file, if it isn't a state_dict of this network.
    """
    weights = _read(path)
    for key in list(weights):
        value = weights.pop(key)
        if not key.lower().startswith("aux"):
            weights[OLD_DENSENET.sub(r"\1\2", key)] = value
    of_head = f"{head(network)}."
    weights.update({key: value for key, value in network.state_dict().items() if key.startswith(of_head)})
    _fill(network, weights, path)


def head(network: nn.Module) -> str:
    """Name of the last layer that has weights: the classifier."""
    return [name for name, module in network.named_modules() if isinstance(module, nn.Linear | nn.Conv2d)][-1]


def _read(path: Path) -> dict[str, Tensor]:
    """The state_dict as it was saved: its metadata tells torchvision which names it was written with."""
    try:
        weights = torch.load(path, map_location="cpu", weights_only=True)
        if not isinstance(weights, dict) or not all(isinstance(value, Tensor) for value in weights.values()):
            raise TypeError
        return weights
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except Exception as error:
        reason = type(error).__name__
        raise InputError(f"{path}: not a plain state_dict ({reason}); save `network.state_dict()`") from error


def _fill(network: nn.Module, weights: dict[str, Tensor], path: Path) -> None:
    try:
        network.load_state_dict(weights)
    except (RuntimeError, ValueError) as error:
        reason = shorten(str(error).rpartition(":\n")[2], 200, placeholder=" ...")
        raise InputError(f"{path}: not of this network, stem and number of classes: {reason}") from error


def describe(name: str, stem: str) -> dict[str, Any]:
    """Parameters, layers (name -> units), dropout and weights' names of a network, without computing anything.

    layers: those whose axes `units` can tell apart. dropout: whether it has any of its own.
    """
    layers: dict[str, int] = {}

    def note(layer: str) -> Any:
        def hook(_module: nn.Module, _inputs: Any, output: Any) -> None:
            if isinstance(output, Tensor) and _readable(output):
                layers[layer] = units(output)

        return hook

    with register_module_parameter_registration_hook(_without_memory):
        network = build(name, classes=1000, stem=stem).to("meta").eval()
    for layer, module in network.named_modules():
        if layer:
            module.register_forward_hook(note(layer))
    network.get_submodule(head(network)).register_forward_pre_hook(
        lambda module, inputs: note(PENULTIMATE)(module, inputs, inputs[0])
    )
    with torch.device("meta"):
        network(torch.zeros(1, 3, 224, 224))
    weights = [weight.name for weight in torchvision.models.get_model_weights(name)]
    return {
        "parameters": sum(p.numel() for p in network.parameters()),
        "layers": layers,
        "dropout": any(module.p > 0 for module in network.modules() if isinstance(module, DROPOUT)),
        "weights": weights,
    }


def _without_memory(_module: nn.Module, _name: str, weight: nn.Parameter) -> Any:
    """The weight as a shape alone; to build on the meta device would stop RegNet, which computes its widths."""
    return nn.Parameter(weight.to("meta"))


def _readable(output: Tensor) -> bool:
    """Whether it is rows, tokens, or maps that are square as the images are; Swin's own maps end in units instead."""
    return output.ndim in (2, 3) or (output.ndim == 4 and output.shape[2] == output.shape[3])


def units(output: Tensor) -> int:
    """Units of a layer's output: of maps [sample, unit, y, x], of tokens [sample, token, unit], or [sample, unit]."""
    return output.shape[-1] if output.ndim == 3 else output.shape[1]
