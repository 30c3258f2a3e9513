"""The digest changes when code that a stage can run changes, and only then."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from superposition import provenance

STAGE = '''"""Draws."""
from superposition import drawing
from superposition.config import Figures


def run(figures: Figures) -> int:
    """Some number."""
    return drawing.width(3)  # three
'''
DRAWING = """from superposition.report import pages


def width(size):
    import superposition.units
    return superposition.units.PX * size
"""
FILES = {
    "__init__.py": "",
    "stages/__init__.py": "",
    "metrics/__init__.py": "",
    "stages/draw.py": STAGE,
    "report/__init__.py": "",
    "report/pages.py": "SIZE = 1\n",
    "report/index.html": "<p>",
    "report/style.css": "p { color: red }",
    "report/notes.txt": "of no concern",
    "drawing.py": DRAWING,
    "units.py": "PX = 2\n",
    "units.tsv": "px\n2\n",
    "config.py": "class Figures:\n    pass\n",
    "metrics/cosine.py": "def measure():\n    return 1\n",
    "metrics/accuracy.py": "def measure():\n    return 2\n",
}


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A small package in place of the real one."""
    root = tmp_path / "superposition"
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(provenance, "ROOT", root)
    forget()
    yield root
    forget()


def forget() -> None:
    """Have files read again, as a new process does."""
    provenance.digest.cache_clear()
    provenance.read.cache_clear()


def digest(*roots: str) -> str:
    forget()
    return provenance.digest(*roots)


def changed(package: Path, name: str, edit: Callable[[str], str]) -> bool:
    """Does editing a file change the digest of the stage `draw` with the metric `cosine`?"""
    roots = ("superposition.stages.draw", "superposition.metrics.cosine")
    before = digest(*roots)
    path = package / name
    path.write_text(edit(path.read_text(encoding="utf-8")), encoding="utf-8")
    return digest(*roots) != before


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("stages/draw.py", "three", "a comment"),
        ("stages/draw.py", "Some number.", "A docstring."),
        ("stages/draw.py", "Draws.", "A module's docstring."),
        ("stages/draw.py", "drawing.width(3)", "(drawing . width(\n        3))"),
        ("metrics/accuracy.py", "2", "3"),
        ("config.py", "pass", "width: int = 3"),
        ("units.py", "PX = 2", "\n\nPX  =  2"),
        ("report/notes.txt", "no", "some"),
    ],
)
def test_unchanged(package: Path, name: str, old: str, new: str) -> None:
    assert not changed(package, name, lambda text: text.replace(old, new))


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("stages/draw.py", "width(3)", "width(4)"),
        ("report/index.html", "<p>", "<div>"),
        ("report/style.css", "red", "blue"),
        ("drawing.py", "* size", "+ size"),
        ("units.py", "2", "3"),
        ("units.tsv", "2", "3"),
        ("metrics/cosine.py", "1", "2"),
        ("stages/__init__.py", "", "import os\n"),
    ],
)
def test_changed(package: Path, name: str, old: str, new: str) -> None:
    assert changed(package, name, lambda text: text.replace(old, new))


def test_a_copy_elsewhere_has_the_same_digest(package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = digest("superposition.stages.draw")
    shutil.copytree(package, tmp_path / "clone" / "superposition")
    monkeypatch.setattr(provenance, "ROOT", tmp_path / "clone" / "superposition")
    assert digest("superposition.stages.draw") == here


def test_closure_follows_every_way_to_import(package: Path) -> None:
    assert provenance.closure("superposition.stages.draw") == {
        "superposition",
        "superposition.stages",
        "superposition.stages.draw",
        "superposition.drawing",
        "superposition.report",
        "superposition.report.pages",
        "superposition.units",
    }


def test_a_missing_module_is_named(package: Path) -> None:
    with pytest.raises(ModuleNotFoundError, match=r"no source for 'superposition\.stages\.nothing'"):
        digest("superposition.stages.nothing")


def test_the_digest_is_short_and_plain(package: Path) -> None:
    assert len(digest("superposition.units")) == 16
    assert int(digest("superposition.units"), 16) >= 0
