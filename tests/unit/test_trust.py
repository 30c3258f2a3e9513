"""Files from elsewhere run nothing and fill no memory; names from elsewhere are names and nothing else."""

import io
import os
import pickle
import struct
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from superposition import images, networks, optimisers, sources, studies
from superposition.config import Dataset, Optimiser
from superposition.errors import InputError
from superposition.stages import prepare
from tests.small_data import folder_files, image_bytes, noise, write_folder, write_tar, write_zip
from tests.small_learning import TinyNet

Load = Callable[[Path], Any]


class Malicious:
    """Makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return os.mknod, (str(self.path),)


PACKED: dict[str, Callable[[object, Path], object]] = {
    "torch": torch.save,
    "old torch": lambda content, path: torch.save(content, path, _use_new_zipfile_serialization=False),
    "pickle": lambda content, path: path.write_bytes(pickle.dumps(content, 2)),
    "numpy": lambda content, path: np.array([content], object).dump(path),
}
LOADED: dict[str, Load] = {
    "checkpoint": lambda path: networks.load_checkpoint(TinyNet(), path),
    "weights": lambda path: networks.load_weights(TinyNet(), path),
    "optimiser": lambda path: optimisers.load(optimisers.make(TinyNet(), Optimiser()), path),
}


@pytest.mark.parametrize("pack", PACKED.values(), ids=PACKED)
@pytest.mark.parametrize("load", LOADED.values(), ids=LOADED)
@pytest.mark.parametrize(
    "shape", [lambda one: one, lambda one: {"state": one, "param_groups": [one]}, lambda one: [one]]
)
def test_a_file_of_weights_runs_nothing(load: Load, pack: Callable, shape: Callable, tmp_path: Path) -> None:
    pack(shape(Malicious(tmp_path / "harm")), tmp_path / "given.pt")
    with pytest.raises(InputError, match=r"^\S+/given.pt: not a [^\n]+$"):
        load(tmp_path / "given.pt")
    assert not (tmp_path / "harm").exists()


def test_the_malicious_files_of_these_tests_are_live(tmp_path: Path) -> None:
    for name, pack in PACKED.items():
        pack(Malicious(tmp_path / "harm"), tmp_path / "given.pt")
        if name in ("torch", "old torch"):
            torch.load(tmp_path / "given.pt", weights_only=False)
        else:
            pickle.loads((tmp_path / "given.pt").read_bytes())
        (tmp_path / "harm").unlink()


def of_size(kind: str, width: int, height: int) -> bytes:
    """A small image file that says it is of that size."""
    data = bytearray(image_bytes(noise(0), kind))
    if kind == "PNG":
        data[16:24] = struct.pack(">2I", width, height)
        data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    else:
        start, form = {"BMP": (18, "<2i"), "GIF": (6, "<2H")}[kind]
        struct.pack_into(form, data, start, width, height)
    return bytes(data)


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("kind", ["PNG", "BMP", "GIF"])
@pytest.mark.parametrize("size", [(10_001, 5_000), (50_000, 3_000), (60_000, 60_000)])
def test_an_image_that_is_much_larger_than_its_file_is_refused(kind: str, size: tuple[int, int]) -> None:
    assert sources.decode(of_size(kind, 8, 8), "a").shape == (8, 8, 3)
    tracemalloc.start()
    with pytest.raises(InputError, match=r"^a: .*(over the limit of 50,000,000|could be decompression bomb)"):
        sources.decode(of_size(kind, *size), "a")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10**7


def test_a_text_in_an_image_that_is_much_larger_than_its_file_is_refused() -> None:
    text, file = PngInfo(), io.BytesIO()
    text.add_text("Comment", "a" * 2**26, zip=True)
    Image.fromarray(noise(0)).save(file, "PNG", pnginfo=text)
    assert len(file.getvalue()) < 10**5
    with pytest.raises(InputError, match=r"^a: damaged image \(Decompressed data too large"):
        sources.decode(file.getvalue(), "a")


CLASSES = ("$(touch harm); '\"", "-rf `touch harm`\n\t& harm", "<img src=x onerror=alert(1)>", "=1+1 \u202e é {x} %s ~")


@pytest.mark.parametrize("write", [write_folder, write_zip, write_tar])
def test_any_name_of_a_class_or_an_image_is_just_a_name(write: Callable, tmp_path: Path) -> None:
    files = {
        name.replace("0000.png", "$(touch harm)\n'.png"): content
        for name, content in folder_files(classes=CLASSES).items()
    }
    place = write(tmp_path / "data", files)
    options = Dataset(plugin="image_folder", **{"root" if write is write_folder else "archive": place})
    prepare.run(dataset="d", options=options, downloads=tmp_path, images=tmp_path / "images.h5")
    assert images.describe(tmp_path / "images.h5").classes == sorted(CLASSES)
    assert images.read_split(tmp_path / "images.h5", "train").images.shape == (12, 8, 8, 3)
    assert {path.name for path in tmp_path.iterdir()} == {"data", "images.h5"}


def test_a_damaged_image_is_named_in_one_line_whatever_its_name(tmp_path: Path) -> None:
    files = {**folder_files(), "train/cat/a\nb.png": b"<html>"}
    options = Dataset(plugin="image_folder", archive=write_zip(tmp_path / "a.zip", files))
    with pytest.raises(InputError, match=r"^[^\n]+a.zip: 'train/cat/a\\nb.png': not an image[^\n]+$"):
        prepare.run(dataset="d", options=options, downloads=tmp_path, images=tmp_path / "images.h5")


def test_a_class_that_cannot_be_written_down_is_refused(tmp_path: Path) -> None:
    files = folder_files(classes=("cat", os.fsdecode(b"caf\xe9")))
    options = Dataset(plugin="image_folder", root=write_folder(tmp_path / "data", files))
    with pytest.raises(InputError, match=r"/data: class 'caf\\udce9' is no text in UTF-8; rename its folder$"):
        prepare.run(dataset="d", options=options, downloads=tmp_path, images=tmp_path / "images.h5")


@pytest.mark.parametrize(
    "name", ["<script>", "$(touch harm)", "a b", "a;b", "'", "../up", "-x", "a\n", "", "é", "a" * 65]
)
def test_names_in_a_config_are_letters_and_digits(name: str) -> None:
    sound: dict[str, Any] = {"study": "s", "datasets": {"digits": {}}, "seeds": [0], "arms": {"a": {}}}
    toy = {"features": 5, "dimensions": 2}
    for key, changes in {
        "study": {"study": name},
        "datasets": {"datasets": {name: {}}},
        "arms": {"arms": {name: {}}},
        "arms.a.start": {"arms": {"a": {"start": name}}},
        "contrasts": {"contrasts": [[name, "a"]]},
        "toys.models": {"toys": {"models": {name: toy}}},
        "training.network": {"training": {"network": name}},
    }.items():
        with pytest.raises(InputError, match=rf"^{key}\b"):
            studies.parse({**sound, **changes})
