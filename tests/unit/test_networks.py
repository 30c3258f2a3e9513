"""Networks against torchvision's own."""

import pytest
import torch
from torch import nn

from superposition import networks
from superposition.errors import InputError

from torchvision import models  # isort: skip  (after superposition.eager)
from tests.small_networks import NAMES, SMALL, equal, shapes


@pytest.mark.parametrize("name", NAMES)
def test_the_head_is_what_depends_on_the_number_of_classes(name: str) -> None:
    network, few = shapes(name, classes=7)
    _, many = shapes(name, classes=11)
    head = networks.head(network)
    assert few.keys() == many.keys()
    assert {key for key in few if few[key] != many[key]} == {key for key in few if key.startswith(f"{head}.")}
    assert (few[f"{head}.weight"][0], many[f"{head}.weight"][0]) == (7, 11)


def test_an_unknown_network_lists_the_choices() -> None:
    with pytest.raises(InputError, match=r"^network: 'resnet19' is none of alexnet, .*resnet18, .*wide_resnet50_2$"):
        networks.build("resnet19", classes=2)


@pytest.mark.parametrize(("name", "stem"), [*((name, "imagenet") for name in SMALL), ("resnet18", "cifar")])
def test_equal_seeds_give_equal_weights(name: str, stem: str) -> None:
    torch.manual_seed(5)
    state = torch.get_rng_state()
    one, same, other = (networks.build(name, classes=3, stem=stem, seed=seed) for seed in (4, 4, 9))
    assert equal(one, same)
    assert not equal(one, other)
    assert torch.equal(torch.get_rng_state(), state), "the global stream has been drawn from"


def test_random_weights_are_torchvisions_own() -> None:
    built = networks.build("resnet18", classes=5, seed=11)
    torch.manual_seed(11)
    assert equal(built, models.resnet18(num_classes=5))


@pytest.mark.parametrize("name", ["resnet18", "resnet50", "resnext50_32x4d", "wide_resnet50_2", "densenet121"])
def test_the_cifar_stem_keeps_the_resolution(name: str) -> None:
    with torch.device("meta"):
        network = networks.build(name, classes=10, stem="cifar")
    first = next(module for module in network.modules() if isinstance(module, nn.Conv2d))
    assert (first.kernel_size, first.stride, first.padding, first.bias) == ((3, 3), (1, 1), (1, 1), None)
    seen: dict[str, torch.Size] = {}
    pooling = network.get_submodule("maxpool" if hasattr(network, "maxpool") else "features.pool0")
    pooling.register_forward_hook(lambda _module, _inputs, output: seen.update(shape=output.shape))
    assert network(torch.zeros(2, 3, 32, 32, device="meta")).shape == (2, 10)
    assert seen["shape"] == (2, first.out_channels, 32, 32)


@pytest.mark.parametrize("name", ["vgg11", "googlenet", "shufflenet_v2_x0_5", "mobilenet_v3_small", "vit_b_16"])
def test_other_networks_have_no_cifar_stem(name: str) -> None:
    with torch.device("meta"), pytest.raises(InputError) as error:
        networks.build(name, classes=10, stem="cifar")
    assert str(error.value) == (
        f"stem: 'cifar' is not known for {name}; use stem: imagenet, or a ResNet, ResNeXt or DenseNet"
    )


def test_dropout_changes_neither_weights_nor_evaluation() -> None:
    plain, dropping = (networks.build("resnet18", classes=5, dropout=share, seed=1) for share in (0.0, 0.5))
    assert equal(plain, dropping)
    pictures = torch.randn(8, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    assert torch.equal(plain.eval()(pictures), dropping.eval()(pictures))
    plain.train(), dropping.train()
    assert not torch.allclose(plain(pictures), dropping(pictures))
