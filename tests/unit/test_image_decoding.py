"""Images decoded, and files that are none."""

import io
import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from superposition import images, sources
from superposition.errors import InputError
from superposition.sources import decode
from tests.small_data import folder_files, image_bytes, noise, write_folder, write_tar
from tests.small_images import prepared


@pytest.mark.parametrize("kind", ["PNG", "BMP", "PPM", "TIFF"])
def test_decoding(kind: str) -> None:
    np.testing.assert_array_equal(decode(image_bytes(noise(0), kind), "a"), noise(0))


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "1", "CMYK"])
def test_other_modes_become_rgb(mode: str) -> None:
    image = Image.fromarray(noise(0)).convert(mode)
    buffer_kind = "TIFF" if mode == "CMYK" else "PNG"
    found = decode(image_bytes_of(image, buffer_kind), "a")
    assert found.shape == (8, 8, 3) and found.dtype == np.uint8
    if mode == "L":
        np.testing.assert_array_equal(found, np.repeat(np.asarray(image)[:, :, None], 3, axis=2))


def image_bytes_of(image: Image.Image, kind: str) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind)
    return buffer.getvalue()


JPEG = image_bytes(noise(0, 64, 64), "JPEG")


TIFF = image_bytes(noise(0), "TIFF")
PLACES = struct.pack("<HH", 273, 4)  # of the pixels, as whole numbers


DEEP = image_bytes_of(Image.fromarray(np.full((4, 4), 40_000, np.uint16)), "PNG")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not an image, or damaged"),
        (b"<html>", "not an image, or damaged"),
        (JPEG[:10], "damaged image"),
        (JPEG[: len(JPEG) // 2], "damaged image"),
        (image_bytes(noise(0))[:-30], "damaged image"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n", "not an image, or damaged"),
        (TIFF.replace(PLACES, struct.pack("<HH", 273, 11)), "damaged image"),
        (DEEP, "mode I;16 has more than 8 bits a channel"),
    ],
)
def test_damaged_images_are_named(data: bytes, message: str) -> None:
    with pytest.raises(InputError, match=rf"^a.zip: b.jpg: {message}"):
        decode(data, "a.zip: b.jpg")


def test_a_huge_image_is_refused_before_it_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "MAX_PIXELS", 63)
    with pytest.raises(InputError, match=r"^a: 8 x 8 pixels, over the limit of 63$"):
        decode(image_bytes(noise(0)), "a")


@pytest.mark.parametrize("write", [write_folder, write_tar])
def test_a_corrupt_file_in_a_container_is_named(tmp_path: Path, write) -> None:
    files = {**folder_files(), "train/cat/0001.png": b"rubbish"}
    listed = {split: {name: int("dog" in name) for name in files if name.startswith(split)} for split in images.SPLITS}
    source = sources.from_members(write(tmp_path / "data", files), listed, ["cat", "dog"])
    with pytest.raises(InputError, match=r"/data: train/cat/0001.png: not an image, or damaged"):
        prepared(tmp_path / "a.h5", source)
