"""The report's index page in a browser."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page

from superposition import tables
from tests.small_report import STUDY, looks, written

Axe = Callable[[Page], list[str]]
NARROW = {"width": 360, "height": 740}
ZOOMED = {"width": 320, "height": 256}
"""A window of 1280 x 1024 px at 400 %."""


@pytest.fixture
def index(page: Page, report: Path) -> Page:
    """The index page, opened from disk."""
    page.goto((report / "index.html").as_uri())
    return page


def column(table: Locator, number: int) -> list[str]:
    """What stands in a column of a table, from the top row down."""
    return [text.strip() for text in table.locator(f"tbody tr > :nth-child({number})").all_inner_texts()]


def saved(page: Page, table: str, folder: Path) -> tuple[str, bytes]:
    """Name and content of the file that the button below a table saves."""
    with page.expect_download() as waiting:
        page.get_by_role("button", name=f"Download CSV: {table}", exact=True).click()
    download = waiting.value
    download.save_as(folder / "saved.csv")
    return download.suggested_filename, (folder / "saved.csv").read_bytes()


def overflow(page: Page) -> int:
    """By how many px the page is wider than its window."""
    width: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return width


def test_opens_from_disk_with_all_its_pictures(index: Page) -> None:
    assert "tiny" in index.title()
    pictures = index.locator("main img")
    assert pictures.count() == 2
    assert pictures.evaluate_all("pictures => pictures.every((picture) => picture.complete)")


def test_a_head_sorts_by_click_both_ways(index: Page) -> None:
    table = index.locator("#digits-picks")
    before = column(table, 3)
    head = table.get_by_role("columnheader", name="of its picks")
    head.get_by_role("button").click()
    assert column(table, 3) == sorted(before, key=lambda share: float(share.split()[0]))
    assert head.get_attribute("aria-sort") == "ascending"
    head.get_by_role("button").click()
    assert column(table, 3) == sorted(before, key=lambda share: float(share.split()[0]), reverse=True)
    assert table.locator("[aria-sort]").count() == 1


def test_a_head_sorts_by_keyboard_and_keeps_row_heads(index: Page) -> None:
    table = index.locator("#effort")
    arms = column(table, 2)
    table.get_by_role("columnheader", name="arm").get_by_role("button").focus()
    index.keyboard.press("Enter")
    assert column(table, 2) == sorted(arms) != arms
    assert table.locator("tbody th[scope=row]").count() == len(arms)
    index.keyboard.press("Space")
    assert column(table, 2) == sorted(arms, reverse=True)


def test_what_is_missing_stays_below_either_way(index: Page) -> None:
    table = index.locator("#digits-picks")
    button = table.get_by_role("columnheader", name="by chance").get_by_role("button")
    for _ in range(2):
        button.click()
        assert column(table, 8)[-1] == "–"
        assert column(table, 1) == ["least_confidence", "random"]


def test_numbers_sort_as_numbers_and_equals_keep_their_order(index: Page) -> None:
    table = index.locator("#digits-contrasts-least_confidence-random")
    measures = column(table, 1)
    table.get_by_role("columnheader", name="difference").get_by_role("button").click()
    differences = column(table, 6)
    values = [float(text.replace("−", "-")) for text in differences]
    assert values == sorted(values) and sorted(column(table, 1)) == sorted(measures)
    table.get_by_role("columnheader", name="seeds").get_by_role("button").click()
    assert column(table, 6) == differences


def test_csv_has_all_rows_and_all_digits(index: Page, report: Path, tmp_path: Path) -> None:
    name, content = saved(index, "digits-contrasts-least_confidence-random", tmp_path)
    assert name == "digits-contrasts-least_confidence-random.csv"
    assert content.count(b"\r\n") == content.count(b"\n") > 3
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline="")))
    contrasts = tables.read(report.parent / "contrasts.tsv")
    told = contrasts[(contrasts["b"] == "random") & (contrasts["round_a"] == 2)].set_index(["metric", "quantity"])
    assert [row["measure"] for row in rows] == ["accuracy top1", "cosine sample.mean", "cosine neuron.mean_absolute"]
    for row in rows:
        expected = told.loc[tuple(row["measure"].split())]
        assert float(row["difference"]) == expected["difference"]
        assert float(row["95 % interval, t low"]) == expected["low"]
        assert row["bootstrap low"] == ""


def test_csv_of_several_arms_has_a_column_each_for_mean_spread_and_number(index: Page, tmp_path: Path) -> None:
    _, content = saved(index, "digits-measures", tmp_path)
    head, *rows = csv.reader(io.StringIO(content.decode("utf-8")))
    assert head[:5] == ["measure", "layer", "baseline", "baseline sd", "baseline n"]
    assert {len(row) for row in rows} == {2 + 3 * 3}


def test_every_link_leads_somewhere(index: Page, report: Path) -> None:
    for link in index.locator("a[href]").all():
        file, _, place = str(link.get_attribute("href")).partition("#")
        assert not file or (report / file).is_file(), file
        if place and not file:
            assert index.locator(f'[id="{place}"]').count() == 1, place


def test_keyboard_skips_to_the_findings(index: Page) -> None:
    index.keyboard.press("Tab")
    assert index.locator(":focus").inner_text() == "Skip to the findings"
    assert index.locator(":focus").bounding_box()["x"] >= 0
    index.keyboard.press("Enter")
    assert index.locator(":focus").get_attribute("id") == "main"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, NARROW["width"]])
def test_no_serious_fault_of_accessibility(index: Page, axe: Axe, scheme: str, width: int) -> None:
    index.emulate_media(color_scheme=scheme)
    index.set_viewport_size({"width": width, "height": 900})
    index.evaluate("document.querySelectorAll('details').forEach((some) => { some.open = true; })")
    assert axe(index) == []


@pytest.mark.parametrize("size", [NARROW, ZOOMED])
def test_small_windows_scroll_one_way_only(index: Page, size: dict[str, int]) -> None:
    index.set_viewport_size(size)
    index.evaluate("document.querySelectorAll('details').forEach((some) => { some.open = true; })")
    assert overflow(index) <= 0


def test_prints_all_without_what_only_a_screen_has_use_for(index: Page) -> None:
    index.emulate_media(media="print", color_scheme="dark")
    assert not index.get_by_role("navigation").is_visible()
    assert index.locator("button:visible", has_text="Download CSV").count() == 0
    assert index.locator("body").evaluate("body => getComputedStyle(body).backgroundColor") == "rgb(255, 255, 255)"
    for folded in index.locator("details > :not(summary, button)").all():
        assert folded.evaluate("part => part.checkVisibility()")


def test_names_that_look_like_scripts_run_nothing_and_are_saved_as_they_are(page: Page, tmp_path: Path) -> None:
    markup = "<script>window.ran = 1</script>\"'><img src=x onerror='window.ran = 1'>, "
    classes = tuple(f"{markup} {label}" for label in range(10))
    written(tmp_path, STUDY, classes=classes, **looks(tmp_path, classes))
    for name in ("units.html", "index.html"):
        page.goto((tmp_path / "report" / name).as_uri())
        assert page.locator("[src=x], [onerror]").count() == 0
        assert page.evaluate("window.ran") is None
    rows = csv.DictReader(io.StringIO(saved(page, "digits-picks", tmp_path)[1].decode("utf-8"), newline=""))
    assert {row["most picked"] for row in rows} <= {" ".join(name.split()) for name in classes}
