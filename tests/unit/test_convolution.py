"""Leaving out the taps that see padding changes nothing but the time."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from superposition.convolution import MapSizedConv2d, fit_to_maps


@given(
    height=st.integers(1, 5),
    width=st.integers(1, 5),
    kernel=st.sampled_from([(1, 1), (3, 3), (5, 5), (7, 7), (1, 3)]),
    stride=st.integers(1, 3),
    padding=st.integers(0, 3),
    dilation=st.integers(1, 2),
    groups=st.sampled_from([1, 2]),
    bias=st.booleans(),
)
@settings(max_examples=200)
def test_outputs_and_gradients_are_those_of_conv2d(
    height: int, width: int, kernel: tuple[int, int], stride: int, padding: int, dilation: int, groups: int, bias: bool
) -> None:
    reach = [dilation * (size - 1) + 1 for size in kernel]
    if height + 2 * padding < reach[0] or width + 2 * padding < reach[1]:
        return
    plain = nn.Conv2d(4, 6, kernel, stride, padding, dilation, groups, bias, dtype=torch.float64)
    fitted = MapSizedConv2d(4, 6, kernel, stride, padding, dilation, groups, bias, dtype=torch.float64)
    fitted.load_state_dict(plain.state_dict())
    maps = [torch.randn(2, 4, height, width, dtype=torch.float64, generator=torch.manual_seed(0)) for _ in range(2)]
    maps[1].copy_(maps[0])
    outputs = [layer(values.requires_grad_()) for layer, values in zip((plain, fitted), maps, strict=True)]
    torch.testing.assert_close(*outputs)
    for output in outputs:
        (output**2).sum().backward()
    torch.testing.assert_close(maps[0].grad, maps[1].grad)
    for ours, theirs in zip(fitted.parameters(), plain.parameters(), strict=True):
        torch.testing.assert_close(ours.grad, theirs.grad)


@pytest.mark.parametrize(
    ("size", "stride", "padding", "used"), [(1, 1, 1, 1), (1, 2, 1, 1), (2, 2, 1, 4), (2, 1, 1, 9), (3, 1, 0, 9)]
)
def test_only_the_taps_that_the_map_fills_get_a_gradient_from_it(
    size: int, stride: int, padding: int, used: int
) -> None:
    layer = MapSizedConv2d(1, 1, 3, stride, padding, bias=False)
    layer(torch.ones(1, 1, size, size)).sum().backward()
    assert (layer.weight.grad != 0).sum() == used


def test_a_network_keeps_its_names_weights_and_hooks() -> None:
    network = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(), nn.Conv2d(4, 2, 1))
    before = {name: value.clone() for name, value in network.state_dict().items()}
    fit_to_maps(network)
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())
    seen = []
    network[0].register_forward_hook(lambda module, inputs, output: seen.append(output.shape))
    network(torch.zeros(1, 3, 1, 1))
    assert seen == [(1, 4, 1, 1)]


def test_bf16_gradients_are_whole_where_kernels_stride_over_single_pixels() -> None:
    torch.manual_seed(0)
    layer = MapSizedConv2d(64, 128, 3, stride=2, padding=1, bias=False).to(memory_format=torch.channels_last)
    maps = torch.randn(32, 64, 1, 1).contiguous(memory_format=torch.channels_last)
    exact = torch.einsum("nc,nd->dc", maps[:, :, 0, 0], torch.ones(32, 128))
    for _ in range(20):
        layer.weight.grad = None
        with torch.autocast("cpu", torch.bfloat16):
            output = layer(maps)
        output.float().sum().backward()
        torch.testing.assert_close(layer.weight.grad[:, :, 1, 1], exact, rtol=0.02, atol=0.05)
        assert layer.weight.grad.count_nonzero() == layer.weight.grad[:, :, 1, 1].count_nonzero()
