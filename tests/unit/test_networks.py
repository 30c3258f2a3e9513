"""Networks against torchvision's own, and weights files that are not what they should be."""

import hashlib
import os
import re
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn.modules.module import register_module_parameter_registration_hook

from superposition import networks
from superposition.config import Training
from superposition.errors import InputError
from tests.small_data import send, web_server

from torchvision import models  # isort: skip  (after superposition.eager)

NAMES = models.list_models(module=models)
SMALL = ("resnet18", "mobilenet_v3_small", "squeezenet1_0")


def shapes(name: str, classes: int) -> tuple[nn.Module, dict[str, torch.Size]]:
    """A network without memory for its weights, and their shapes."""
    with register_module_parameter_registration_hook(networks._without_memory):
        network = networks.build(name, classes=classes)
    return network, {key: value.shape for key, value in network.state_dict().items()}


@pytest.fixture(scope="module")
def resnet() -> Any:
    """A ResNet-18 for five classes, not to be changed."""
    return networks.build("resnet18", classes=5, seed=1)


@pytest.fixture
def checkpoint(resnet: Any, tmp_path: Path) -> Path:
    """Its state_dict."""
    torch.save(resnet.state_dict(), tmp_path / "checkpoint.pt")
    return tmp_path / "checkpoint.pt"


def equal(left: nn.Module, right: nn.Module) -> bool:
    pairs = zip(left.state_dict().values(), right.state_dict().values(), strict=True)
    return all(torch.equal(one, other) for one, other in pairs)


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


def test_describe_lists_layers_parameters_and_weights() -> None:
    about = networks.describe("resnet18", "imagenet")
    assert about["parameters"] == 11_689_512, "as torchvision documents it"
    assert about["weights"] == ["IMAGENET1K_V1"]
    expected = {"conv1": 64, "maxpool": 64, "layer1.0.conv2": 64, "layer4.1.conv2": 512, "avgpool": 512, "fc": 1000}
    assert expected.items() <= about["layers"].items()
    assert next(iter(about["layers"])) == "conv1"
    assert list(about["layers"])[-1] == "fc"


def test_describe_knows_the_cifar_stem() -> None:
    about = networks.describe("resnet18", "cifar")
    assert about["parameters"] == 11_689_512 - 64 * 3 * (49 - 9)
    assert about["layers"]["maxpool"] == 64


@pytest.mark.parametrize(
    ("name", "layers"),
    [
        ("vit_b_32", {"conv_proj": 768, "encoder.layers.encoder_layer_11": 768, "heads.head": 1000}),
        ("swin_v2_t", {"features.0.0": 96, "permute": 768, "avgpool": 768}),
        ("maxvit_t", {"blocks.3": 512, "classifier.5": 1000}),
        ("regnet_y_400mf", {"trunk_output": 440, "avgpool": 440}),
        ("googlenet", {"inception5b": 1024, "fc": 1000}),
        ("inception_v3", {"Mixed_7c": 2048, "fc": 1000}),
        ("convnext_tiny", {"features.7": 768, "avgpool": 768}),
        ("shufflenet_v2_x0_5", {"conv5": 1024}),
    ],
)
def test_describe_reads_every_kind_of_network(name: str, layers: dict[str, int]) -> None:
    about = networks.describe(name, "imagenet")
    assert layers.items() <= about["layers"].items()
    documented = models.get_model_weights(name)["IMAGENET1K_V1"].meta["num_params"]
    side_heads = {"googlenet": 13_004_888 - 6_624_904 - 6_379_984, "inception_v3": 27_161_264 - 23_834_568}
    assert about["parameters"] == documented - side_heads.get(name, 0)


def test_describe_leaves_out_layers_whose_units_it_cannot_tell() -> None:
    """Swin's maps are [sample, y, x, unit], and its position bias has no samples."""
    layers = networks.describe("swin_v2_t", "imagenet")["layers"]
    assert not {"features.7", "norm", "features.1.0.attn.cpb_mlp.0"} & layers.keys()


@pytest.mark.parametrize(("name", "drops"), [("resnet18", False), ("vgg11", True), ("vit_b_32", False)])
def test_describe_says_whether_a_network_drops_activations(name: str, drops: bool) -> None:
    assert networks.describe(name, "imagenet")["dropout"] is drops


def test_dropout_changes_neither_weights_nor_evaluation() -> None:
    plain, dropping = (networks.build("resnet18", classes=5, dropout=share, seed=1) for share in (0.0, 0.5))
    assert equal(plain, dropping)
    pictures = torch.randn(8, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    assert torch.equal(plain.eval()(pictures), dropping.eval()(pictures))
    plain.train(), dropping.train()
    assert not torch.allclose(plain(pictures), dropping(pictures))


CONTENT = b"weights" * 1000
NAME = f"tiny-{hashlib.sha256(CONTENT).hexdigest()[:8]}.pth"


def download(monkeypatch: pytest.MonkeyPatch, url: str, path: Path) -> None:
    """Fetch weights that torchvision says to lie at `url`."""
    monkeypatch.setattr(models, "get_model_weights", lambda name: {"V1": SimpleNamespace(url=url)})
    networks.download_weights("tiny", "V1", path)


def test_weights_are_downloaded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with web_server(lambda request: send(request, CONTENT)) as address:
        download(monkeypatch, f"{address}/{NAME}", tmp_path / "weights.pth")
    assert (tmp_path / "weights.pth").read_bytes() == CONTENT


def corrupt(request: BaseHTTPRequestHandler) -> None:
    send(request, b"other" + CONTENT)


def cut_off(request: BaseHTTPRequestHandler) -> None:
    send(request, CONTENT[:3000], length=len(CONTENT))


def missing(request: BaseHTTPRequestHandler) -> None:
    send(request, b"", status=404)


@pytest.mark.parametrize(
    ("answer", "reason"), [(corrupt, "invalid hash"), (cut_off, "invalid hash"), (missing, "HTTP Error 404")]
)
def test_what_is_not_the_weights_is_refused(
    answer: object, reason: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with web_server(answer) as address, pytest.raises(InputError) as error:  # type: ignore[arg-type]
        download(monkeypatch, f"{address}/{NAME}", tmp_path / "weights.pth")
    url = f"{address}/{NAME}"
    assert str(error.value).startswith(f"weights: V1 of tiny can't be had from {url} ({reason}")
    assert str(error.value).endswith("; fetch that file elsewhere and give its path as `weights`")
    assert not list(tmp_path.iterdir())


def test_without_a_network_the_address_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"can't be had from http://127.0.0.1:9/.*Connection refused"):
        download(monkeypatch, f"http://127.0.0.1:9/{NAME}", tmp_path / "weights.pth")


@pytest.mark.parametrize("name", NAMES)
def test_every_published_file_has_its_hash_in_its_name(name: str) -> None:
    for weights in models.get_model_weights(name):
        assert re.search(r"-[0-9a-f]{8,}\.pth$", weights.url)
