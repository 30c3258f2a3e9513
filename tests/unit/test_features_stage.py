"""The stage that records what a network says and does."""

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import torch

from superposition import images as image_files
from superposition import store
from superposition.config import Features
from superposition.layers import PENULTIMATE
from superposition.stages import features
from tests.small_learning import CLASSES, SETTINGS, Study, make_study

import torchvision  # isort: skip  (after superposition.eager)

DRAWN = 5


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return make_study(tmp_path_factory.mktemp("study"))


def record(study: Study, path: Path, splits: list[str], **options: Any) -> Path:
    """Run `features`."""
    about: dict[str, Any] = {"study": "s", "dataset": "colours", "arm": "random", "seed": 1, "round": 1, "code": "abc"}
    features.run(
        images=study.images,
        checkpoint=study.trained.checkpoint,
        training=SETTINGS,
        splits=splits,
        layers=["layer4.1.conv2", "avgpool", PENULTIMATE],
        drawn=DRAWN,
        drawn_layer="avgpool",
        options=Features.model_validate(options),
        features=path,
        **about,
    )
    return path


def plain_logits(study: Study, split: str) -> tuple[np.ndarray, np.ndarray]:
    """Logits by torchvision's network alone, in single precision, and ids."""
    network = torchvision.models.resnet18(num_classes=len(CLASSES)).eval()
    network.load_state_dict(torch.load(study.trained.checkpoint, weights_only=True))
    data, shown = image_files.describe(study.images), image_files.read_split(study.images, split)
    pixels = ((shown.images / 255 - data.mean) / data.std).astype(np.float32)
    with torch.no_grad():
        return network(torch.from_numpy(pixels).permute(0, 3, 1, 2)).numpy(), shown.ids


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_features_say_what_they_are(dtype: str, study: Study, tmp_path: Path) -> None:
    path = record(study, tmp_path / "features.h5", ["test", "train"], dtype=dtype)
    about = store.attributes(path)
    expected = {"study": "s", "dataset": "colours", "arm": "random", "seed": 1, "round": 1, "code": "abc"}
    assert expected.items() <= about.items()
    assert about["torch"] == torch.__version__
    assert about["torchvision"] == torchvision.__version__
    for split in ("test", "train"):
        logits, ids = plain_logits(study, split)
        for layer, units in {"layer4.1.conv2": 512, "avgpool": 512, PENULTIMATE: 512, "logits": 3}.items():
            found = store.read(path, split, layer)
            assert found.values.shape == (len(ids), units)
            assert np.allclose(found.logits, logits, atol=1e-4)
            assert np.array_equal(found.ids, ids)
            assert found.classes == CLASSES


def test_maps_are_kept_where_the_config_says_so(study: Study, tmp_path: Path) -> None:
    with h5py.File(record(study, tmp_path / "features.h5", ["test"], maps="keep")) as file:
        assert file["test/layers/layer4.1.conv2"].shape == (9, 512, 1, 1)
        assert file["test/layers/avgpool"].dtype == np.float16


def test_a_layers_own_weights_and_the_head_that_reads_it_lie_beside_it(study: Study, tmp_path: Path) -> None:
    path = record(study, tmp_path / "features.h5", ["test"])
    saved = torch.load(study.trained.checkpoint, weights_only=True)
    convolution, pooled, penultimate = (
        store.read(path, "test", layer) for layer in ("layer4.1.conv2", "avgpool", PENULTIMATE)
    )
    assert convolution.weights is not None and convolution.weights.shape == (512, 512 * 9)
    assert np.array_equal(convolution.weights, saved["layer4.1.conv2.weight"].flatten(1))
    assert convolution.head is None and pooled.weights is None and penultimate.weights is None
    for read_by_head in (pooled, penultimate):
        assert read_by_head.head is not None
        assert np.array_equal(read_by_head.head, saved["fc.weight"])
        rebuilt = read_by_head.values @ read_by_head.head.T + saved["fc.bias"].numpy()
        assert np.allclose(rebuilt, read_by_head.logits, atol=0.02)  # float16 features
    assert store.splits(path) == ["drawn", "test"]


def test_drawn_training_samples_are_the_same_for_all_networks_of_a_seed(study: Study, tmp_path: Path) -> None:
    whole, other = record(study, tmp_path / "a.h5", ["test", "train"]), record(study, tmp_path / "b.h5", ["test"])
    drawn, again, train = (
        store.read(whole, "drawn", "avgpool"),
        store.read(other, "drawn", "avgpool"),
        store.read(whole, "train", "avgpool"),
    )
    assert np.array_equal(drawn.ids, again.ids) and len(drawn.ids) == DRAWN < len(train.ids)
    rows = np.searchsorted(train.ids, drawn.ids)
    assert np.array_equal(train.ids[rows], drawn.ids) and np.array_equal(train.labels[rows], drawn.labels)
    assert np.allclose(train.values[rows], drawn.values, atol=1e-2)
