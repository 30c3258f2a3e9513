"""Digest of the code that a stage can run: equal digests mean equal behaviour.

Rules carry it in `params`, so Snakemake re-runs a job exactly when code that the job can reach has changed.
Comments, docstrings and layout do not count. Neither do `superposition.config` and what it is made of: all they decide
reaches a job as values, and those stand in `params` themselves. Nor does what watches over jobs: it changes no result.
"""

import ast
import hashlib
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent
PACKAGE = ROOT.name
PAGES = (".html", ".css", ".js")
WITHOUT_EFFECT = frozenset(
    f"{PACKAGE}.{name}" for name in ("config", "section", "toys.config", "heartbeat", "machine", "records")
)


@cache
def digest(*roots: str) -> str:
    """16 hexadecimal digits over the code of `closure(*roots)`."""
    sha = hashlib.sha256()
    for module in sorted(closure(*roots)):
        source = _source(module)
        sha.update(f"{module}\0{_normalised(source.read_text(encoding='utf-8'))}\0".encode())
        for beside in _beside(source):
            sha.update(beside.read_bytes())
    return sha.hexdigest()[:16]


@cache
def closure(*roots: str) -> frozenset[str]:
    """`roots` (dotted module names), all modules of this package that they import, and the packages that hold them."""
    seen: set[str] = set()
    todo = list(roots)
    while todo:
        module = todo.pop()
        if module in seen or module in WITHOUT_EFFECT:
            continue
        seen.add(module)
        todo += _imports(module)
        if "." in module:
            todo.append(module.rpartition(".")[0])
    return frozenset(seen)


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


def _imports(module: str) -> set[str]:
    """Modules of this package that `module` imports, wherever in the file it does so."""
    named: set[str] = set()
    for node in ast.walk(ast.parse(_source(module).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            named |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            named |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return {name for name in named if name.split(".")[0] == PACKAGE and _is_module(name)}


def _is_module(name: str) -> bool:
    base = ROOT.parent.joinpath(*name.split("."))
    return base.with_suffix(".py").is_file() or (base / "__init__.py").is_file()


def _normalised(source: str) -> str:
    """The code as its syntax tree prints it, without docstrings."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and ast.get_docstring(
            node
        ):
            node.body = node.body[1:] or [ast.Pass()]
    return ast.unparse(tree)
