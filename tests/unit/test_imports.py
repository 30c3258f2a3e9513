"""Imports point down only: __main__ -> stages -> plugins -> domain -> light modules."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from superposition import provenance

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "workflow" / "superposition"
PLUGINS = {"datasets", "strategies", "metrics", "figures", "toy_figures"}
LIGHT = {
    "config",
    "errors",
    "files",
    "heartbeat",
    "plugins",
    "provenance",
    "section",
    "slots",
    "studies",
    "toys.config",
}
FILES = sorted(PACKAGE.rglob("*.py"))
TORCH = {"torch", "torchvision", "lucent", "kornia"}
HEAVY = TORCH | {"numpy", "pandas", "sklearn", "scipy", "matplotlib", "h5py"}
WITHOUT_TORCH = tuple(
    f"superposition.{start}"
    for start in (
        "metrics.",
        "figures.",
        "toy_figures.",
        "stages.align",
        "stages.apart",
        "stages.collect",
        "stages.curves",
        "stages.draw",
        "stages.inspect",
        "stages.match",
        "stages.measure",
        "stages.report",
        "stages.tally",
        "stages.toy_draw",
        "stages.toy_measure",
        "stages.trace",
    )
)


def name_of(path: Path) -> str:
    """The dotted name of a module."""
    return ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")


def imports(path: Path) -> set[str]:
    """Modules of the package that a file imports, wherever it does so; the packages that hold them left out."""
    return {name for name in provenance.read(name_of(path)).imports if name.count(".") and layer(name) != "package"}


def layer(module: str) -> str:
    """The layer that a module of the package stands in."""
    _, *inner = module.split(".")
    match inner:
        case ["__main__"]:
            return "command line"
        case ["stages", _]:
            return "stage"
        case [folder, _] if folder in PLUGINS:
            return "plugin"
        case _ if ".".join(inner) in LIGHT:
            return "light"
        case ["report" | "toys", _]:
            return "domain"
        case [name] if (PACKAGE / f"{name}.py").is_file():
            return "domain"
    return "package"


ALLOWED = {
    "command line": {"stage", "plugin", "domain", "light"},
    "stage": {"plugin", "domain", "light"},
    "plugin": {"domain", "light"},
    "domain": {"domain", "light"},
    "light": {"light"},
    "package": set(),
}


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_imports_point_down(path: Path) -> None:
    upward = {name for name in imports(path) if layer(name) not in ALLOWED[layer(name_of(path))]}
    assert not upward, f"{name_of(path)} ({layer(name_of(path))}) imports {upward}"


def test_no_cycles() -> None:
    graph = {name_of(path): imports(path) for path in FILES}
    while free := [name for name, needs in graph.items() if not needs & graph.keys()]:
        for name in free:
            del graph[name]
    assert not graph, f"these import one another: {sorted(graph)}"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_imports_are_absolute(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert not [node.lineno for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.level]


def test_every_init_is_empty() -> None:
    assert {path for path in FILES if path.name == "__init__.py" and path.stat().st_size} == set()


def test_every_module_stands_in_a_layer() -> None:
    modules = {name_of(path) for path in FILES if path.name != "__init__.py"}
    assert {name for name in modules if layer(name) == "package"} == set()


def snakefile_imports() -> set[str]:
    """Modules of the package that the Snakefile and the rules import."""
    sources = [path.read_text(encoding="utf-8") for path in [ROOT / "Snakefile", *ROOT.glob("workflow/rules/*.smk")]]
    lines = re.findall(r"^\s*((?:from|import) superposition\b.*)$", "\n".join(sources), re.MULTILINE)
    named: set[str] = set()
    for node in ast.walk(ast.parse("\n".join(lines))):
        if isinstance(node, ast.Import | ast.ImportFrom):
            prefix = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
            named |= {(prefix + alias.name).split(".")[1] for alias in node.names}
    return {f"superposition.{name}" for name in named}


def loaded_by(modules: set[str]) -> dict[str, set[str]]:
    """The heavy libraries that are loaded after each import, one module after the other in a fresh process."""
    code = f"import importlib, sys\nfor name in {sorted(modules)}:\n    importlib.import_module(name)\n"
    code += f"    print(name, *({HEAVY} & sys.modules.keys()))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=PACKAGE.parent)
    assert run.returncode == 0, run.stderr
    return {name: set(heavy) for name, *heavy in map(str.split, run.stdout.splitlines())}


def first(loaded: dict[str, set[str]], unwanted: set[str]) -> str | None:
    """The first module with which something unwanted came in."""
    return next((f"{name} loads {heavy & unwanted}" for name, heavy in loaded.items() if heavy & unwanted), None)


def test_what_the_snakefile_imports_loads_nothing_heavy() -> None:
    assert first(loaded_by(snakefile_imports()), HEAVY) is None


def test_light_modules_load_nothing_heavy() -> None:
    assert first(loaded_by({f"superposition.{name}" for name in LIGHT}), HEAVY) is None


def test_measuring_and_drawing_load_no_torch() -> None:
    modules = {name for name in map(name_of, FILES) if name.startswith(WITHOUT_TORCH)}
    assert all(any(name.startswith(start) for name in modules) for start in WITHOUT_TORCH)
    assert first(loaded_by(modules), TORCH) is None
