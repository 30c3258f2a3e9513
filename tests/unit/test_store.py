"""Features on disk: what is written is read back, in pieces, and damage is noticed."""

import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from superposition import store
from superposition.errors import InputError
from tests.small_results import activations, write_features

DAMAGED = r"features\.h5: not a whole features file \(.+\); delete it and run again"


@pytest.mark.parametrize("dtype", ["float16", "float32"])
@pytest.mark.parametrize("batch", [1, 7, 60])
def test_batches_come_back_as_one(tmp_path: Path, dtype: str, batch: int) -> None:
    shown, path = activations(), tmp_path / "features.h5"
    with store.create(path, {"dataset": "digits", "seed": 3, "classes": ["a", "ü", "<c>"]}) as file:
        split = file.split("test", n=60, classes=3, layers={"layer4.1.conv2": (8,)}, dtype=dtype)
        for start in range(0, 60, batch):
            rows = slice(start, start + batch)
            layers = {"layer4.1.conv2": shown.values[rows]}
            split.write(start, shown.logits[rows], layers, shown.labels[rows], shown.ids[rows])
    found = store.read(path, "test", "layer4.1.conv2")
    assert found.values.dtype == np.float32
    assert np.array_equal(found.values, shown.values.astype(dtype))
    for name in ("logits", "labels", "ids"):
        assert np.array_equal(getattr(found, name), getattr(shown, name))
    assert (found.layer, found.classes) == ("layer4.1.conv2", ["a", "ü", "<c>"])
    assert store.attributes(path)["seed"] == 3


def test_maps_are_averaged_over_positions(tmp_path: Path) -> None:
    maps = np.random.default_rng(0).normal(size=(2000, 4, 3, 2)).astype(np.float32)
    with store.create(tmp_path / "f.h5", {"classes": ["a"]}) as file:
        split = file.split("test", n=2000, classes=1, layers={"layer1": (4, 3, 2)}, dtype="float32")
        split.write(0, np.zeros((2000, 1)), {"layer1": maps}, np.zeros(2000), np.arange(2000))
    assert np.allclose(store.read(tmp_path / "f.h5", "test", "layer1").values, maps.mean((2, 3)), atol=1e-6)


def test_logits_are_a_layer(tmp_path: Path) -> None:
    shown = activations()
    found = store.read(write_features(tmp_path / "f.h5", shown), "test", "logits")
    assert np.array_equal(found.values, shown.logits)


def test_writing_keeps_nothing_in_memory(tmp_path: Path) -> None:
    batch = np.zeros((500, 256), np.float32)
    tracemalloc.start()
    with store.create(tmp_path / "f.h5", {"classes": ["a"]}) as file:
        split = file.split("test", n=20_000, classes=1, layers={"avgpool": (256,)}, dtype="float32")
        for start in range(0, 20_000, 500):
            split.write(start, batch[:, :1], {"avgpool": batch}, batch[:, 0], batch[:, 0])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (tmp_path / "f.h5").stat().st_size > 20_000_000
    assert peak < 4_000_000


def test_files_cut_short_anywhere_are_refused_by_name(tmp_path: Path) -> None:
    path = write_features(tmp_path / "features.h5", activations())
    content = path.read_bytes()
    for kept in [*range(0, len(content), len(content) // 97), len(content) - 1]:
        path.write_bytes(content[:kept])
        by_layer = (lambda file: store.layers(file, "test"), lambda file: store.read(file, "test", "avgpool"))
        for look in (store.attributes, store.splits, *by_layer):
            with pytest.raises(InputError, match=DAMAGED):
                look(path)


def test_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere\.h5: not a whole features file"):
        store.attributes(tmp_path / "nowhere.h5")


def test_unknown_split_and_layer_list_the_choices(tmp_path: Path) -> None:
    path = write_features(tmp_path / "f.h5", activations())
    with pytest.raises(InputError, match=r"f\.h5: no split named 'train', only test"):
        store.read(path, "train", "avgpool")
    with pytest.raises(InputError, match=r"f\.h5: no layer of test named 'layer9', only avgpool"):
        store.read(path, "test", "layer9")


def test_values_that_are_not_finite_name_file_and_layer(tmp_path: Path) -> None:
    path = tmp_path / "f.h5"
    with store.create(path, {"classes": ["a"]}) as file:
        split = file.split("test", n=2, classes=1, layers={"avgpool": (2,)}, dtype="float16")
        split.write(0, np.zeros((2, 1)), {"avgpool": np.array([[1, 1e6], [1, 2]])}, np.zeros(2), np.arange(2))
    with pytest.raises(InputError, match=r"f\.h5: layer avgpool: values of 1 of 2 samples are not finite"):
        store.read(path, "test", "avgpool")
