"""How the report is put together: templates, data scripts, figures, and the folder as a whole."""

import json
import math
import re
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from superposition.report import illustrations, pages, scripts
from tests.small_report import STUDY, Page, looks, section, text_of, written

HOSTILE = "<script>alert(1)</script>"
QUOTES = "\"'><img src=x onerror=alert(2)>&\u2028"
CLASSES = tuple(f"{HOSTILE}{QUOTES} {label}" for label in range(10))


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a small study whose classes have names that look like markup."""
    folder = tmp_path_factory.mktemp("study")
    written(folder, STUDY, classes=CLASSES, **looks(folder, CLASSES))
    return folder / "report"


@pytest.fixture
def html(report: Path) -> str:
    return (report / "index.html").read_text(encoding="utf-8")


def test_names_of_classes_never_become_markup(html: str) -> None:
    said = section(html, "picks")
    assert said.count("&lt;script&gt;alert(1)&lt;/script&gt;&#34;&#39;&gt;&lt;img src=x") == 4
    assert HOSTILE not in html and "<img src=x" not in html
    page = Page(html)
    assert not page.misplaced and not page.open
    assert not [attributes for _, attributes in page.tags if {"onerror", "onload"} & attributes.keys()]


def test_names_of_classes_never_end_a_data_script(report: Path) -> None:
    texts = [path.read_text(encoding="utf-8") for path in (report / "assets").glob("digits.*.js")]
    assert len(texts) > 3
    assert not [text for text in texts if "<" in text or "\u2028" in text]
    [samples] = [text for text in texts if "superposition.samples[" in text]
    assert json.loads(samples.rpartition(" = ")[2].removesuffix(";\n"))["classes"] == list(CLASSES)


def loaded(page: Path) -> set[str]:
    """The assets that a page names."""
    tags = Page(page.read_text(encoding="utf-8")).tags
    named = {value for _, attributes in tags for key, value in attributes.items() if value and key in ("src", "href")}
    return {value.removeprefix("assets/") for value in named if value.startswith("assets/")}


def test_pages_load_what_the_folder_holds_and_leave_nothing_unused(report: Path) -> None:
    named = loaded(report / "index.html") | loaded(report / "units.html")
    held = {path.name for path in (report / "assets").iterdir()}
    assert named <= held
    assert {name for name in held if name.endswith((".js", ".css", ".svg")) and ".units." not in name} <= named


def test_maps_and_units_lead_on(html: str) -> None:
    assert 'data-map="digits"' in section(html, "maps") and "assets/digits.tsne.svg" in section(html, "maps")
    assert 'href="units.html#digits' in section(html, "units")


def test_what_is_not_there_is_said_with_its_remedy(tmp_path: Path) -> None:
    html = written(tmp_path, STUDY)
    assert "No map was drawn. Add tsne to figures in the study’s config." in text_of(section(html, "maps"))
    assert "No unit was looked at. Name layers, and units of them, under units" in text_of(section(html, "units"))
    assert not (tmp_path / "report" / "units.html").exists()
    assert not list((tmp_path / "report" / "assets").glob("*.samples.js"))


def test_each_dataset_has_its_part_of_every_topic(tmp_path: Path) -> None:
    html = written(tmp_path, {**STUDY, "datasets": {"digits": {}, "cifar10": {}}})
    for topic in ("verdicts", "curves", "maps", "picks", "units", "numbers"):
        heads = re.findall(r'<h3 id="([^"]+)" class="dataset">', section(html, topic))
        assert heads == [f"{topic}.digits", f"{topic}.cifar10"]


def test_a_failed_run_leaves_the_old_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, STUDY)
    monkeypatch.setattr(pages, "render", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        written(tmp_path, STUDY)
    assert (tmp_path / "report" / "index.html").stat().st_size > 10_000
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_figures_are_copied_under_the_name_of_their_dataset(tmp_path: Path) -> None:
    figures = [tmp_path / dataset / "cosine.svg" for dataset in ("a", "b")]
    for path in figures:
        path.parent.mkdir()
        path.write_text(f"<svg>{path.parent.name}</svg>", encoding="utf-8")
    [shown] = illustrations.copied(figures, "b", tmp_path)
    assert (tmp_path / shown["file"]).read_text(encoding="utf-8") == "<svg>b</svg>"
    assert shown["file"] == "b.cosine.svg" and shown["alt"] and shown["caption"] and shown["section"] == "features"


def test_a_template_that_asks_for_more_than_there_is_fails() -> None:
    with pytest.raises(UndefinedError, match="'study' is undefined"):
        pages.render("index.html", datasets=[])


@pytest.mark.parametrize(
    ("values", "said"),
    [((0.1 + 0.2,), "0.30000000000000004"), ((1, 2.5), "1;2.5"), ((math.nan, 3), ";3"), (("certain",), "certain")],
)
def test_cells_keep_all_digits_for_scripts(values: tuple, said: str) -> None:
    assert pages.exact(*values) == said


def test_a_data_script_sets_its_value_and_nothing_else(tmp_path: Path) -> None:
    scripts.assignment(tmp_path / "a.js", "units", "cifar10/a b", "x", value={"</script>": [1, None, "é"]})
    assert (tmp_path / "a.js").read_text(encoding="utf-8").splitlines() == [
        "window.superposition ??= {};",
        "superposition.units ??= {};",
        'superposition.units["cifar10/a b"] ??= {};',
        'superposition.units["cifar10/a b"]["x"] = {"\\u003c/script>":[1,null,"é"]};',
    ]


def test_data_that_no_browser_reads_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Out of range float values"):
        scripts.assignment(tmp_path / "a.js", "units", value=math.nan)
    assert not list(tmp_path.iterdir())
