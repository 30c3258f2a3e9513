"""The stage that makes pictures of a network's units, and the file that it leaves."""

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pandas as pd
import pytest

from superposition import images as image_files
from superposition import inference, matching, networks, store, tables, unit_files
from superposition.config import Maximisation
from superposition.errors import InputError
from superposition.stages import maximise
from tests.small_learning import CLASSES, SETTINGS, Study, make_study

ABOUT: dict[str, Any] = {"study": "s", "dataset": "colours", "arm": "al", "seed": 1, "round": 1}


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return make_study(tmp_path_factory.mktemp("study"))


@pytest.fixture(scope="module")
def recorded(study: Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The network's features."""
    path = tmp_path_factory.mktemp("features") / "features.h5"
    data = image_files.describe(study.images)
    network = networks.restore(study.trained.checkpoint, SETTINGS, classes=len(CLASSES))
    results = inference.outputs(network, image_files.batches(study.images, "test"), data=data, layers=["fc"])
    with store.create(path, {**ABOUT, "code": "f00d", "classes": CLASSES}) as file:
        inference.record(file, "test", data.sizes["test"], results, "float32")
    return path


def write_matches(path: Path) -> Path:
    """Unit 2 of base's head is most like unit 0 of al's."""
    row = {"dataset": "colours", "layer": "fc", "seed": 1, "a": "base", "round_a": 1, "b": "al", "round_b": 1}
    found = {"unit": 2, "match": 0, "correlation": 0.5, "same_index": 0.1, "mutual": 1}
    tables.write_frame(path, pd.DataFrame([{**row, **found}])[matching.MATCHES])
    return path


def run(study: Study, recorded: Path, folder: Path, **changes: Any) -> Path:
    given: dict[str, Any] = {
        "training": SETTINGS,
        "written_by": "f00d",
        "units": {"fc": [2], "avgpool": []},
        "matches": [write_matches(folder / "matches.tsv")],
        "references": ["base"],
        "setting": "native",
        "options": Maximisation(starts=2, steps=2),
        "code": "abc",
        **ABOUT,
        **changes,
    }
    maximise.run(
        images=study.images,
        checkpoint=study.trained.checkpoint,
        features=recorded,
        maximised=folder / "maximised.native.h5",
        **given,
    )
    return folder / "maximised.native.h5"


def test_pictures_are_set_against_the_test_images(study: Study, recorded: Path, tmp_path: Path) -> None:
    path = run(study, recorded, tmp_path)
    found, values = unit_files.read(path, "fc"), store.read(recorded, "test", "fc").values
    assert found["units"].tolist() == [2, 0] and found["asked"].tolist() == [2]
    assert found["images"].shape == (2, 2, 32, 32, 3) and found["images"].dtype == np.uint8
    assert found["test_highest"].tolist() == values[:, [2, 0]].max(axis=0).tolist()
    above = [
        [(values[:, unit] > value).sum() for value in of] for unit, of in zip([2, 0], found["achieved"], strict=True)
    ]
    assert found["beaten_by"].tolist() == above
    assert unit_files.layers(path) == ["fc"]


def test_an_arm_without_references_needs_no_matches(study: Study, recorded: Path, tmp_path: Path) -> None:
    found = unit_files.read(run(study, recorded, tmp_path, matches=[], references=[]), "fc")
    assert found["units"].tolist() == found["asked"].tolist() == [2]


def test_achieved_is_what_the_checkpoints_network_answers(study: Study, recorded: Path, tmp_path: Path) -> None:
    found = unit_files.read(run(study, recorded, tmp_path), "fc")
    network = networks.restore(study.trained.checkpoint, SETTINGS, classes=len(CLASSES))
    pictures, none = found["images"].reshape(4, 32, 32, 3), np.zeros(4, np.int64)
    [(_, shown)] = inference.outputs(
        network, [image_files.Split(pictures, none, none)], data=image_files.describe(study.images), layers=["fc"]
    )
    expected = shown.layers["fc"].reshape(2, 2, 3)
    assert np.allclose(found["achieved"], [expected[0, :, 2], expected[1, :, 0]], atol=1e-5)


def test_the_file_says_how_it_was_made(study: Study, recorded: Path, tmp_path: Path) -> None:
    about = unit_files.attributes(run(study, recorded, tmp_path))
    assert {name: about[name] for name in ABOUT} == ABOUT
    assert (about["code"], about["setting"], about["steps"], about["samples"]) == ("abc", "native", 2, 9)
    assert about["lucent"] == "0.1.8" and about["torch"].startswith("2.")
    assert [*about["references"]] == ["base"] and about["classes"] == CLASSES


def test_equal_runs_give_equal_files(study: Study, recorded: Path, tmp_path: Path) -> None:
    first, again = (run(study, recorded, tmp_path / name, references=[]) for name in ("a", "b"))
    assert first.read_bytes() == again.read_bytes()
    with h5py.File(first) as file:
        assert file["fc/units"][()].tolist() == [2] and len(file.attrs["references"]) == 0


def test_features_of_other_code_are_refused(study: Study, recorded: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="written by code f00d, not beef; delete it and run again"):
        run(study, recorded, tmp_path, written_by="beef")
