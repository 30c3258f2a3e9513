"""What tests of networks share."""

import torch
from torch import nn
from torch.nn.modules.module import register_module_parameter_registration_hook

from superposition import networks

from torchvision import models  # isort: skip  (after superposition.eager)


NAMES = models.list_models(module=models)


SMALL = ("resnet18", "mobilenet_v3_small", "squeezenet1_0")


def shapes(name: str, classes: int) -> tuple[nn.Module, dict[str, torch.Size]]:
    """A network without memory for its weights, and their shapes."""
    with register_module_parameter_registration_hook(networks._without_memory):
        network = networks.build(name, classes=classes)
    return network, {key: value.shape for key, value in network.state_dict().items()}


def equal(left: nn.Module, right: nn.Module) -> bool:
    pairs = zip(left.state_dict().values(), right.state_dict().values(), strict=True)
    return all(torch.equal(one, other) for one, other in pairs)
