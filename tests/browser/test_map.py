"""The report's map of samples, in a browser."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.small_map import FIRST, PICKS, images_of, label, legend, place, record, site
from tests.small_picks import image_file
from tests.small_results import embeddings

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A page of 20 test and 12 training samples, whose classes have hostile names."""
    return site(tmp_path_factory.mktemp("map"), image_file(HOSTILE))


@pytest.fixture
def loaded(page: Page, address: str) -> Page:
    """The page, once its map is drawn."""
    page.goto(address)
    page.locator(".map-legend button").first.wait_for()
    return page


def test_pointing_at_a_sample_shows_its_image_and_classes(loaded: Page) -> None:
    expect(label(loaded)).to_be_hidden()
    loaded.mouse.move(*place(loaded, 3))
    name = f"{HOSTILE} 3"
    expect(label(loaded).get_by_role("img", name=f"test image 3, {name}", exact=True)).to_be_visible()
    sample = FIRST.iloc[3]
    wrong = "" if sample["predicted"] == 3 else " (wrong)"
    expect(label(loaded).locator("> span")).to_contain_text(
        [name, f"predicted {HOSTILE} {sample['predicted']}{wrong}", "test image 3"]
    )
    loaded.mouse.move(0, 0)
    expect(label(loaded)).to_be_hidden()


def test_another_arm_has_its_own_map_and_samples_without_a_picture_are_named(loaded: Page) -> None:
    loaded.get_by_label("Network of").select_option(label="baseline, round 1")
    loaded.mouse.move(*place(loaded, 17, arm=1))
    expect(label(loaded)).to_contain_text("test image 17")
    expect(label(loaded).get_by_role("img")).to_have_count(0)


def test_recolouring_changes_the_legend(loaded: Page) -> None:
    assert legend(loaded) == [f"{HOSTILE} {label}" for label in range(10)]
    colour = loaded.get_by_label("Colour by")
    colour.select_option("right or wrong")
    assert legend(loaded) == ["predicted right", "predicted wrong"]
    right = (FIRST["predicted"] == FIRST["label"]).sum()
    expect(loaded.locator(".map-count")).to_have_text([str(right), str(32 - right)])
    colour.select_option("who picked it")
    assert legend(loaded) == ["no arm", "random only", "least_confidence only", "random and least_confidence"]
    colour.select_option("round picked")
    assert legend(loaded) == ["not picked", "round 1", "round 2", "round 3"]
    picked = FIRST.merge(PICKS[PICKS["arm"] == "random"], on="id").query("split == 'train'")["round_y"].fillna(0)
    expect(loaded.locator(".map-count")).to_have_text([str((picked == number).sum()) for number in range(4)])
    expect(loaded.locator(".map-others")).to_have_text("test samples")
    loaded.get_by_label("Network of").select_option(label="baseline, round 1")
    assert legend(loaded) == ["training samples (baseline picks none)"]


def test_a_click_opens_the_record(loaded: Page) -> None:
    loaded.mouse.click(*place(loaded, 24))
    sample = FIRST.iloc[24]
    expect(record(loaded).locator("strong")).to_have_text(f"train image {sample['id']}: {HOSTILE} {sample['label']}")
    expect(record(loaded).locator("tbody th")).to_have_text(["random", "baseline", "least_confidence"])
    [picked] = PICKS[(PICKS["arm"] == "random") & (PICKS["id"] == sample["id"])].itertuples()
    cells = record(loaded).locator("tbody tr").first.locator("td")
    expect(cells).to_have_text([re.compile(re.escape(HOSTILE)), "3", f"{picked.rank:.0f}", f"{picked.score:.4g}"])


def test_by_keyboard(loaded: Page) -> None:
    loaded.get_by_role("button", name="Whole map").focus()
    loaded.keyboard.press("Tab")
    expect(loaded.get_by_role("application")).to_be_focused()
    loaded.keyboard.press("ArrowRight")
    before = loaded.locator(".map-pointed").bounding_box()
    loaded.keyboard.press("ArrowRight")
    after = loaded.locator(".map-pointed").bounding_box()
    assert before and after and after["x"] > before["x"]
    name = label(loaded).locator("span", has_text=" image ").last.text_content()
    loaded.keyboard.press("Enter")
    expect(record(loaded).locator("strong")).to_contain_text(f"{name}:")
    loaded.keyboard.press("Tab")
    expect(loaded.locator(".map-legend button").first).to_be_focused()
    loaded.mouse.click(*place(loaded, 3))
    expect(loaded.get_by_role("application")).to_be_focused()
    loaded.keyboard.press("Escape")
    expect(label(loaded)).to_be_hidden()
    expect(loaded.get_by_role("application")).not_to_be_focused()


def test_a_press_in_the_legend_shows_one_group_alone(loaded: Page) -> None:
    button = loaded.get_by_role("button", name=f"{HOSTILE} 4")
    button.press("Enter")
    expect(button).to_be_focused()
    expect(button).to_have_attribute("aria-pressed", "true")
    for key in ("ArrowUp", "ArrowUp", "ArrowDown", "ArrowLeft"):
        loaded.get_by_role("application").press(key)
        expect(label(loaded).locator("strong")).to_have_text(f"{HOSTILE} 4")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")


def test_going_to_a_sample(loaded: Page) -> None:
    number = loaded.get_by_label("image", exact=True)
    number.fill("7")
    number.press("Enter")
    expect(record(loaded)).to_contain_text("test image 7:")
    loaded.locator("[name=split]").select_option("train")
    number.press("Enter")
    expect(record(loaded)).to_have_text("train image 7 is not on this map.")
    first = FIRST["id"].iloc[20]
    number.fill(str(first))
    number.press("Enter")
    expect(record(loaded)).to_contain_text(f"train image {first}:")


def test_zooming_moves_samples_apart_and_back(loaded: Page) -> None:
    loaded.mouse.click(*place(loaded, 3))
    left = "document.querySelector('.map-opened').style.left"
    before = loaded.evaluate(left)
    loaded.get_by_role("button", name="Closer").click()
    assert loaded.evaluate(left) != before
    loaded.get_by_role("button", name="Whole map").click()
    assert loaded.evaluate(left) == before
    loaded.mouse.move(*place(loaded, 3))
    loaded.keyboard.down("Control")
    loaded.mouse.wheel(0, -300)
    loaded.wait_for_function(f"{left} !== '{before}'")


def test_black_is_the_colour_of_text_in_the_dark(loaded: Page) -> None:
    loaded.get_by_label("Colour by").select_option("who picked it")
    ink = "document.querySelectorAll('.map-legend button path')[1].getAttribute('fill')"
    text = "getComputedStyle(document.body).getPropertyValue('--text').trim()"
    by_day = loaded.evaluate(ink)
    assert by_day == loaded.evaluate(text)
    loaded.emulate_media(color_scheme="dark")
    loaded.wait_for_function(f"{ink} !== {json.dumps(by_day)}")
    assert loaded.evaluate(ink) == loaded.evaluate(text)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(loaded: Page, axe: Callable[[Page], list[str]], scheme: str) -> None:
    loaded.emulate_media(color_scheme=scheme)
    loaded.mouse.click(*place(loaded, 25))
    assert axe(loaded) == []


def test_a_phone_shows_it_whole_and_scrolls(browser: Browser, address: str) -> None:
    with browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True) as phone:
        page = phone.new_page()
        page.goto(address)
        page.locator(".map-legend button").first.wait_for()
        assert page.evaluate("document.scrollingElement.scrollWidth") <= 360
        assert page.get_by_label("Dragging").input_value() == ""
        page.touchscreen.tap(*place(page, 3))
        expect(record(page)).to_contain_text("test image 3:")


def test_without_scripts_it_says_so(browser: Browser, address: str) -> None:
    with browser.new_context(java_script_enabled=False) as plain:
        page = plain.new_page()
        page.goto(address)
        expect(page.get_by_text("scripts, and they did not run")).to_be_visible()
        expect(page.locator(".map-tool")).to_be_hidden()


def test_a_thousand_classes_are_chosen_from_a_list(page: Page, tmp_path: Path) -> None:
    page.goto(site(tmp_path, images_of(1000, tmp_path), embeddings(classes=1000, n=1000)))
    highlight = page.get_by_label("Highlight class")
    expect(highlight.locator("option")).to_have_count(1001)
    expect(page.locator(".map-legend button")).to_have_count(0)
    highlight.focus()
    highlight.select_option("class 700")
    expect(highlight).to_be_focused()
    page.get_by_role("application").focus()
    page.keyboard.press("ArrowUp")
    expect(label(page)).to_contain_text("class 700")
