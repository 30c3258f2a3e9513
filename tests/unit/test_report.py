"""The report's index page: whole, self-contained, escaped, and true to the tables."""

from pathlib import Path

import pytest

from superposition import verdicts, wording
from superposition.config import Study
from tests.small_report import STUDY, Page, text_of, written
from tests.small_results import experiments


@pytest.fixture(scope="module")
def html(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page of a small study, written once."""
    return written(tmp_path_factory.mktemp("report"), STUDY)


def test_page_is_well_formed_and_needs_nothing_but_its_assets(html: str) -> None:
    page = Page(html)
    assert not page.misplaced and not page.open
    sources = [value for _, attributes in page.tags for key, value in attributes.items() if key in ("src", "href")]
    assert sources and all(value and value.startswith(("data:", "#", "assets/")) for value in sources)
    assert all(attributes.get("src") for tag, attributes in page.tags if tag == "script")
    assert not [key for _, attributes in page.tags for key in attributes if key.startswith("on") or key == "style"]
    ids = {attributes["id"] for _, attributes in page.tags if "id" in attributes}
    assert {value[1:] for value in sources if value and value.startswith("#")} <= ids


def test_every_asset_lies_beside_the_page(tmp_path: Path) -> None:
    page = Page(written(tmp_path, STUDY))
    sources = {value for _, attributes in page.tags for value in attributes.values() if value}
    assets = {source for source in sources if source.startswith("assets/")}
    assert {"assets/style.css", "assets/tables.js", "assets/digits.learning_curves.svg"} <= assets
    assert not [asset for asset in assets if not (tmp_path / "report" / asset).is_file()]


def test_page_can_be_read_without_seeing_it(html: str) -> None:
    page = Page(html)
    assert [attributes.get("lang") for tag, attributes in page.tags if tag == "html"] == ["en"]
    assert all(attributes.get("alt") for tag, attributes in page.tags if tag == "img")
    count = [tag for tag, _ in page.tags].count
    assert count("h1") == 1 and count("table") == count("caption") > 3


def test_arms_are_compared_after_the_last_round_in_which_their_samples_differ(html: str) -> None:
    text = text_of(html)
    assert "least_confidence after round 2 (200 samples) minus random after round 2 (200 samples): means" in text
    assert "least_confidence after round 2 (200 samples) minus baseline (300 samples): means" in text
    assert text.count("Where two arms trained on the same samples in their last rounds, only chance tells") == 1
    assert "Both trained on the same samples" not in text


def test_arms_whose_samples_never_differ_are_said_to_differ_by_chance(tmp_path: Path) -> None:
    text = text_of(written(tmp_path, {**STUDY, "contrasts": [["baseline", "baseline"]]}))
    assert "Both trained on the same samples, so only chance tells them apart." in text
    assert "baseline (300 samples) minus baseline (300 samples)" in text
    assert "Where two arms" not in text


def test_arms_that_train_otherwise_are_compared_after_the_last_round(tmp_path: Path) -> None:
    arms = {**STUDY["arms"], "least_confidence": {"rounds": 3, "between_rounds": "carry"}}
    text = text_of(written(tmp_path, {**STUDY, "arms": arms}))
    assert "least_confidence after round 3 (300 samples) minus baseline (300 samples)" in text
    assert text.count("Both trained on the same samples, but not in the same way.") == 2
    assert "Where two arms" not in text and "only chance" not in text


def test_a_round_trained_on_the_newest_says_so() -> None:
    rounds = experiments().assign(trained_on=100)
    said = verdicts.moment("random", 3, Study.model_validate(STUDY), rounds)
    assert said == "random after round 3 (the newest 100 of 300 samples)"


def test_measures_stand_side_by_side_with_spread_and_n(html: str) -> None:
    assert "0.910 ± 0.010 n=3 0.910 ± 0.010 n=3 0.910 ± 0.010 n=3" in text_of(html)


def test_settings_versions_time_and_memory_are_there(html: str) -> None:
    text = text_of(html)
    assert "optimiser: name: adam lr: 0.001" in text
    for name in ("python", "torch", "torchvision", "numpy"):
        assert f">{name}</th>" in html
    assert "3.0 min" not in text and "3 min" in text and "503" in text


def test_one_seed_is_said_to_say_nothing_about_chance(tmp_path: Path) -> None:
    text = text_of(written(tmp_path, {**STUDY, "seeds": [0]}, seeds=(0,)))
    assert text.count("One seed: nothing can be said about chance. There are no intervals and no tests") == 3
    measures = text.split("Measures")[-1].split("Learning curves")[0]
    assert "±" not in measures.replace("mean ± standard deviation", "")


def test_what_a_user_named_is_escaped(tmp_path: Path) -> None:
    hostile = "<script>alert('x')</script>"
    datasets = {"digits": {"classes": [hostile, "b"]}}
    html = written(tmp_path, {**STUDY, "datasets": datasets})
    assert hostile not in html and "&lt;script&gt;" in html
    assert all(attributes.get("src") for tag, attributes in Page(html).tags if tag == "script")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.12345, "0.123"),
        (-2.0, "−2.000"),
        (0.00012345, "0.00012"),
        (-3.2e-7, "−3.2e−07"),
        (0.0, "0.000"),
        (12000.0, "12,000"),
        (1234.5678, "1,234.568"),
        (float("nan"), "–"),
    ],
)
def test_numbers(value: float, shown: str) -> None:
    assert wording.number(value) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0.04, "0.0 s"), (59.9, "59.9 s"), (90, "2 min"), (3599, "1 h 00 min"), (7500, "2 h 05 min")]
)
def test_durations(seconds: float, shown: str) -> None:
    assert wording.duration(seconds) == shown


@pytest.mark.parametrize(
    ("interval", "said"),
    [
        ((0.2, 0.1, 0.3), "higher"),
        ((-0.2, -0.3, -0.1), "lower"),
        ((0.2, -0.1, 0.5), "no clear difference"),
        ((0.0, 0.0, 0.0), "equal"),
        ((0.2, float("nan"), float("nan")), "one seed: no interval"),
    ],
)
def test_verdicts(interval: tuple[float, float, float], said: str) -> None:
    assert wording.verdict(*interval) == said


@pytest.mark.parametrize(
    ("words", "said"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_enumerations(words: list[str], said: str) -> None:
    assert wording.enumeration(words) == said
