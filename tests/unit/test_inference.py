"""What hooks read, against forward passes written out."""

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from superposition import inference, networks, store
from superposition.images import Description, Split
from superposition.layers import PENULTIMATE
from tests.small_learning import CLASSES, TinyNet, coloured

MEAN, STD = np.array([0.49, 0.48, 0.45], np.float32), np.array([0.2, 0.19, 0.21], np.float32)
DATA = Description("colours", CLASSES, MEAN, STD, {"train": 0, "test": 13}, 32, 32, "", "")


@pytest.fixture(scope="module")
def pictures() -> Split:
    pixels, labels = coloured(13, 32, 32)
    return Split(pixels, labels, np.arange(13) * 2)


def parts(split: Split, sizes: list[int]) -> Iterator[Split]:
    """The samples of `split` in batches of these sizes."""
    for start, end in itertools.pairwise(np.cumsum([0, *sizes])):
        yield Split(*(array[start:end] for array in split))


def read(
    network: nn.Module, split: Split, layers: list[str], maps: str = "mean", sizes: tuple[int, ...] = (13,)
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Logits and layers of all samples."""
    batches = parts(split, [*sizes])
    results = [made for _, made in inference.outputs(network.eval(), batches, data=DATA, layers=layers, maps=maps)]
    joined = {layer: np.concatenate([result.layers[layer] for result in results]) for layer in layers}
    return np.concatenate([result.logits for result in results]), joined


def normalised(split: Split) -> torch.Tensor:
    return torch.from_numpy(((split.images / 255 - MEAN) / STD).astype(np.float32)).permute(0, 3, 1, 2)


@pytest.fixture(scope="module")
def resnet() -> Any:
    """A ResNet-18 whose batch norms have seen something."""
    network = networks.build("resnet18", classes=3, seed=1)
    network.train()
    with torch.no_grad():
        for seed in range(3):
            network(torch.randn(16, 3, 32, 32, generator=torch.Generator().manual_seed(seed)))
    return network


@torch.no_grad()
def by_hand(resnet: Any, x: torch.Tensor) -> dict[str, torch.Tensor]:
    """Some layers of a ResNet-18 (He et al. 2016), without a ReLU that overwrites its input."""
    relu = nn.functional.relu
    network = resnet.eval()
    x = network.maxpool(relu(network.bn1(network.conv1(x))))
    x = network.layer4[0](network.layer3(network.layer2(network.layer1(x))))
    last = network.layer4[1]
    norm1 = last.bn1(last.conv1(x))
    conv2 = last.conv2(relu(norm1))
    x = relu(last.bn2(conv2) + x)
    pooled = x.mean((2, 3))
    return {"layer4.1.bn1": norm1, "layer4.1.conv2": conv2, "layer4": x, "avgpool": pooled, "fc": network.fc(pooled)}


def test_hooks_read_what_a_forward_pass_gives(resnet: Any, pictures: Split) -> None:
    expected = by_hand(resnet, normalised(pictures))
    logits, layers = read(resnet, pictures, list(expected))
    assert np.allclose(logits, expected["fc"], atol=1e-5)
    for layer, values in expected.items():
        means = values.mean((2, 3)) if values.ndim == 4 else values
        assert layers[layer].shape == means.shape
        assert layers[layer].dtype == np.float32
        assert np.allclose(layers[layer], means, atol=1e-5), layer


def test_a_relu_that_overwrites_its_input_comes_too_late(pictures: Split) -> None:
    network = TinyNet()
    _, layers = read(network, pictures, ["norm", "relu"], maps="keep")
    with torch.no_grad():
        before = network.norm(network.conv(normalised(pictures)))
    assert (layers["norm"] < 0).any()
    assert np.allclose(layers["norm"], before, atol=1e-5)
    assert np.allclose(layers["relu"], before.relu(), atol=1e-5)


@pytest.mark.parametrize("name", ["resnet18", "vgg11", "squeezenet1_1"])
def test_the_penultimate_layer_is_what_the_head_reads(name: str, pictures: Split) -> None:
    """Of SqueezeNet's head, a convolution over positions, the mean over these."""
    network = networks.build(name, classes=3, seed=1)
    logits, layers = read(network, pictures, [PENULTIMATE])
    head = network.get_submodule(networks.head(network))
    weight, bias = (values.detach().numpy() for values in (head.weight, head.bias))  # type: ignore[union-attr, operator]
    expected = layers[PENULTIMATE] @ weight.reshape(3, -1).T + bias
    if name == "squeezenet1_1":
        assert layers[PENULTIMATE].shape == (13, 512)
    else:
        assert np.allclose(expected, logits, atol=1e-4)


def test_dropout_passes_drop_and_leave_batch_norm_alone(pictures: Split) -> None:
    network = networks.build("resnet18", classes=3, dropout=0.5, seed=1).eval()
    before = {key: value.clone() for key, value in network.state_dict().items()}
    plain, _ = read(network, pictures, [])

    def passed(seed: int) -> np.ndarray:
        with inference.dropout(network, seed):
            results = inference.outputs(network, parts(pictures, [13]), data=DATA, layers=[])
            return np.concatenate([made.logits for _, made in results])

    passes = np.stack([passed(seed) for seed in range(200)])
    assert np.array_equal(passed(3), passes[3])
    assert np.allclose(passes.mean(axis=0), plain, atol=4 * passes.std() / 200**0.5)
    assert (passes.std(axis=0) > 0).all()
    assert np.array_equal(read(network, pictures, [])[0], plain)
    assert all(torch.equal(value, before[key]) for key, value in network.state_dict().items())


def test_maps_are_kept_or_averaged(pictures: Split) -> None:
    kept, averaged = (read(TinyNet(), pictures, ["conv", "pool", "head"], maps)[1] for maps in ("keep", "mean"))
    assert kept["conv"].shape == (13, 8, 32, 32)
    assert kept["pool"].shape == (13, 8, 1, 1)
    assert {layer: values.shape for layer, values in averaged.items()} == {
        "conv": (13, 8),
        "pool": (13, 8),
        "head": (13, 3),
    }
    assert np.allclose(kept["conv"].mean((2, 3)), averaged["conv"], atol=1e-6)
    assert np.array_equal(kept["pool"][:, :, 0, 0], averaged["pool"])


class Tokens(nn.Module):
    """Rows of the image as tokens: [sample, token, unit]."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Linear(96, 5)
        self.head = nn.Linear(5, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.embed(x.permute(0, 2, 1, 3).flatten(2))[:, 0])


def test_tokens_are_averaged_over_tokens(pictures: Split) -> None:
    network = Tokens()
    kept, averaged = (read(network, pictures, ["embed"], maps)[1]["embed"] for maps in ("keep", "mean"))
    assert kept.shape == (13, 5, 32), "units come first, as in maps"
    with torch.no_grad():
        tokens = network.embed(normalised(pictures).permute(0, 2, 1, 3).flatten(2))
    assert np.allclose(kept, tokens.transpose(1, 2), atol=1e-5)
    assert np.allclose(averaged, tokens.mean(1), atol=1e-5)


class Twice(TinyNet):
    """Runs its ReLU twice."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return super().forward(self.relu(x) - 1)


def test_a_layer_that_runs_twice_is_read_at_its_last_run(pictures: Split) -> None:
    assert read(Twice(), pictures, ["relu"])[1]["relu"].shape == (13, 8)


@pytest.mark.parametrize("sizes", [(13,), (1,) * 13, (5, 8), (12, 1)])
def test_the_other_samples_of_a_batch_do_not_matter(sizes: tuple[int, ...], resnet: Any, pictures: Split) -> None:
    logits, layers = read(resnet, pictures, ["layer4.1.conv2"], sizes=sizes)
    backwards = Split(*(array[::-1].copy() for array in pictures))
    turned_logits, turned = read(resnet, backwards, ["layer4.1.conv2"], sizes=(4, 9))
    assert np.allclose(logits, turned_logits[::-1], atol=1e-5)
    assert np.allclose(layers["layer4.1.conv2"], turned["layer4.1.conv2"][::-1], atol=1e-5)


def test_reading_leaves_the_network_as_it_was(resnet: Any, pictures: Split) -> None:
    before = {key: value.clone() for key, value in resnet.state_dict().items()}
    read(resnet, pictures, ["avgpool", "layer4.1.conv2", PENULTIMATE], sizes=(4, 9))
    assert all(torch.equal(value, before[key]) for key, value in resnet.state_dict().items())
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in resnet.modules())


def test_hooks_are_removed_when_nobody_reads_on(pictures: Split) -> None:
    network = TinyNet().eval()
    results = inference.outputs(network, parts(pictures, [4, 9]), data=DATA, layers=["conv"])
    next(results)
    assert network.conv._forward_hooks
    results.close()  # type: ignore[attr-defined]
    assert not network.conv._forward_hooks
    assert not torch.is_inference_mode_enabled()


def test_earlier_batches_stay_as_they_were(pictures: Split) -> None:
    """Each result is its own copy, so that all of them may be held at once."""
    joined = read(TinyNet(), pictures, ["conv"], sizes=(4, 9))[1]["conv"]
    assert np.allclose(joined, read(TinyNet(), pictures, ["conv"])[1]["conv"], atol=1e-6)
    assert len(np.unique(joined[:, 0])) == 13


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_record_writes_every_row_once(dtype: str, tmp_path: Path, pictures: Split) -> None:
    network = TinyNet().eval()
    results = inference.outputs(network, parts(pictures, [5, 5, 3]), data=DATA, layers=["conv", "pool"])
    with store.create(tmp_path / "features.h5", {"classes": CLASSES}) as file:
        inference.record(file, "test", 13, results, dtype)
    logits, layers = read(network, pictures, ["conv", "pool"])
    for layer, expected in {"logits": logits, **layers}.items():
        found = store.read(tmp_path / "features.h5", "test", layer)
        assert np.allclose(found.values, expected, atol=1e-6 if dtype == "float32" or layer == "logits" else 1e-3)
        assert np.array_equal(found.labels, pictures.labels)
        assert np.array_equal(found.ids, pictures.ids)
