"""Training in half precision."""

import copy

import pytest
import torch

from superposition import networks
from tests.small_learning import TinyNet, coloured
from tests.small_training import fit, make_batches, make_trainer


@pytest.mark.parametrize("precision", ["fp32", "bf16", "fp16"])
@pytest.mark.parametrize("name", ["adam", "adamw", "sgd"])
def test_every_precision_learns(precision: str, name: str) -> None:
    network = TinyNet()
    trainer = make_trainer(network, precision=precision, epochs=8, optimiser={"name": name, "lr": 0.05})
    epochs, _ = fit(trainer, *coloured(48))
    assert epochs[0].loss > 2 * epochs[-1].loss
    assert epochs[-1].accuracy > 0.9
    assert {weight.dtype for weight in network.parameters()} == {torch.float32}


@pytest.mark.parametrize(("precision", "expected"), [("fp32", "float32"), ("bf16", "bfloat16"), ("fp16", "float16")])
def test_the_forward_pass_has_the_precision(precision: str, expected: str) -> None:
    network, seen = TinyNet(), []
    network.conv.register_forward_hook(lambda _module, _inputs, output: seen.append(str(output.dtype)))
    fit(make_trainer(network, precision=precision, epochs=1), *coloured(8))
    assert seen == [f"torch.{expected}"]


def gradient(precision: str, stem: str, size: int) -> torch.Tensor:
    """Of the convolution of a ResNet-18 that sees the smallest maps, after one step."""
    network = networks.build("resnet18", classes=3, stem=stem)
    fit(make_trainer(network, precision=precision, epochs=1), *coloured(8, size, size))
    return network.get_parameter("layer4.0.conv1.weight").grad.flatten()  # type: ignore[union-attr]


@pytest.mark.parametrize(("stem", "size"), [("imagenet", 32), ("imagenet", 16), ("cifar", 9), ("cifar", 4)])
def test_bf16_gradients_are_right_and_repeatable(stem: str, size: int) -> None:
    single, half, again = (gradient(precision, stem, size) for precision in ("fp32", "bf16", "bf16"))
    assert torch.nn.functional.cosine_similarity(single, half, dim=0) > 0.9
    assert torch.equal(half, again)


@pytest.mark.parametrize("name", ["adam", "adamw", "sgd"])
def test_fp16_skips_a_step_whose_gradients_overflow(name: str) -> None:
    network = TinyNet()
    trainer = make_trainer(network, precision="fp16", optimiser={"name": name})
    trainer.scaler = torch.amp.GradScaler("cpu", init_scale=2.0**40)
    before = copy.deepcopy(dict(network.named_parameters()))
    pixels, labels = coloured(8)
    batch = make_batches(pixels).make(torch.arange(8), torch.Generator())
    trainer.step(batch, torch.from_numpy(labels), 0.1)
    assert all(torch.equal(before[key], weight) for key, weight in network.named_parameters())
    assert trainer.scaler.get_scale() == 2.0**39


@pytest.mark.parametrize("name", ["adam", "adamw", "sgd"])
def test_fp16_scaling_cancels_out(name: str) -> None:
    """In fp16 the update is that of fp32 but for rounding, whatever the scale."""
    trained = []
    for precision in ("fp32", "fp16"):
        network = TinyNet()
        fit(make_trainer(network, precision=precision, epochs=1, optimiser={"name": name, "lr": 1e-3}), *coloured(8))
        trained.append(torch.cat([weight.detach().flatten() for weight in network.parameters()]))
    assert (trained[0] - trained[1]).abs().mean() < 2e-4
