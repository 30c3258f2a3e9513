"""What the report says of toy models: true to their tables, and whole with and without datasets."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pandas import DataFrame, concat
from pydantic import ValidationError

from superposition import plugins, tables, wording
from superposition.config import Study
from superposition.report import toys as toy_section
from superposition.toys import packed
from tests import small_report
from tests.small_report import Page, text_of, written, written_of_toys
from tests.small_toys import (
    BOUNDS,
    MODELS,
    SELECTION,
    bounds,
    compared,
    files_of,
    measured,
    models,
    polygon,
    random_rounds,
    selection,
    trained,
    write,
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


def found(name: str, settings: dict[str, Any], results: dict[str, Any], folder: Path) -> list[str]:
    """The sentences about a toy with these results."""
    kind = {"models": "models", "bounds": "bounds", "rounds": "selections"}
    section = next(kind[key] for key in ("rounds", "bounds", "models") if key in results)
    study = Study.model_validate({"study": "s", "toys": {section: {name: settings}}})
    paths = [path for path in write(folder / name, results).values() if path.suffix == ".tsv"]
    [toy] = toy_section.of_study(study, paths, folder)
    sentences: list[str] = toy["found"]
    return sentences


def test_represented_features_and_polygons_are_counted(tmp_path: Path) -> None:
    settings = {**MODELS, "features": 5, "seeds": [0, 1], "figures": ["plane"]}
    toy = models(**settings)
    weights = np.stack([np.eye(2, 5), np.eye(2, 5), polygon(5), np.eye(2, 5)])
    said = found("a", settings, measured(toy, trained(toy, weights)), tmp_path)
    assert said == [
        "relu: 2 features represented where one is present with probability 0.5, 3.5 with 0.1.",
        "relu, probability 0.1: a regular polygon of 5 corners in 1 of 2 seeds.",
    ]


def test_every_kind_of_model_has_its_sentence(tmp_path: Path) -> None:
    settings = {**MODELS, "dimensions": 3, "activations": ["linear", "relu"]}
    toy = models(**settings)
    weights = np.stack([np.eye(3, 6), np.eye(3, 6) * 0.4, np.eye(3, 6), np.ones((3, 6))])
    said = found("a", settings, measured(toy, trained(toy, weights)), tmp_path)
    assert [sentence.partition(":")[0] for sentence in said] == ["linear", "relu"]
    assert "linear: 3 features represented" in said[0] and said[0].endswith(", 0 with 0.1.")
    assert said[1].endswith(", 6 with 0.1.")


def test_points_that_agree_with_the_closed_form_are_counted(tmp_path: Path) -> None:
    settings = {**MODELS, "features": 2, "dimensions": 1, "densities": [0.9, 0.01], "importance": LAST}
    settings |= {"figures": ["phases"]}
    toy = models(**settings)
    weights = np.array([[[1, 0]], [[1, -1]], [[0, 1]], [[0, 1]]])
    said = found("a", settings, measured(toy, trained(toy, weights)), tmp_path)
    assert said == [
        "The best trained model of a point is in the region that costs least by closed form at 3 of 4 points."
    ]


def rows_of_bounds(*values: tuple[float, ...]) -> DataFrame:
    columns = ["dimensions", "features", "density", "improvement", "upper", "kept"]
    return DataFrame(values, columns=columns).assign(median=1.0, random=1.0, crossover=0.1)


def test_bounds_that_are_reached_are_counted(tmp_path: Path) -> None:
    table = rows_of_bounds(
        (2, 8, 0, 3.19, 3.2, 2),
        (2, 8, 0.001, 3.0, 3.2, 2),
        (2, 8, 0.5, 2.5, 3.2, 2),
        (3, 9, 0, 5.0, 7.0, 3),
        (3, 9, 0.5, 3.0, 7.0, 3),
        (3, 9, 0.001, 4.9, 7.0, 3),
    )
    settings = bounds(sizes=[[2, 8], [3, 9]], densities=[0.001, 0.5]).model_dump()
    assert found("a", settings, {"bounds": table}, tmp_path) == [
        "In the limit of rare features the best weights found reach 99 % of the upper bound at 1 of 2 sizes.",
        "8 features in 2 dimensions: 0.9375 of the bound at the lowest density, 0.001; 1.250 times what one feature a "
        "dimension gives at the highest, 0.5.",
        "9 features in 3 dimensions: 0.7000 of the bound at the lowest density, 0.001; 1.000 times what one feature a "
        "dimension gives at the highest, 0.5.",
    ]


def contrasted(difference: float, noise: list[float]) -> dict[str, Any]:
    """Results of a selection whose arm has so many more represented features than the first, a seed each."""
    toy = selection(arms=["random", "k_center"], seeds=list(range(len(noise))))
    others = compared(toy, random_rounds(toy))
    values = {"random": [4.0] * len(noise), "k_center": [4 + difference + some for some in noise]}
    tidy = [
        {"arm": arm, "seed": seed, "round": 3, "given": 60, "quantity": "represented", "value": value, "predicted": 4.0}
        for arm, of_arm in values.items()
        for seed, value in enumerate(of_arm)
    ]
    left = others["rounds"]
    rounds = concat([left[(left["round"] < 3) | (left["quantity"] != "represented")], DataFrame(tidy)])
    return {**others, "rounds": rounds, "contrasts": packed.contrasts(toy, rounds)}


def changed(difference: float, noise: list[float], folder: Path) -> tuple[str, dict[str, Any]]:
    """The sentence about the arm, and the row of the table that it is of."""
    results = contrasted(difference, noise)
    settings = {**SELECTION, "arms": ["random", "k_center"], "seeds": list(range(len(noise)))}
    contrasts = results["contrasts"]
    row = contrasts[(contrasts["round"] == 3) & (contrasts["quantity"] == "represented")].iloc[0].to_dict()
    [sentence] = found("a", settings, results, folder)
    return sentence, row


STEADY = [0.01, -0.01, 0.02, -0.02, 0.0]


def test_an_arm_that_packs_more_is_said_to(tmp_path: Path) -> None:
    said, row = changed(1.5, STEADY, tmp_path)
    assert said.startswith("k_center: 5.500 features represented, 1.500 more than with random")
    assert f"(95\u00a0% {wording.number(row['low'])} to {wording.number(row['high'])}): certain." in said


def test_an_arm_that_packs_fewer_has_an_interval_that_is_turned(tmp_path: Path) -> None:
    """`1.5 fewer (95 % 1.48 to 1.52)`: not of a difference that is below 0."""
    said, row = changed(-1.5, STEADY, tmp_path)
    assert said.startswith("k_center: 2.500 features represented, 1.500 fewer than with random")
    assert f"(95\u00a0% {wording.number(-row['high'])} to {wording.number(-row['low'])}): certain." in said


def test_what_chance_may_have_done_is_no_clear_difference(tmp_path: Path) -> None:
    assert "): no clear difference." in changed(0.1, [1.0, -1.0, 0.5, -0.4, 0.2], tmp_path)[0]


def test_arms_that_are_alike_have_as_many_as_each_other(tmp_path: Path) -> None:
    assert "4.000 features represented, as many as with random" in changed(0.0, [0.0, 0.0, 0.0], tmp_path)[0]


def test_a_difference_that_is_the_same_in_every_seed_is_not_put_down_to_chance(tmp_path: Path) -> None:
    """There is nothing to test, so that nothing is uncertain, nor certain."""
    said, row = changed(1.0, [0.0, 0.0, 0.0], tmp_path)
    assert np.isnan(row["p_t"]) and row["low"] == row["high"] == 1
    assert "certain" not in said


def test_one_seed_makes_a_sentence_without_interval(tmp_path: Path) -> None:
    said, _ = changed(1.0, [0.0], tmp_path)
    assert said.startswith(
        "k_center: 5.000 features represented, 1.000 more than with random: one seed: nothing can be"
    )


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
