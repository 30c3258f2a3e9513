"""Whole batches of images on the device: gathered, cropped, flipped and normalised at once.

Images stay uint8 until their batch is made; nothing is done image by image.
"""

from collections.abc import Sequence

import torch
from torch import Tensor


class Batches:
    """Normalised batches from images that stay uint8 in the device's memory.

    images: uint8 [sample, y, x, channel]; mean, std: of pixel values in 0..1, one a channel.
    """

    def __init__(self, images: Tensor, *, mean: Tensor, std: Tensor, augment: Sequence[str]) -> None:
        self.flip = "flip" in augment
        _, height, width, _ = images.shape
        self.padding = (height // 8, width // 8) if "crop" in augment else (0, 0)
        rows, columns = self.padding
        padded = torch.nn.functional.pad(images, (0, 0, columns, columns, rows, rows))
        self.windows = padded.unfold(1, height, 1).unfold(2, width, 1)
        self.scale = (1 / (255 * std))[:, None, None]
        self.shift = (-mean / std)[:, None, None]

    def make(self, rows: Tensor, generator: torch.Generator) -> Tensor:
        """float32 [sample, channel, y, x] of the images at `rows`, channels last in memory.

        `generator` (CPU) draws the crops and flips, so that every device sees the same ones.
        """
        n, device = len(rows), rows.device
        top, left = (torch.randint(2 * pad + 1, (n,), generator=generator).to(device) for pad in self.padding)
        pixels = self.windows[rows, top, left]
        if self.flip:
            turned = torch.rand(n, generator=generator).to(device) < 0.5
            pixels = torch.where(turned[:, None, None, None], pixels.flip(3), pixels)
        return (pixels * self.scale + self.shift).contiguous(memory_format=torch.channels_last)
