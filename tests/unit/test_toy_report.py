"""What the report says of toy models: true to their tables, and whole with and without datasets."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from superposition import plugins, tables, wording
from superposition.config import Study
from superposition.toys import packed
from tests import small_report
from tests.small_report import Page, text_of, written, written_of_toys
from tests.small_toys import (
    BOUNDS,
    MODELS,
    SELECTION,
    contrasted,
    files_of,
    measured,
    models,
    trained,
)

LAST = {"shape": "last", "at": [0.5, 2.0]}
TOYS = {
    "models": {
        "pentagon": {**MODELS, "seeds": [0, 1], "figures": ["plane", "losses", "matrices"]},
        "corner": {**MODELS, "features": 2, "dimensions": 1, "importance": LAST, "figures": ["phases"]},
    },
    "bounds": {
        "cubic": {**BOUNDS, "sizes": [[2, 4], [2, 8]], "densities": [0.001, 0.1], "figures": ["improvement"]},
        "rectified": {**BOUNDS, "activation": "relu", "values": "uniform", "figures": ["limits"]},
    },
    "selections": {
        "several": {**SELECTION, "seeds": [0, 1, 2], "figures": ["packed", "chosen"]},
        "single": {**SELECTION, "seeds": [0], "arms": ["random", "k_center"], "decay": 0.9},
    },
}
ALONE: dict[str, Any] = {"study": "alone", "toys": TOYS}
BOTH: dict[str, Any] = {**small_report.STUDY, "toys": TOYS}
NAMES = ["pentagon", "corner", "cubic", "rectified", "several", "single"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a study of toy models alone, with its report."""
    folder = tmp_path_factory.mktemp("study")
    written_of_toys(folder, ALONE, files_of(ALONE, folder))
    return folder


@pytest.fixture
def html(folder: Path) -> str:
    return (folder / "report" / "index.html").read_text(encoding="utf-8")


def part(html: str, name: str) -> str:
    """What the report says of one toy."""
    of_all = html.split('<section id="toys">')[1].split("</section>")[0]
    return of_all.split(f'<h3 id="toys.{name}">')[1].split('<h3 id="toys.')[0]


def told(html: str, name: str) -> str:
    """The words of a toy's part."""
    return text_of(part(html, name).replace("<td", " <td"))


def rows(html: str, name: str) -> list[list[str]]:
    """The table of a toy: each cell's exact value, or its words."""
    body = part(html, name).split("<tbody>")[1].split("</tbody>")[0]
    cells = [re.findall(r'<t[dh][^>]*?(?: data-value="([^"]*)")?>(.*?)</t[dh]>', row) for row in body.split("<tr>")[1:]]
    return [[value or text for value, text in row] for row in cells]


def test_page_is_well_formed_and_needs_nothing_but_its_assets(folder: Path, html: str) -> None:
    page = Page(html)
    assert not page.misplaced and not page.open
    sources = [value for _, attributes in page.tags for key, value in attributes.items() if key in ("src", "href")]
    assert sources and all(value and value.startswith(("data:", "#", "assets/")) for value in sources)
    assert not [
        value for value in sources if value and "assets/" in value and not (folder / "report" / value).is_file()
    ]
    count = [tag for tag, _ in page.tags].count
    assert count("h1") == 1 and count("table") == count("caption") >= len(NAMES)
    assert all(attributes.get("alt") for tag, attributes in page.tags if tag == "img")


def test_ids_are_unique_and_links_lead_to_them(html: str) -> None:
    tags = Page(html).tags
    ids = [attributes["id"] for _, attributes in tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = {str(attributes["href"])[1:] for tag, attributes in tags if tag == "a"}
    assert links == {"main", "toys", "settings"} and links <= set(ids)


def test_each_toy_has_its_part_in_the_order_of_the_study(html: str) -> None:
    assert re.findall(r'<h3 id="toys\.([^"]+)">', html) == NAMES
    assert re.findall(r'<table id="toys-([^"]+)"', html) == NAMES
    assert "6 toy models (pentagon, corner, cubic, rectified, several and single)" in text_of(html)


def test_without_datasets_there_is_nothing_of_them(html: str) -> None:
    assert re.findall(r'<section id="([^"]+)">', html) == ["toys", "settings"]
    assert "arms" not in text_of(html.split("<main")[0]) and 'class="dataset"' not in html
    assert not re.findall(r"<h[234][^>]*>[^<]*</h[234]>\s*(?=<h[12]|</section>|</main>)", html)


def test_figures_stand_in_their_part_and_are_copied(folder: Path, html: str) -> None:
    toys = Study.model_validate(ALONE).toys
    for name in NAMES:
        shown = [attributes for tag, attributes in Page(part(html, name)).tags if tag == "img"]
        assert [image["src"] for image in shown] == [
            f"assets/toys.{name}.{figure}.svg" for figure in toys[name].figures
        ]
        for image, figure in zip(shown, toys[name].figures, strict=True):
            assert image["alt"] == f"{name}: {plugins.summary('toy_figure', figure)}"
            assert plugins.declared("toy_figure", figure)["CAPTION"] in text_of(part(html, name))
            copy = folder / "report" / str(image["src"])
            assert copy.read_text("utf-8") == (folder / "toys" / name / f"{figure}.svg").read_text("utf-8")


def test_models_stand_in_a_table_with_means_over_seeds(folder: Path, html: str) -> None:
    summary = tables.read(folder / "toys" / "pentagon" / "summary.tsv")
    shown = rows(html, "pentagon")
    assert [row[4] for row in shown] == ["0.5", "0.1"] and [row[-1] for row in shown] == ["2", "2"]
    for row, density in zip(shown, (0.5, 0.1), strict=True):
        alike = summary[summary["density"] == density]
        columns = ["loss", "loss_over_mean", "represented", "dimensions_per_feature", "largest_overlap", "filled"]
        assert [float(value) for value in row[5:11]] == pytest.approx(alike[columns].mean().to_list(), rel=1e-12)


def test_bounds_stand_in_a_table_with_all_digits(folder: Path, html: str) -> None:
    found = tables.read(folder / "toys" / "cubic" / "bounds.tsv").drop(columns="crossover")
    assert np.array(rows(html, "cubic"), float).tolist() == found.to_numpy().tolist()
    assert len(rows(html, "rectified")) == 1


@pytest.mark.parametrize("name", ["several", "single"])
def test_contrasts_after_the_last_round_stand_in_a_table(folder: Path, html: str, name: str) -> None:
    contrasts = tables.read(folder / "toys" / name / "contrasts.tsv")
    last = contrasts[contrasts["round"] == 3]
    shown = rows(html, name)
    assert [row[0] for row in shown] == last["a"].tolist()
    assert [row[1] for row in shown] == [packed.QUANTITIES[quantity] for quantity in last["quantity"]]
    assert [float(row[5]) for row in shown] == last["difference"].tolist()
    for row, (_, expected) in zip(shown, last.iterrows(), strict=True):
        assert row[6] == (";" if np.isnan(expected["low"]) else f"{expected['low']};{expected['high']}")
        assert row[2] == wording.verdict(expected["difference"], expected["low"], expected["high"])


def test_what_a_toy_is_made_of_is_said(html: str) -> None:
    said = told(html, "pentagon")
    assert "6 features in 2 dimensions; activation relu; tied weights, with bias;" in said
    assert "adam, 20 steps of 64 samples" in said
    assert "found from 2 starts, beside what theory says of them; values sign." in told(html, "cubic")
    several, single = told(html, "several"), told(html, "single")
    assert "the first present with probability 0.3, all others as often; 3 rounds of 20 samples out of 300" in several
    assert "each later one 0.9 times as often as the one before it" in single
    assert "3 seeds; activation" in several and "1 seed; activation" in single


def test_one_seed_has_no_interval(html: str) -> None:
    said = told(html, "single")
    assert "one seed: no interval" in said and "±" not in said
    assert "95 %" not in said.split("After the last round")[0].split("What becomes of each feature")[0]
    assert "k_center" in said and "certain" not in said


def test_datasets_and_toys_stand_in_one_report(tmp_path: Path) -> None:
    html = written(tmp_path, BOTH, toys=files_of(BOTH, tmp_path))
    page, sections = Page(html), re.findall(r'<section id="([^"]+)">', html)
    assert not page.misplaced and not page.open
    assert {"verdicts", "curves", "toys", "numbers", "methods", "settings", "cost"} <= set(sections)
    assert re.findall(r'<h3 id="toys\.([^"]+)">', html) == NAMES
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    links = [str(attributes["href"])[1:] for tag, attributes in page.tags if tag == "a"]
    assert len(ids) == len(set(ids)) and {link for link in links if "/" not in link} <= set(ids)
    assert [link for link in links if link in sections] == sections


def test_a_study_without_toys_has_none_of_it(tmp_path: Path) -> None:
    html = written(tmp_path, small_report.STUDY)
    assert "#toys" not in html and 'id="toys"' not in html and "toy model" not in text_of(html).lower()


@pytest.mark.parametrize("name", ["<b>", "a b", "../a", "a.b", "", "ä", '"x"'])
def test_names_that_could_be_markup_or_paths_are_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        Study.model_validate({"study": "s", "toys": {"models": {name: MODELS}}})


def test_many_settings_are_no_table_but_a_file(tmp_path: Path) -> None:
    grid: dict[str, Any] = {**MODELS, "densities": {"start": 1, "stop": 0.01, "points": 61}}
    less = {**grid, "densities": {**grid["densities"], "points": 60}, "seeds": [0, 1]}
    study = {"study": "s", "toys": {"models": {"grid": grid, "less": less}}}
    html = written_of_toys(tmp_path, study, files_of(study, tmp_path))
    assert "<table" not in part(html, "grid") and "<table" in part(html, "less")
    assert "<code>toys/grid/summary.tsv</code>" in part(html, "grid") and "61 models" in told(html, "grid")


def test_one_model_is_not_many(tmp_path: Path) -> None:
    study = {"study": "s", "toys": {"models": {"a": {**MODELS, "densities": [0.5]}}, "bounds": {"b": BOUNDS}}}
    said = text_of(written_of_toys(tmp_path, study, files_of(study, tmp_path)))
    assert not re.findall(r"\b1 (models|bounds|seeds)\b", said)


def test_a_certain_verdict_is_one_after_correction(tmp_path: Path) -> None:
    """A difference whose interval leaves 0 out is not marked where six comparisons make one such likely."""
    results = contrasted(0.5, [0.45, -0.45, 0.3, -0.3, 0.1])
    contrasts = results["contrasts"]
    row = contrasts[(contrasts["round"] == 3) & (contrasts["quantity"] == "represented")].iloc[0]
    assert row["low"] > 0 and row["p_holm"] > wording.SIGNIFICANCE
    settings = {**SELECTION, "arms": ["random", "k_center"], "seeds": list(range(5))}
    study = {"study": "s", "toys": {"selections": {"a": settings}}}
    html = written_of_toys(tmp_path, study, files_of(study, tmp_path, a=results))
    line = next(line for line in part(html, "a").split("<tr>") if "features of norm above 1/2" in line)
    assert '<td class="verdict ">' in line and "): not certain." in told(html, "a")


def test_a_model_that_drops_everything_is_shown(tmp_path: Path) -> None:
    """It has no dimensions per feature, as it has none."""
    settings = {**MODELS, "densities": [0.5]}
    toy, study = models(**settings), {"study": "s", "toys": {"models": {"a": settings}}}
    results = measured(toy, trained(toy, np.zeros((1, 2, 6))))
    assert "–" in part(written_of_toys(tmp_path, study, files_of(study, tmp_path, a=results)), "a")
