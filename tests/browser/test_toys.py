"""The report of toy models in a browser."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from superposition import tables
from superposition.config import Figure, Study
from superposition.stages import toy_draw
from tests.small_report import written_of_toys
from tests.small_toys import BOUNDS, MODELS, SELECTION, files_of

Axe = Callable[[Page], list[str]]
NARROW = {"width": 360, "height": 740}
STUDY = {
    "study": "alone",
    "toys": {
        "models": {"pentagon": {**MODELS, "seeds": [0, 1], "figures": ["plane", "losses"]}},
        "bounds": {"cubic": {**BOUNDS, "sizes": [[2, 8], [3, 12]], "densities": [1e-5, 0.1], "figures": ["limits"]}},
        "selections": {
            "a_rather_long_name_of_a_selection": {**SELECTION, "seeds": [0, 1, 2], "figures": ["packed"]},
        },
    },
}
SELECTED = "toys-a_rather_long_name_of_a_selection"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a study of toy models with its report; one figure is as it is drawn."""
    folder = tmp_path_factory.mktemp("study")
    files = files_of(STUDY, folder)
    limits = folder / "toys" / "cubic" / "limits.svg"
    bounds = [path for path in files if path.name == "bounds.tsv"]
    toy_draw.run(figure="limits", files=bounds, style=Figure(), svg=limits, png=limits.with_suffix(".png"))
    written_of_toys(folder, STUDY, files)
    return folder


@pytest.fixture
def index(page: Page, folder: Path) -> Page:
    """The index page, opened from disk."""
    page.goto((folder / "report" / "index.html").as_uri())
    return page


def unfold(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach((some) => { some.open = true; })")


def column(page: Page, table: str, number: int) -> list[str]:
    """What stands in a column of a table, from the top row down."""
    texts = page.locator(f"#{table} tbody tr > :nth-child({number})").all_inner_texts()
    return [text.strip().replace("−", "-") for text in texts]


def saved(page: Page, table: str, folder: Path) -> list[dict[str, str]]:
    """The rows of the file that the button below a table saves."""
    with page.expect_download() as waiting:
        page.get_by_role("button", name=f"Download CSV: {table}", exact=True).click()
    assert waiting.value.suggested_filename == f"{table}.csv"
    waiting.value.save_as(folder / "saved.csv")
    text = (folder / "saved.csv").read_bytes().decode("utf-8")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_opens_from_disk_with_all_its_pictures(index: Page) -> None:
    assert "alone" in index.title()
    pictures = index.locator("#toys img")
    assert pictures.count() == 4
    assert pictures.evaluate_all("pictures => pictures.every((picture) => picture.complete)")
    assert index.locator('img[src="assets/toys.cubic.limits.svg"]').evaluate("picture => picture.naturalWidth") > 400


def test_the_contents_lead_to_the_toys(index: Page) -> None:
    index.get_by_role("navigation").get_by_role("link", name="Toy models").click()
    assert index.url.endswith("#toys")
    assert index.locator("#toys h3").all_inner_texts() == list(Study.model_validate(STUDY).toys.names)


def test_tables_of_models_are_folded_and_sort_as_numbers(index: Page) -> None:
    assert not index.locator("#toys-pentagon").is_visible()
    index.get_by_text("The 2 models in numbers").click()
    assert column(index, "toys-pentagon", 5) == ["0.500", "0.100"]
    index.locator("#toys-pentagon").get_by_role("columnheader", name="1−S").get_by_role("button").click()
    assert column(index, "toys-pentagon", 5) == ["0.100", "0.500"]


@pytest.mark.parametrize(("table", "head"), [("toys-cubic", "density"), (SELECTED, "difference")])
def test_a_head_sorts_both_ways(index: Page, table: str, head: str) -> None:
    unfold(index)
    heads = index.locator(f"#{table} thead th").all_inner_texts()
    place = [text.strip() for text in heads].index(head) + 1
    button = index.locator(f"#{table}").get_by_role("columnheader", name=head, exact=True).get_by_role("button")
    for reverse in (False, True):
        button.click()
        values = [float(text) for text in column(index, table, place)]
        assert values == sorted(values, reverse=reverse) and len(set(values)) > 1


def test_csv_of_bounds_has_all_rows_and_all_digits(index: Page, folder: Path, tmp_path: Path) -> None:
    unfold(index)
    rows, expected = saved(index, "toys-cubic", tmp_path), tables.read(folder / "toys" / "cubic" / "bounds.tsv")
    assert list(rows[0]) == expected.columns.drop("crossover").to_list()
    for name in rows[0]:
        assert [float(row[name]) for row in rows] == expected[name].to_list()


def test_csv_of_choosing_has_both_ends_of_intervals_with_all_digits(index: Page, folder: Path, tmp_path: Path) -> None:
    contrasts = tables.read(folder / "toys" / SELECTED.removeprefix("toys-") / "contrasts.tsv")
    expected = contrasts[contrasts["round"] == 3].reset_index()
    rows = saved(index, SELECTED, tmp_path)
    assert [row["chosen by"] for row in rows] == expected["a"].to_list()
    names = {"95 % interval low": "low", "95 % interval high": "high", "difference": "difference", "random": "mean_b"}
    for name, source in names.items():
        assert [float(row[name]) for row in rows] == expected[source].to_list()
    assert [row["to first order"] == "" for row in rows] == expected["predicted"].isna().to_list()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, NARROW["width"]])
def test_no_serious_fault_of_accessibility(index: Page, axe: Axe, scheme: str, width: int) -> None:
    index.emulate_media(color_scheme=scheme)
    index.set_viewport_size({"width": width, "height": 900})
    unfold(index)
    assert axe(index) == []


def test_small_windows_scroll_one_way_only(index: Page) -> None:
    index.set_viewport_size(NARROW)
    unfold(index)
    assert index.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


def test_prints_all_without_what_only_a_screen_has_use_for(index: Page) -> None:
    index.emulate_media(media="print", color_scheme="dark")
    assert not index.get_by_role("navigation").is_visible()
    assert index.locator("button:visible", has_text="Download CSV").count() == 0
    assert index.locator("#toys img").evaluate_all("pictures => pictures.every((some) => some.checkVisibility())")
    for folded in index.locator("details > :not(summary, button)").all():
        assert folded.evaluate("part => part.checkVisibility()")
