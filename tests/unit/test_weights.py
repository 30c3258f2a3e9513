"""Weights files: what they fill, and those that are not what they should be."""

import os
import re
from pathlib import Path
from typing import Any

import pytest
import torch

from superposition import networks
from superposition.config import Training
from superposition.errors import InputError

from torchvision import models  # isort: skip  (after superposition.eager)
from tests.small_networks import SMALL, equal, shapes


@pytest.fixture(scope="module")
def resnet() -> Any:
    """A ResNet-18 for five classes, not to be changed."""
    return networks.build("resnet18", classes=5, seed=1)


@pytest.fixture
def checkpoint(resnet: Any, tmp_path: Path) -> Path:
    """Its state_dict."""
    torch.save(resnet.state_dict(), tmp_path / "checkpoint.pt")
    return tmp_path / "checkpoint.pt"


@pytest.mark.parametrize("name", [*SMALL, "mnasnet0_5"])
def test_weights_fill_all_but_the_head(name: str, tmp_path: Path) -> None:
    source = networks.build(name, classes=7, seed=1)
    torch.save(source.state_dict(), tmp_path / "weights.pth")
    network = networks.build(name, classes=3, seed=2)
    before = {key: value.clone() for key, value in network.state_dict().items()}
    networks.load_weights(network, tmp_path / "weights.pth")
    head = f"{networks.head(network)}."
    for key, value in network.state_dict().items():
        assert torch.equal(value, before[key] if key.startswith(head) else source.state_dict()[key]), key
    assert network(torch.zeros(2, 3, 64, 64)).shape == (2, 3)


def test_a_head_of_the_same_size_is_new_too(resnet: Any, checkpoint: Path) -> None:
    network: Any = networks.build("resnet18", classes=5, seed=2)
    head = network.fc.weight.clone()
    networks.load_weights(network, checkpoint)
    assert torch.equal(network.fc.weight, head)
    assert torch.equal(network.conv1.weight, resnet.conv1.weight)


@pytest.mark.parametrize("name", ["maxvit_t", "googlenet"])
def test_weights_of_a_head_without_bias_or_with_side_heads(name: str, tmp_path: Path) -> None:
    """Their names only: what a real file has and the network lacks must not stop it."""
    network, _ = shapes(name, classes=4)
    published = models.get_model(name, weights=None, **({"init_weights": False} if name == "googlenet" else {}))
    torch.save(published.state_dict(), tmp_path / "weights.pth")
    network = network.to_empty(device="cpu")
    networks.load_weights(network, tmp_path / "weights.pth")
    first = next(iter(published.state_dict()))
    assert torch.equal(network.state_dict()[first], published.state_dict()[first])


def test_torchvisions_densenet_files_have_older_names(tmp_path: Path) -> None:
    source: Any
    network: Any
    source, network = (networks.build("densenet121", classes=4, seed=seed) for seed in (1, 2))
    old = {re.sub(r"(denselayer\d+\.\w+)([12]\.)", r"\1.\2", key): value for key, value in source.state_dict().items()}
    assert "features.denseblock1.denselayer1.norm.1.weight" in old
    torch.save(old, tmp_path / "densenet121.pth")
    networks.load_weights(network, tmp_path / "densenet121.pth")
    network.classifier = source.classifier
    assert equal(network, source)


def test_torchvisions_vit_files_have_older_names(tmp_path: Path) -> None:
    tiny = {"image_size": 8, "patch_size": 4, "num_layers": 1, "num_heads": 1, "hidden_dim": 8, "mlp_dim": 8}
    source, network = (models.VisionTransformer(**tiny, num_classes=3) for _ in range(2))
    new = {"mlp.0.": "mlp.linear_1.", "mlp.3.": "mlp.linear_2."}
    old = {re.sub(r"mlp\.[03]\.", lambda found: new[found[0]], key): v for key, v in source.state_dict().items()}
    assert "encoder.layers.encoder_layer_0.mlp.linear_1.weight" in old
    torch.save(old, tmp_path / "vit.pth")
    networks.load_weights(network, tmp_path / "vit.pth")
    network.heads = source.heads
    assert equal(network, source)


def test_half_precision_is_widened(resnet: Any, tmp_path: Path) -> None:
    torch.save({key: value.half() for key, value in resnet.state_dict().items()}, tmp_path / "half.pt")
    network: Any = networks.build("resnet18", classes=5)
    networks.load_checkpoint(network, tmp_path / "half.pt")
    assert {weight.dtype for weight in network.parameters()} == {torch.float32}
    assert torch.equal(network.fc.weight, resnet.fc.weight.half().float())


def test_torchvision_loads_our_checkpoint(resnet: Any, checkpoint: Path) -> None:
    plain = models.resnet18(num_classes=5)
    plain.load_state_dict(torch.load(checkpoint, weights_only=True), strict=True)
    assert equal(plain, resnet)


def test_a_restored_network_is_the_one_saved(resnet: Any, checkpoint: Path) -> None:
    network: Any = networks.restore(checkpoint, Training(dropout=0.3), classes=5)
    assert network.conv1.weight.is_contiguous(memory_format=torch.channels_last)
    assert not network.training
    assert equal(network.cpu(), resnet)


class Malicious:
    """Runs a command when unpickled."""

    def __init__(self, command: str) -> None:
        self.command = command

    def __reduce__(self) -> tuple[object, ...]:
        return os.system, (self.command,)


NOT_PLAIN = r"{path}: not a plain state_dict \(\w+\); save `network.state_dict\(\)`"


NOT_OF_IT = "{path}: not of this network, stem and number of classes: "


@pytest.mark.parametrize("load", [networks.load_checkpoint, networks.load_weights])
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (lambda path: {"conv1.weight": Malicious(f"touch {path.parent}/harm")}, NOT_PLAIN),
        (lambda _: {"epoch": 3, "state_dict": {}}, NOT_PLAIN),
        (lambda _: torch.zeros(3), NOT_PLAIN),
        (lambda _: b"", NOT_PLAIN),
        (lambda _: b"<html>404</html>", NOT_PLAIN),
        (lambda _: {}, NOT_OF_IT + r"Missing key\(s\) in state_dict: \"conv1.weight\", .* \.\.\."),
        (lambda _: networks.build("squeezenet1_0", classes=5).state_dict(), NOT_OF_IT + "Missing key.*"),
        (
            lambda _: networks.build("resnet18", classes=5, stem="cifar").state_dict(),
            NOT_OF_IT + r"size mismatch for conv1.weight: .*\[64, 3, 3, 3\].*\[64, 3, 7, 7\]\)\.",
        ),
        (None, "{path}: no such file"),
    ],
)
def test_a_wrong_file_is_named(load: object, content: object, message: str, tmp_path: Path) -> None:
    path = tmp_path / "given.pt"
    if content:
        made = content(path)  # type: ignore[operator]
        path.write_bytes(made) if isinstance(made, bytes) else torch.save(made, path)
    with pytest.raises(InputError) as error:
        load(networks.build("resnet18", classes=5), path)  # type: ignore[operator]
    assert re.fullmatch(message.format(path=re.escape(str(path))), str(error.value)), str(error.value)
    assert not (tmp_path / "harm").exists()


@pytest.mark.parametrize("kept", [0.01, 0.5, 0.99])
def test_a_truncated_file_is_named(kept: float, checkpoint: Path) -> None:
    whole = checkpoint.read_bytes()
    checkpoint.write_bytes(whole[: int(len(whole) * kept)])
    with pytest.raises(InputError, match=re.escape(f"{checkpoint}: not a plain state_dict")):
        networks.load_checkpoint(networks.build("resnet18", classes=5), checkpoint)


def test_a_checkpoint_with_another_number_of_classes_is_refused(checkpoint: Path) -> None:
    with pytest.raises(InputError, match=r"checkpoint.pt: .* size mismatch for fc.weight"):
        networks.load_checkpoint(networks.build("resnet18", classes=6), checkpoint)
