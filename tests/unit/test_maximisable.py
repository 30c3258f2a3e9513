"""What can't be maximised, and how that is said."""

import pytest
import torch
from torch import nn

from superposition.errors import InputError
from tests.small_learning import TinyNet
from tests.small_pictures import made


class Pair(nn.Module):
    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return x, x


class Odd(TinyNet):
    """Has a layer that gives two things, and one that never runs."""

    def __init__(self) -> None:
        super().__init__()
        self.pair, self.unused = Pair(), nn.Identity()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return super().forward(self.pair(x)[0])


def failing() -> TinyNet:
    network = TinyNet()
    network.pool = nn.Identity()  # type: ignore[assignment]
    return network


def diverged() -> TinyNet:
    network = TinyNet()
    nn.init.constant_(network.conv.weight, torch.nan)
    return network


@pytest.mark.parametrize(
    ("network", "layer", "unit", "message"),
    [
        (TinyNet(), "conv", 8, r"^units.conv: there is no unit 8, only 0 to 7$"),
        (TinyNet(), "conv", -1, r"^units.conv: there is no unit -1, only 0 to 7$"),
        (TinyNet(), "penultimate", 0, r"^units: 'penultimate' is no module of the network \(TinyNet\), so nothing"),
        (Odd(), "pair", 0, r"^units: 'pair' has no channels in the network \(Odd\); name a layer that has$"),
        (Odd(), "unused", 0, r"^units: 'unused' has no channels in the network \(Odd\); name a layer that has$"),
        (failing(), "conv", 0, r"^units: 'conv': the network \(TinyNet\) can't see 8 x 8 px: addmm: mat1 and mat2"),
        (diverged(), "conv", 0, r"^units.conv: unit 0 or its gradient is not a finite number: training diverged$"),
    ],
)
def test_what_cannot_be_maximised_is_named(network: nn.Module, layer: str, unit: int, message: str) -> None:
    with pytest.raises(InputError, match=message):
        made(network, layer, [unit], steps=1)
