"""Convolutions that leave out the taps of their kernel which see nothing but padding."""

from torch import Tensor, nn
from torch.nn.functional import conv2d


class MapSizedConv2d(nn.Conv2d):
    """A convolution that, where the whole map fits into its kernel, uses only the taps that the map fills.

    The outputs and gradients are those of nn.Conv2d. In ResNet-18 at 32 pixels the last stage works on single pixels:
    eight of its kernels' nine taps see padding alone, yet cost a fifth of a training step. It also avoids oneDNN's bf16
    gradient of kernels that stride over a single pixel, parts of which are never written (torch 2.15, AVX-512 CPUs).
    """

    def forward(self, maps: Tensor) -> Tensor:
        """Maps [sample, unit, y, x] of maps [sample, channel, y, x]."""
        if isinstance(self.padding, str) or not self._holds(maps, self.padding):
            return super().forward(maps)
        (top, left), (height, width) = self.padding, maps.shape[2:]
        weight = self.weight[:, :, top : top + height, left : left + width]
        return conv2d(maps, weight, self.bias, groups=self.groups)

    def _holds(self, maps: Tensor, padding: tuple[int, ...]) -> bool:
        """Whether there is a single output position, at which the kernel covers the map."""
        axes = zip(maps.shape[2:], self.kernel_size, self.stride, padding, strict=True)
        covered = all(pad + size <= kernel and size + 2 * pad - kernel < stride for size, kernel, stride, pad in axes)
        return covered and self.padding_mode == "zeros" and self.dilation == (1, 1)


def fit_to_maps(network: nn.Module) -> None:
    """Make every convolution of a network a MapSizedConv2d, in place; names and weights stay as they are."""
    for module in network.modules():
        if type(module) is nn.Conv2d:
            module.__class__ = MapSizedConv2d
