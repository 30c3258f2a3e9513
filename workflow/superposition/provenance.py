"""Digest of the code that a stage can run: equal digests mean equal behaviour.

Rules carry it in `params`, so Snakemake re-runs a job exactly when code that the job can reach has changed.
Comments, docstrings and layout do not count. Neither do `superposition.config` and what it is made of: all they decide
reaches a job as values, and those stand in `params` themselves. Nor does what watches over jobs: it changes no result.
"""

import ast
import hashlib
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent
PACKAGE = ROOT.name
PAGES = (".html", ".css", ".js")
WITHOUT_EFFECT = frozenset(
    f"{PACKAGE}.{name}" for name in ("config", "section", "toys.config", "heartbeat", "machine", "records")
)


class Module(NamedTuple):
    """What a module is to a digest: its code and what lies beside it, and the modules of this package it imports."""

    content: bytes
    imports: frozenset[str]


@cache
def digest(*roots: str) -> str:
    """16 hexadecimal digits over the code of `closure(*roots)`."""
    sha = hashlib.sha256()
    for module in sorted(closure(*roots)):
        sha.update(module.encode() + b"\0" + read(module).content)
    return sha.hexdigest()[:16]


def closure(*roots: str) -> frozenset[str]:
    """`roots` (dotted module names), all modules of this package that they import, and the packages that hold them."""
    seen: set[str] = set()
    todo = list(roots)
    while todo:
        module = todo.pop()
        if module in seen or module in WITHOUT_EFFECT:
            continue
        seen.add(module)
        todo += read(module).imports
        if "." in module:
            todo.append(module.rpartition(".")[0])
    return frozenset(seen)


@cache
def read(module: str) -> Module:
    """A module by its dotted name; each is read once, though many closures have it."""
    source = _source(module)
    tree = ast.parse(source.read_text(encoding="utf-8"))
    imports = frozenset(name for name in _imported(tree) if name.split(".")[0] == PACKAGE and _is_module(name))
    beside = b"".join(path.read_bytes() for path in _beside(source))
    return Module(f"{_normalised(tree)}\0".encode() + beside, imports)


def _source(module: str) -> Path:
    base = ROOT.parent.joinpath(*module.split("."))
    for path in (base.with_suffix(".py"), base / "__init__.py"):
        if path.is_file():
            return path
    raise ModuleNotFoundError(f"no source for {module!r} under {ROOT.parent}")


def _beside(source: Path) -> list[Path]:
    """What belongs to a module without being Python: a table of its name, and the pages in a package's folder."""
    pages = [path for path in source.parent.iterdir() if path.suffix in PAGES] if source.stem == "__init__" else []
    return [*sorted(pages), *(path for path in [source.with_suffix(".tsv")] if path.is_file())]


def _imported(tree: ast.Module) -> set[str]:
    """All that a module's code may import, wherever in the file it does so."""
    named: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            named |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            named |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return named


def _is_module(name: str) -> bool:
    base = ROOT.parent.joinpath(*name.split("."))
    return base.with_suffix(".py").is_file() or (base / "__init__.py").is_file()


def _normalised(tree: ast.Module) -> str:
    """The code as its syntax tree prints it, without docstrings, which the tree loses."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and ast.get_docstring(
            node
        ):
            node.body = node.body[1:] or [ast.Pass()]
    return ast.unparse(tree)
