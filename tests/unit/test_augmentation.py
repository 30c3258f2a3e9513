"""Batches against torchvision and numpy, image by image."""

import numpy as np
import pytest
import torch

from superposition import eager  # noqa: F401  (before torchvision)
from superposition.augmentation import Batches
from tests.small_learning import coloured

from torchvision.transforms.v2 import functional as reference  # isort: skip

MEAN, STD = torch.tensor([0.49, 0.48, 0.45]), torch.tensor([0.2, 0.19, 0.21])
SIZES = [(32, 32), (16, 24), (9, 40), (8, 8), (7, 5)]


def make(pixels: np.ndarray, augment: list[str], rows: torch.Tensor | None = None, seed: int = 0) -> torch.Tensor:
    batches = Batches(torch.from_numpy(pixels), mean=MEAN, std=STD, augment=augment)
    rows = torch.arange(len(pixels)) if rows is None else rows
    return batches.make(rows, torch.Generator().manual_seed(seed))


def normalised(pixels: np.ndarray) -> torch.Tensor:
    """torchvision's normalisation of one image [y, x, channel]."""
    image = reference.to_dtype(reference.to_image(pixels.copy()), torch.float32, scale=True)
    return reference.normalize(image, MEAN.tolist(), STD.tolist())


def crops(image: np.ndarray) -> list[np.ndarray]:
    """Every window of the image's own size in the image with a border of zeros, an eighth as wide."""
    height, width, _ = image.shape
    above, beside = height // 8, width // 8
    padded = np.pad(image, ((above, above), (beside, beside), (0, 0)))
    return [
        padded[top : top + height, left : left + width]
        for top in range(2 * above + 1)
        for left in range(2 * beside + 1)
    ]


def position(made: torch.Tensor, candidates: list[np.ndarray]) -> int:
    """Which candidate was made into the image: exactly one is."""
    close = [bool(torch.isclose(made, normalised(candidate), atol=1e-5).all()) for candidate in candidates]
    assert sum(close) == 1
    return close.index(True)


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_without_augmentation_images_are_only_normalised(height: int, width: int) -> None:
    pixels, _ = coloured(6, height, width)
    rows = torch.tensor([4, 0, 4])
    expected = torch.stack([normalised(pixels[row]) for row in rows])
    assert torch.allclose(make(pixels, [], rows), expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_crops_are_windows_of_the_padded_image(height: int, width: int) -> None:
    pixels, _ = coloured(12, height, width)
    made = make(pixels, ["crop"])
    assert made.shape == (12, 3, height, width)
    found = {position(image, crops(pixels[n])) for n, image in enumerate(made)}
    assert (len(found) > 1) == (max(height, width) >= 8)


def test_every_crop_is_as_likely() -> None:
    pixels = np.repeat(coloured(1, 8, 8)[0], 9000, axis=0)
    made, counts = make(pixels, ["crop"]), []
    for candidate in crops(pixels[0]):
        counts.append(int(torch.isclose(made, normalised(candidate), atol=1e-5).all((1, 2, 3)).sum()))
    assert sum(counts) == 9000
    assert np.abs(np.array(counts) - 1000).max() < 5 * np.sqrt(1000)


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_flips_mirror_half_of_the_images(height: int, width: int) -> None:
    pixels, _ = coloured(400, height, width)
    made = make(pixels, ["flip"])
    kept, mirrored = (torch.stack([normalised(image) for image in side]) for side in (pixels, pixels[:, :, ::-1]))
    turned = torch.isclose(made, mirrored, atol=1e-5).all((1, 2, 3))
    assert torch.allclose(made, torch.where(turned[:, None, None, None], mirrored, kept), atol=1e-5)
    assert 150 < turned.sum() < 250


def test_crop_and_flip_go_together() -> None:
    pixels, _ = coloured(30, 8, 16)
    found = []
    for n, image in enumerate(make(pixels, ["flip", "crop"])):
        windows = crops(pixels[n])
        found.append(divmod(position(image, windows + [window[:, ::-1] for window in windows]), len(windows)))
    mirrored, windows_seen = map(set, zip(*found, strict=True))
    assert mirrored == {0, 1}
    assert len(windows_seen) > 5


@pytest.mark.parametrize("augment", [[], ["flip"], ["crop", "flip"]])
def test_batches_are_channels_last_float32(augment: list[str]) -> None:
    made = make(coloured(4)[0], augment)
    assert made.dtype == torch.float32
    assert made.is_contiguous(memory_format=torch.channels_last)


def test_draws_depend_on_the_generator_alone() -> None:
    pixels, _ = coloured(20)
    first, again, other = (make(pixels, ["crop", "flip"], seed=seed) for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_the_images_stay_as_they_were() -> None:
    pixels, _ = coloured(20)
    before = pixels.copy()
    make(pixels, ["crop", "flip"])
    assert np.array_equal(pixels, before)
