"""One file per dataset, strategy, metric and figure; the file's name is the plugin's name.

The Snakefile imports this module, so a plugin is described (`declared`) without being imported.
"""

import ast
import importlib
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from superposition.errors import none_of

FOLDERS = {
    "dataset": "datasets",
    "strategy": "strategies",
    "metric": "metrics",
    "figure": "figures",
    "toy_figure": "toy_figures",
}


def names(kind: str) -> list[str]:
    """All plugins of a kind (a key of `FOLDERS`), sorted."""
    return sorted(path.stem for path in (Path(__file__).parent / FOLDERS[kind]).glob("[!_]*.py"))


def module_name(kind: str, name: str) -> str:
    """The dotted name of a plugin's module."""
    if name not in names(kind):
        raise none_of(kind, name, names(kind))
    return f"superposition.{FOLDERS[kind]}.{name}"


def load(kind: str, name: str) -> ModuleType:
    """The plugin's module, imported."""
    return importlib.import_module(module_name(kind, name))


@cache
def declared(kind: str, name: str) -> dict[str, Any]:
    """The constants at the top of a plugin (`NEEDS = ("logits",)`), read without importing it."""
    path = Path(__file__).parent / FOLDERS[kind] / f"{name}.py"
    constants = {}
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id.isupper():
            constants[node.targets[0].id] = ast.literal_eval(node.value)
    return constants


def summary(kind: str, name: str) -> str:
    """The first line of a plugin's docstring."""
    path = Path(__file__).parent / FOLDERS[kind] / f"{name}.py"
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return text.partition("\n")[0]
