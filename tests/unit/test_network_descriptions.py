"""What networks say of themselves without being run."""

import pytest

from superposition import networks

from torchvision import models  # isort: skip  (after superposition.eager)


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
