"""The data of unit pages: what the files say, in compact values; units side by side; what is missing."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from PIL import Image

from superposition import tables, unit_files, wording
from superposition.report import pages, unit_data, unit_pages
from tests import small_units
from tests.small_unit_pages import ARMS, CLASSES, write_units

CONTRASTS = [("least_confidence", "random"), ("random", "no_such_arm")]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    return write_units(tmp_path_factory.mktemp("study"))


@pytest.fixture(scope="module")
def assets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("assets")


@pytest.fixture(scope="module")
def told(files: dict[str, list[Path]], assets: Path) -> dict[str, Any]:
    found = unit_pages.write(assets, "digits", files["units"], files["matches"], files["maximised"], CONTRASTS)
    assert found
    return found


def said(path: Path) -> dict[str, Any]:
    """The value that a script sets."""
    value = path.read_text(encoding="utf-8").splitlines()[-1].partition(" = ")[2].removesuffix(";")
    return dict(json.loads(value))


@pytest.fixture
def units(told: dict[str, Any], assets: Path) -> dict[str, Any]:
    """The units of arm random."""
    assert told["name"] == "digits"
    return said(assets / "digits.random.avgpool.units.js")


def test_templates_learn_of_arms_and_layers(told: dict[str, Any], assets: Path) -> None:
    assert told["arms"] == [{"name": arm, "layers": ["avgpool"]} for arm in ARMS]
    names = {f"digits.{arm}.avgpool.units.js" for arm in ARMS} | {f"digits.{arm}.native.webp" for arm in ARMS}
    assert {path.name for path in assets.iterdir()} == names


def test_values_are_those_of_the_last_round(units: dict[str, Any], files: dict[str, list[Path]]) -> None:
    stored = unit_files.read(files["units"][2], "avgpool")
    assert (units["arm"], units["round"], units["samples"], units["classes"]) == ("random", 3, 60, list(CLASSES))
    assert units["top"] == stored["top"].tolist() and units["random"] == stored["random"][0].tolist()
    found = np.array(units["polysemanticity"], float)
    assert np.isnan(found[7]) and found == pytest.approx(stored["polysemanticity"], rel=0.01, nan_ok=True)
    assert units["clusters"][3][1] == [id_ for id_ in stored["cluster_b"][3].tolist() if id_ >= 0]
    for text, counts in zip(units["counts"][5], stored["counts"][5].tolist(), strict=True):
        read = [int(count or 0) for count in text.split(",")]
        assert read == counts[: len(read)] and not any(counts[len(read) :])


def test_earlier_rounds_come_with_the_correlation_of_the_same_unit(
    units: dict[str, Any], files: dict[str, list[Path]]
) -> None:
    assert [earlier["round"] for earlier in units["rounds"]] == [1, 2]
    table = tables.read(files["matches"][0])
    row = table[(table["a"] == "random") & (table["b"] == "random") & (table["round_b"] == 2) & (table["unit"] == 4)]
    assert units["rounds"][1]["correlation"][4] == pytest.approx(row["same_index"].item(), rel=0.01)
    assert (
        units["rounds"][0]["top"][4]
        == unit_files.read(files["units"][0], "avgpool")["top"][4][: unit_data.EARLIER].tolist()
    )


def test_matches_are_those_in_other_arms(units: dict[str, Any], files: dict[str, list[Path]]) -> None:
    table = tables.read(files["matches"][0])
    rows = table[(table["a"] == "random") & (table["b"] == "least_confidence")].sort_values("unit")
    assert list(units["matches"]) == ["least_confidence"]
    found = units["matches"]["least_confidence"]
    assert (found["unit"], found["mutual"]) == (rows["match"].tolist(), rows["mutual"].tolist())
    assert found["correlation"] == pytest.approx(rows["correlation"].tolist(), rel=0.01)


def test_a_unit_without_a_match_says_so(files: dict[str, list[Path]], tmp_path: Path) -> None:
    table = tables.read(files["matches"][0])
    table.loc[table["unit"] == 4, ["match", "correlation", "same_index", "mutual"]] = np.nan
    tables.write_frame(tmp_path / "matches.tsv", table)
    found = unit_pages.write(
        tmp_path, "digits", files["units"], [tmp_path / "matches.tsv"], files["maximised"], CONTRASTS
    )
    matches = said(tmp_path / "digits.random.avgpool.units.js")["matches"]["least_confidence"]
    assert (matches["unit"][4], matches["correlation"][4], matches["mutual"][4]) == (None, None, 0)
    assert found and found["contrasts"][0]["layers"][0]["rows"][1]["match"] is None
    assert "least_confidence has no unit that goes with it" in section(found)


def test_pictures_are_cut_from_the_sheet(units: dict[str, Any], files: dict[str, list[Path]], assets: Path) -> None:
    stored = unit_files.read(files["maximised"][2], "avgpool")
    place = stored["units"].tolist().index(4)
    made = next(some for some in units["pictures"] if (some["unit"], some["round"]) == (4, 3))
    assert made["achieved"] == pytest.approx(stored["achieved"][place].tolist(), rel=0.01)
    assert made["best"] == stored["achieved"][place].argmax()
    assert made["verdicts"] == ["no test image excites it more"] * small_units.STARTS
    sheet = made["sheet"]
    with Image.open(assets / sheet["file"]) as picture:
        pixels = np.asarray(picture.convert("RGB"))
    assert pixels.shape[:2] == (sheet["height"], sheet["width"])
    for start, expected in enumerate(stored["images"][place]):
        top, left = (sheet["size"] * step for step in divmod(made["first"] + start, sheet["columns"]))
        assert np.array_equal(pixels[top : top + 8, left : left + 8], expected)


def test_numbers_have_three_digits_and_nan_is_none() -> None:
    values = np.array([[1.23456, np.nan], [-0.000123456, 40]])
    assert unit_data.rounded(values) == [[1.23, None], [-0.000123, 40.0]]


def test_units_stand_beside_their_match_and_their_namesake(told: dict[str, Any], files: dict[str, list[Path]]) -> None:
    """Units of the contrast's second arm, found in the first."""
    table = tables.read(files["matches"][0])
    matches = table[(table["a"] == "random") & (table["b"] == "least_confidence")].set_index("unit")
    assert [(contrast["a"], contrast["b"]) for contrast in told["contrasts"]] == CONTRASTS[:1]
    rows = told["contrasts"][0]["layers"][0]["rows"]
    assert [row["unit"]["unit"] for row in rows] == list(small_units.ASKED)
    for row in rows:
        unit = row["unit"]["unit"]
        assert (row["unit"]["arm"], row["match"]["arm"], row["namesake"]["arm"]) == (
            "random",
            *["least_confidence"] * 2,
        )
        assert row["unit"]["page"] == f"units.html#digits/random/avgpool/{unit}"
        assert (row["match"]["unit"], row["match"]["r"]) == (matches["match"][unit], matches["correlation"][unit])
        assert (row["namesake"]["unit"], row["namesake"]["r"]) == (unit, matches["same_index"][unit])
        assert len(row["unit"]["pictures"]) == 1


def section(told: dict[str, Any]) -> str:
    """What the index page says."""
    loaded = Environment(loader=FileSystemLoader(pages.FOLDER), autoescape=True, undefined=StrictUndefined)
    loaded.filters["number"] = wording.number
    return str(loaded.get_template("unit_section.html").module.unit_section(told))  # type: ignore[attr-defined]


def test_without_pictures_and_matches_the_index_says_so(files: dict[str, list[Path]], tmp_path: Path) -> None:
    found = unit_pages.write(tmp_path, "digits", files["units"], [], [], CONTRASTS)
    assert found and "No pictures were made" in section(found)
    units = said(tmp_path / "digits.random.avgpool.units.js")
    assert (units["matches"], units["pictures"], units["rounds"][0]["correlation"]) == ({}, [], [])


def test_without_units_there_is_nothing(tmp_path: Path) -> None:
    assert unit_pages.write(tmp_path, "digits", [], [], [], CONTRASTS) is None
    assert unit_pages.shown_ids([]).tolist() == []


def test_all_images_that_pages_show_are_known(files: dict[str, list[Path]]) -> None:
    ids = unit_pages.shown_ids(files["units"])
    assert np.array_equal(ids, np.unique(ids)) and ids.min() >= 0
    for path in files["units"]:
        arrays = unit_files.read(path, "avgpool")
        for name in ("top", "bottom", "random", "cluster_a", "cluster_b"):
            assert np.isin(arrays[name][arrays[name] >= 0], ids).all()
