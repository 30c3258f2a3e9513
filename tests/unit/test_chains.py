"""Layers that are run once more on what another gives: against modules called by hand, and beside ordinary ones."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from superposition import inference, layers, networks, store
from superposition.errors import InputError
from superposition.images import Description, Split
from superposition.layers import PENULTIMATE
from tests.small_learning import CLASSES, TinyNet, coloured

TWICE = "layer4+layer4.1+layer4.1.conv2"
ORDINARY = ["layer4.1.bn1", "layer4.1.conv2", "layer4.1", "layer4", "avgpool", PENULTIMATE]
DATA = Description("colours", CLASSES, np.zeros(3, np.float32), np.ones(3, np.float32), {"test": 6}, 0, 0, "", "")


def pictures(size_px: int = 32) -> Split:
    pixels, labels = coloured(6, size_px, size_px)
    return Split(pixels, labels, np.arange(6))


def read(network: nn.Module, names: list[str], split: Split, maps: str = "mean") -> inference.Outputs:
    [(_, found)] = inference.outputs(network.eval(), [split], data=DATA, layers=names, maps=maps)
    return found


@pytest.fixture(scope="module")
def resnet() -> Any:
    """A ResNet-18 whose batch norms have seen something."""
    network = networks.build("resnet18", classes=3, seed=1)
    network.train()
    with torch.no_grad():
        network(torch.randn(16, 3, 32, 32, generator=torch.Generator().manual_seed(0)))
    return network.eval()


@torch.no_grad()
def by_hand(network: Any, split: Split) -> torch.Tensor:
    """The last block run twice, as the paper's notebook runs it: maps before batch norm."""
    x = torch.from_numpy(split.images / 255).float().permute(0, 3, 1, 2)
    x = network.maxpool(network.relu(network.bn1(network.conv1(x))))
    x = network.layer4(network.layer3(network.layer2(network.layer1(x))))
    return network.layer4[1].conv2(network.layer4[1](x))


def test_a_name_has_parts() -> None:
    assert layers.parts(TWICE) == ["layer4", "layer4.1", "layer4.1.conv2"]
    assert layers.parts("avgpool") == ["avgpool"]


@pytest.mark.parametrize(("size_px", "positions"), [(32, (1, 1)), (64, (2, 2))])
def test_a_chain_is_its_modules_called_by_hand(resnet: Any, size_px: int, positions: tuple[int, int]) -> None:
    split = pictures(size_px)
    expected = by_hand(resnet, split).numpy()
    kept, averaged = (read(resnet, [TWICE], split, maps).layers[TWICE] for maps in ("keep", "mean"))
    assert kept.shape == (6, 512, *positions)
    assert np.allclose(kept, expected, atol=1e-5)
    assert np.allclose(averaged, expected.mean((2, 3)), atol=1e-5)
    assert averaged.min() < 0


def test_ordinary_layers_do_not_see_the_chain(resnet: Any) -> None:
    alone = read(resnet, ORDINARY, pictures())
    beside = read(resnet, [TWICE, *ORDINARY, f"{PENULTIMATE}+fc"], pictures())
    assert np.array_equal(beside.logits, alone.logits)
    for layer in ORDINARY:
        assert np.array_equal(beside.layers[layer], alone.layers[layer]), layer
    assert not np.allclose(beside.layers[TWICE], alone.layers["layer4.1.conv2"], atol=0.01)
    assert np.allclose(beside.layers[f"{PENULTIMATE}+fc"], alone.logits, atol=1e-5)


def test_a_chain_does_not_see_another_that_runs_what_it_begins_with(resnet: Any) -> None:
    chains = ["layer4.0+layer4.1+layer4.1", "layer4.1+layer4.1.conv2", TWICE]
    together = read(resnet, chains, pictures()).layers
    for chain in chains:
        assert np.array_equal(together[chain], read(resnet, [chain], pictures()).layers[chain]), chain


def test_a_relu_that_overwrites_its_input_spares_what_others_begin_with() -> None:
    network = TinyNet()
    found = read(network, ["norm+relu", "norm+pool", "norm", "relu"], pictures(8), maps="keep").layers
    with torch.no_grad():
        norm = network.norm(network.conv(torch.from_numpy(pictures(8).images / 255).float().permute(0, 3, 1, 2)))
    assert np.allclose(found["norm"], norm, atol=1e-5) and (found["norm"] < 0).any()
    assert np.allclose(found["norm+relu"], norm.relu(), atol=1e-5)
    assert np.allclose(found["norm+pool"], norm.mean((2, 3), keepdim=True), atol=1e-5)
    assert np.array_equal(found["norm+relu"], found["relu"])


def test_every_batch_has_its_own_and_no_hook_stays(resnet: Any) -> None:
    halves = [Split(*(array[rows] for array in pictures())) for rows in (slice(0, 3), slice(3, 6))]
    results = [made for _, made in inference.outputs(resnet, halves, data=DATA, layers=[TWICE])]
    joined = np.concatenate([made.layers[TWICE] for made in results])
    assert np.allclose(joined, read(resnet, [TWICE], pictures()).layers[TWICE], atol=1e-5)
    assert not any(module._forward_hooks for module in resnet.modules())


def test_a_chain_is_recorded_and_has_no_weights(resnet: Any, tmp_path: Path) -> None:
    path, results = tmp_path / "f.h5", inference.outputs(resnet, [pictures()], data=DATA, layers=[TWICE])
    with store.create(path, {"classes": CLASSES}) as file:
        inference.record(file, "test", 6, results, "float32")
    assert np.array_equal(store.read(path, "test", TWICE).values, read(resnet, [TWICE], pictures()).layers[TWICE])
    assert list(inference.weights(resnet, [TWICE, "layer4.1.conv2", "avgpool", PENULTIMATE])) == ["layer4.1.conv2"]
    assert inference.read_by_head(resnet, pictures(), data=DATA, layers=[TWICE, "avgpool"]) == ["avgpool"]


def test_parts_that_do_not_fit_are_named() -> None:
    with pytest.raises(InputError, match=r"layers: 'conv\+conv': conv can't read what comes before, \(6, 8, 8, 8\): "):
        read(TinyNet(), ["conv+conv"], pictures(8))
