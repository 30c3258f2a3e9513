"""Pictures that excite units, of networks whose answer is known and against Lucent's own."""

from typing import Any, get_args

import numpy as np
import pytest
import torch

from superposition import maximisation, networks, picture_settings, streams
from superposition.config import Maximisation
from tests.small_learning import TinyNet
from tests.small_pictures import MEAN, STD, data, made

from lucent.optvis import param, render  # isort: skip  (after superposition.eager)


def of_colours() -> TinyNet:
    """Unit 0 answers red, unit 1 green, unit 2 blue, each less the other two; one unit answers darkness."""
    network = TinyNet().eval()
    with torch.no_grad():
        network.conv.weight.zero_()
        network.conv.weight[:3, :, 1, 1] = 2 * torch.eye(3) - 1
        network.conv.weight[3, :, 1, 1] = -1
    return network


@pytest.mark.parametrize("setting", ["native", "as_coded"])
def test_a_unit_that_answers_a_colour_gets_that_colour(setting: str) -> None:
    pictures, achieved = made(of_colours(), "conv", [0, 1, 2, 3], steps=40, lr=0.5, starts=1, setting=setting)
    means = pictures.mean((1, 2, 3)) / 255
    own, others = np.diag(means[:3]), means[:3][~np.eye(3, dtype=bool)].reshape(3, 2)
    assert (own > others.max(axis=1) + 0.2).all() and (others < 0.25).all()
    assert (means[3] < 0.25).all()
    assert (achieved > 0).all(), "more than a grey picture"


@pytest.mark.parametrize(("height", "width"), [(8, 8), (32, 32), (64, 64), (9, 15)])
def test_pictures_have_the_images_own_size_and_are_measured_like_images(height: int, width: int) -> None:
    network = TinyNet().eval()
    pictures, achieved = made(network, "conv", [5, 2, 7], data=data(height, width), steps=2)
    assert pictures.shape == (3, 2, height, width, 3) and pictures.dtype == np.uint8
    seen = torch.from_numpy(((pictures / 255 - MEAN) / STD).astype(np.float32)).flatten(0, 1).permute(0, 3, 1, 2)
    with torch.no_grad():
        expected = network.conv(seen).mean((2, 3)).reshape(3, 2, 8)
    assert achieved.dtype == np.float32
    assert np.allclose(achieved, [expected[place, :, unit] for place, unit in enumerate([5, 2, 7])], atol=1e-5)


def test_equal_calls_give_equal_bits_and_other_seeds_and_starts_other_pictures() -> None:
    first, again, other = (made(TinyNet(), "conv", [1, 6], seed=seed)[0] for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert not np.array_equal(first[:, 0], first[:, 1])


def test_it_does_not_matter_which_other_units_there_are_but_for_rounding(monkeypatch: pytest.MonkeyPatch) -> None:
    pictures, _ = made(TinyNet(), "conv", [1, 6, 3])
    backwards, _ = made(TinyNet(), "conv", [3, 1])
    monkeypatch.setattr(maximisation, "BATCH", 4)
    parts, _ = made(TinyNet(), "conv", [1, 6, 3])
    for expected, found in ((pictures[[2, 0]], backwards), (pictures, parts)):
        assert np.abs(expected.astype(int) - found).max() <= 1


def test_as_coded_is_the_papers_call() -> None:
    """render_vis with param.image(size, channels=3), preprocess=False and nothing else, for one unit."""
    network, start = TinyNet().eval(), streams.generator(1, "picture of conv 6 0").normal(0, 0.01, (1, 3, 8, 5, 2))

    def begun() -> Any:
        [spectrum], image = param.image(8, channels=3)
        with torch.no_grad():
            spectrum.copy_(torch.from_numpy(start))
        return [spectrum], image

    with maximisation._seeded(streams.torch_seed(1, "transforms of pictures")):
        [expected] = render.render_vis(
            network, "conv:6", begun, thresholds=(5,), preprocess=False, progress=False, show_image=False
        )
    found, _ = made(TinyNet(), "conv", [2, 6], setting="as_coded", steps=5, starts=1)
    assert np.abs(255 * expected[0] - found[1, 0]).max() <= 0.51


def test_every_setting_of_a_config_is_there() -> None:
    [choices] = get_args(Maximisation.model_fields["settings"].annotation)
    assert set(get_args(choices)) == {*picture_settings.SETTINGS}


def test_network_and_generators_are_left_as_they_were() -> None:
    network = TinyNet()
    before, states = {key: value.clone() for key, value in network.state_dict().items()}, random_states()
    made(network, "conv", [1])
    assert all(torch.equal(value, before[key]) for key, value in network.state_dict().items())
    assert not any(module._forward_hooks for module in network.modules())
    assert all(weight.requires_grad and weight.grad is None for weight in network.parameters())
    assert network.training
    assert all(np.array_equal(one, other) for one, other in zip(states, random_states(), strict=True))


def random_states() -> list[Any]:
    kind, keys, *rest = np.random.get_state()
    return [torch.get_rng_state().numpy(), kind, keys, *rest]


def test_a_relu_that_overwrites_its_input_comes_too_late() -> None:
    """Where it cuts everything off, it would leave no gradient."""
    network = of_colours()
    with torch.no_grad():
        network.norm.bias.fill_(-1000)
    pictures, achieved = made(network, "norm", [0], steps=40, lr=0.5)
    red, green, blue = pictures.mean((0, 1, 2, 3))
    assert red > max(green, blue) + 50
    assert (achieved < -900).all()


def test_half_finished_pictures_are_not_taken_for_finished_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lucent ends quietly when it is interrupted."""
    monkeypatch.setattr(maximisation.Excitation, "loss", interrupted)
    with pytest.raises(KeyboardInterrupt):
        made(TinyNet(), "conv", [1])


def interrupted(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("size", [8, 32, 64])
def test_what_moves_pictures_brings_nothing_in_at_their_edges(size: int) -> None:
    white = torch.ones(1, 3, size, size)
    with maximisation._seeded(0):
        for _ in range(200):
            moved = white
            for transform in picture_settings.moved_about(size, size):
                moved = transform(moved)
            assert moved.shape == white.shape
            assert moved.min() > 0.999


def test_beaten_by_counts_the_samples_above_each_picture() -> None:
    values = np.array([[1, 9], [2, 8], [3, 7]], np.float32)
    found = maximisation.beaten_by(np.array([[2, 0.5, 3], [10, 7.5, 6]], np.float32), values)
    assert found.tolist() == [[1, 3, 0], [0, 2, 3]] and found.dtype == np.int32


def test_fully_connected_layers_have_units_too() -> None:
    network = networks.build("resnet18", classes=3, seed=1)
    pictures, achieved = made(network, "fc", [2], data=data(32, 32), steps=20, starts=1)
    assert pictures.shape == (1, 1, 32, 32, 3)
    assert achieved[0, 0] > made(network, "fc", [2], data=data(32, 32), steps=1, starts=1)[1][0, 0]
