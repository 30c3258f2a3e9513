"""What the report's map knows of each sample."""

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import pdist

from superposition.report import maps
from tests.small_picks import run
from tests.small_results import ARMS, embeddings, rounds_of

POINTS = embeddings(n=40, placed=20)
PICKS = pd.concat([run(arm, 0, rounds_of(arm)) for arm in ARMS[1:]])


def written(folder: Path, points: pd.DataFrame = POINTS, picks: pd.DataFrame = PICKS) -> dict[str, Any]:
    """What the file gives the page's scripts."""
    maps.write(folder, "digits", points, picks)
    text = (folder / "digits.map.js").read_text(encoding="utf-8")
    return json.loads(text.split('superposition.maps["digits"] = ')[1].removesuffix(";\n"))


def positions(arm: dict[str, str]) -> np.ndarray:
    """float32 [sample, 2]."""
    return np.stack([np.frombuffer(base64.b64decode(arm[axis]), "<f4") for axis in "xy"], axis=1)


def test_samples_lie_as_they_were_laid_out(tmp_path: Path) -> None:
    found = written(tmp_path)
    first = POINTS[POINTS["arm"] == ARMS[0]]
    assert (found["ids"], found["labels"]) == (first["id"].tolist(), first["label"].tolist())
    assert found["tests"] == 40
    for arm, name in zip(found["arms"], ARMS, strict=True):
        laid_out = POINTS[POINTS["arm"] == name]
        ratios = pdist(positions(arm)) / pdist(laid_out[["x", "y"]])
        assert ratios == pytest.approx(np.full(len(ratios), ratios[0]), rel=1e-3)
        assert np.abs(positions(arm)).max() == 1
        assert arm["predicted"] == laid_out["predicted"].tolist()
        assert (arm["name"], arm["round"]) == (name, rounds_of(name))


def test_training_samples_know_how_each_arm_picked_them(tmp_path: Path) -> None:
    found = written(tmp_path)
    assert found["arms"][0]["picks"] is None
    for arm in found["arms"][1:]:
        known = PICKS[PICKS["arm"] == arm["name"]].set_index("id").loc[found["ids"][40:]]
        for column in ("round", "rank", "score"):
            shown = np.array(arm["picks"][column], float)
            assert shown == pytest.approx(known[column].to_numpy(), rel=1e-3, nan_ok=True)
    assert len(set(found["round_colours"])) == 3


def test_a_sample_that_one_arm_lacks_is_nowhere_on_its_map(tmp_path: Path) -> None:
    found = written(tmp_path, POINTS.drop(index=3))
    lacking, other = found["arms"][:2]
    assert np.isnan(positions(lacking)[found["ids"].index(3)]).all() and np.isfinite(positions(other)).all()
    assert lacking["predicted"][3] == -1


def test_test_samples_alone_have_no_picks(tmp_path: Path) -> None:
    found = written(tmp_path, POINTS[POINTS["split"] == "test"], PICKS.iloc[:0])
    assert [arm["picks"] for arm in found["arms"]] == [None] * 3
    assert found["tests"] == len(found["ids"]) == 40 and found["round_colours"] == []


def test_the_last_layer_is_shown_and_told(tmp_path: Path) -> None:
    both = pd.concat([POINTS.assign(layer="layer1"), POINTS])
    arms = [("baseline", 1), ("random", 3), ("least_confidence", 3)]
    told = {"dataset": "digits", "layer": "avgpool", "seed": 0, "test": 40, "train": 20, "arms": arms}
    assert maps.write(tmp_path, "digits", both, PICKS) == told
    assert written(tmp_path, both)["arms"] == written(tmp_path)["arms"]


def test_without_embeddings_there_is_no_map(tmp_path: Path) -> None:
    assert maps.write(tmp_path, "digits", POINTS.iloc[:0], PICKS) is None
    assert not list(tmp_path.iterdir())


def test_12000_samples_of_4_arms_take_less_than_2_mb(tmp_path: Path) -> None:
    written(tmp_path, embeddings((*ARMS, "as_written"), n=11_700, placed=300))
    assert (tmp_path / "digits.map.js").stat().st_size < 2e6


def test_names_cannot_end_the_script(tmp_path: Path) -> None:
    hostile = "</script><script>alert(1)</script>"
    found = written(tmp_path, POINTS.replace({"arm": {"random": hostile}}), PICKS.replace({"arm": {"random": hostile}}))
    assert [arm["name"] for arm in found["arms"]] == ["baseline", hostile, "least_confidence"]
    assert "<" not in (tmp_path / "digits.map.js").read_text(encoding="utf-8")


def test_samples_in_one_place_are_in_the_middle(tmp_path: Path) -> None:
    [arm] = written(tmp_path, POINTS[POINTS["arm"] == "random"].assign(x=3.0, y=4.0))["arms"]
    assert not positions(arm).any()
