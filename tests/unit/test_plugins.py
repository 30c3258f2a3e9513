"""Plugins are found by listing a folder and described without being imported."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from superposition import plugins
from superposition.errors import InputError


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package of its own with two metrics, one of which can't be imported."""
    monkeypatch.setattr(plugins, "__file__", str(tmp_path / "plugins.py"))
    (tmp_path / "metrics").mkdir()
    for name in ("__init__", "_shared"):
        (tmp_path / "metrics" / f"{name}.py").touch()
    text = '"""Angles.\n\nMore."""\n\nimport nowhere\n\nNEEDS = ("logits", "layers")\nlower = 1\n'
    (tmp_path / "metrics" / "cosine.py").write_text(text)
    (tmp_path / "metrics" / "accuracy.py").write_text("")
    plugins.declared.cache_clear()
    yield tmp_path / "metrics"
    plugins.declared.cache_clear()


def test_names_are_the_files(folder: Path) -> None:
    assert plugins.names("metric") == ["accuracy", "cosine"]


def test_a_new_file_is_a_new_plugin(folder: Path) -> None:
    (folder / "capacity.py").touch()
    assert plugins.names("metric") == ["accuracy", "capacity", "cosine"]


def test_module_name(folder: Path) -> None:
    assert plugins.module_name("metric", "cosine") == "superposition.metrics.cosine"


def test_an_unknown_name_is_refused_with_the_choices(folder: Path) -> None:
    with pytest.raises(InputError, match=r"^metric: 'cosin' is none of accuracy, cosine$"):
        plugins.module_name("metric", "cosin")


def test_declared_reads_constants_without_importing(folder: Path) -> None:
    assert plugins.declared("metric", "cosine") == {"NEEDS": ("logits", "layers")}
    assert plugins.declared("metric", "accuracy") == {}


def test_summary_is_the_first_line(folder: Path) -> None:
    assert plugins.summary("metric", "cosine") == "Angles."
    assert plugins.summary("metric", "accuracy") == ""


@pytest.mark.parametrize("kind", plugins.FOLDERS)
def test_every_plugin_says_what_it_is(kind: str) -> None:
    assert [name for name in plugins.names(kind) if not plugins.summary(kind, name).endswith(".")] == []
