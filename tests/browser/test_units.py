"""Unit pages in a browser: the grid and its order, a unit's page, ways between them, and what is missing."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from superposition import unit_files
from tests import small_units
from tests.small_unit_pages import CLASSES, SCORES, scores, write_pages, write_units

Files = dict[str, list[Path]]


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return write_units(tmp_path_factory.mktemp("study"))


@pytest.fixture(scope="session")
def address(files: Files, tmp_path_factory: pytest.TempPathFactory) -> str:
    return (write_pages(tmp_path_factory.mktemp("pages") / "report", files) / "units.html").as_uri()


def numbers(page: Page) -> list[int]:
    """The units of the grid, in their order."""
    return [int(text.removeprefix("Unit ")) for text in page.locator(".card strong").all_inner_texts()]


def in_order(scores: np.ndarray, descending: bool) -> np.ndarray:
    """Scores from one end to the other; those that are missing come last either way."""
    return -np.sort(-scores) if descending else np.sort(scores)


def test_the_grid_shows_all_units_with_their_top_images(page: Page, address: str, files: Files) -> None:
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_have_text("Units of avgpool")
    expect(page.locator(".card")).to_have_count(small_units.UNITS)
    top = unit_files.read(files["units"][2], "avgpool")["top"][0, :4].tolist()
    shown = [f"test image {id_}, {CLASSES[id_ % len(CLASSES)]}" for id_ in top]
    first = page.locator(".card").first.get_by_role("img")
    expect(first).to_have_count(len(shown))
    assert [image.get_attribute("aria-label") for image in first.all()] == shown


@pytest.mark.parametrize("score", SCORES)
def test_the_grid_is_in_the_order_of_any_score(page: Page, address: str, files: Files, score: str) -> None:
    values = scores(files)[score]
    page.goto(address)
    page.get_by_label("Sort by").select_option(score)
    assert values[numbers(page)] == pytest.approx(in_order(values, descending=True), abs=1e-3, nan_ok=True)
    page.get_by_role("button", name="highest first").click()
    assert values[numbers(page)] == pytest.approx(in_order(values, descending=False), abs=1e-3, nan_ok=True)
    expect(page.get_by_role("status")).to_contain_text(f"8 units by {score}, lowest first")


def test_a_card_leads_to_its_unit_and_arrows_to_the_next(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("link", name="Unit 3").click()
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Unit 3 of avgpool")
    expect(heading).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(heading).to_have_text("Unit 4 of avgpool")
    page.keyboard.press("ArrowLeft")
    page.get_by_role("link", name="← Unit 2").click()
    expect(heading).to_have_text("Unit 2 of avgpool")
    page.go_back()
    expect(heading).to_have_text("Unit 3 of avgpool")


def test_the_ends_have_one_neighbour(page: Page, address: str) -> None:
    for unit, neighbour in {0: "Unit 1 →", 7: "← Unit 6"}.items():
        page.goto(f"{address}#digits/random/avgpool/{unit}")
        links = page.get_by_role("navigation").get_by_role("link")
        expect(links).to_have_count(2)
        expect(links.filter(has_text=neighbour)).to_be_visible()


def test_choosing_an_arm_shows_its_units(page: Page, address: str) -> None:
    page.goto(f"{address}#digits/random/avgpool/1")
    page.get_by_role("combobox", name="Arm").select_option("least_confidence")
    expect(page.locator("#place")).to_have_text("digits, arm least_confidence, seed 0, round 1")
    assert page.url.endswith("#digits/least_confidence/avgpool")


def test_the_page_of_a_unit_has_all_its_parts(page: Page, address: str, files: Files) -> None:
    page.goto(f"{address}#digits/random/avgpool/4")
    expect(page.get_by_role("heading", level=1)).to_have_text("Unit 4 of avgpool")
    pictures = page.locator(".pictures").get_by_role("img", name="native picture made for unit 4, start")
    places = [picture.evaluate("tile => tile.style.backgroundPosition") for picture in pictures.all()]
    assert len(set(places)) == len(places) == small_units.STARTS
    expect(page.get_by_text("no test image excites it more").first).to_be_visible()
    stored = unit_files.read(files["units"][2], "avgpool")
    for name, title in {"top": "excite it most", "bottom": "excite it least", "random": "At random"}.items():
        images = page.locator(f'h3:has-text("{title}") + .strip [role="img"]')
        labels = [image.get_attribute("aria-label") or "" for image in images.all()]
        assert [int(label.split()[2].rstrip(",")) for label in labels] == stored[name][4].tolist()
    sizes = stored["cluster_sizes"][4].tolist()
    for group, size in enumerate(sizes):
        expect(page.get_by_text(f"Group {group + 1}: {size} images")).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(3)
    expect(page.get_by_text("Units have no counterpart across networks")).to_be_visible()
    other = page.get_by_role("link", name=re.compile(r"Unit \d of least_confidence"))
    other.click()
    expect(page.locator("#place")).to_contain_text("arm least_confidence")
    expect(page.get_by_text("The features of one round alone are kept.")).to_be_visible()


def test_a_unit_without_pictures_says_how_to_ask_for_one(page: Page, address: str) -> None:
    page.goto(f"{address}#digits/random/avgpool/7")
    expect(page.get_by_text("units: {avgpool: [7]}")).to_be_visible()
    expect(page.get_by_text("Polysemanticity: undefined")).to_be_visible()


def test_the_histogram_counts_every_test_image_in_either_panel(page: Page, address: str) -> None:
    page.goto(f"{address}#digits/random/avgpool/4")
    expect(page.locator(".histogram svg")).to_be_visible()
    titles = page.locator(".histogram rect title").all_text_contents()
    assert sum(int(re.findall(r": (\d+) test images", title)[-1]) for title in titles) == 2 * 60


def test_names_of_classes_are_text(page: Page, address: str) -> None:
    page.goto(f"{address}#digits/random/avgpool/4")
    assert sorted(page.locator(".legend li").all_text_contents()) == sorted(CLASSES)
    assert page.evaluate("window.broken") is None


@pytest.mark.parametrize(
    ("route", "message"),
    [
        ("digits/random/avgpool/99", "There is no unit 99 in avgpool, only 0 to 7."),
        ("digits/random/avgpool/x", "There is no unit x in avgpool, only 0 to 7."),
        ("digits/no%3Carm/avgpool", "There is no digits, no<arm, avgpool."),
        ("%E0%A4%A", "There is no #%E0%A4%A."),
    ],
)
def test_unknown_addresses_are_answered(page: Page, address: str, route: str, message: str) -> None:
    page.goto(f"{address}#{route}")
    expect(page.get_by_role("alert")).to_contain_text(message)
    page.get_by_role("combobox", name="Arm").select_option("least_confidence")
    expect(page.get_by_role("heading", level=1)).to_have_text("Units of avgpool")


def test_a_thousand_classes_have_a_short_legend(page: Page, tmp_path: Path) -> None:
    files = write_units(tmp_path, [f"class {label}" for label in range(1000)], samples=1000)
    page.goto((write_pages(tmp_path / "report", files) / "units.html").as_uri() + "#digits/random/avgpool/1")
    expect(page.locator(".legend li")).to_have_count(11)
    expect(page.locator(".legend li").last).to_have_text("990 other classes")
    expect(page.get_by_text("Polysemanticity: undefined")).to_be_visible()


def test_ten_test_images_make_a_page(page: Page, tmp_path: Path) -> None:
    files = write_units(tmp_path, [f"class {label}" for label in range(10)], samples=10)
    page.goto((write_pages(tmp_path / "report", files) / "units.html").as_uri() + "#digits/random/avgpool/1")
    expect(page.locator('h3:has-text("excite it most") + .strip li')).to_have_count(5)
    expect(page.get_by_text("The two groups")).to_have_count(0)


@pytest.mark.parametrize("route", ["", "#digits/random/avgpool/4", "#nothing"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_bars_the_way(
    page: Page, address: str, axe: Callable[[Page], list[str]], route: str, scheme: str
) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(address + route)
    expect(page.locator("#view > *").first).to_be_visible()
    assert axe(page) == []


@pytest.mark.parametrize("route", ["", "#digits/random/avgpool/4"])
def test_a_phone_needs_no_scrolling_sideways(page: Page, address: str, route: str) -> None:
    page.set_viewport_size({"width": 360, "height": 700})
    page.goto(address + route)
    expect(page.locator("#view > *").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_without_scripts_a_sentence_says_why_it_is_empty(browser: Browser, address: str) -> None:
    page = browser.new_page(java_script_enabled=False)
    page.goto(address)
    expect(page.locator("noscript p")).to_contain_text("drawn by a script")
    page.close()


def test_missing_data_is_told(browser: Browser, files: Files, tmp_path: Path) -> None:
    report = write_pages(tmp_path / "report", files)
    (report / "assets" / "digits.random.avgpool.units.js").unlink()
    page = browser.new_page()
    page.goto((report / "units.html").as_uri())
    expect(page.get_by_role("alert")).to_have_text(
        "assets/digits.random.avgpool.units.js is missing; run the report again."
    )
    page.close()
