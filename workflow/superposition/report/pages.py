"""Pages from the templates that lie in this folder, and what they load."""

import shutil
from importlib import resources
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from superposition import wording

FOLDER = Path(__file__).parent
LOADED = (".css", ".js")


def render(template: str, **context: Any) -> str:
    """A page as text; whatever comes from data is escaped.

    Raises jinja2.UndefinedError where the template names what the context lacks.
    """
    pages = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters.update(number=wording.number, percent=wording.percent, duration=wording.duration)
    pages.filters.update(enumeration=wording.enumeration, caution=wording.caution, exact=exact)
    return pages.get_template(template).render(**context)


def write(path: Path, **context: Any) -> None:
    """Write the page of the template of that name."""
    path.write_text(render(path.name, **context), encoding="utf-8")


def exact(*values: Any) -> str:
    """Values with all their digits, as scripts read them from a cell: `0.25;3`; nothing for what is missing."""
    return ";".join("" if value != value else str(value) for value in values)


def copy_assets(assets: Path) -> None:
    """Put beside the pages what they load: styles, scripts, and the plotting library's script."""
    assets.mkdir()
    for path in FOLDER.iterdir():
        if path.suffix in LOADED:
            shutil.copyfile(path, assets / path.name)
    library = resources.files("bokeh") / "server" / "static" / "js" / "bokeh.min.js"
    (assets / "bokeh.min.js").write_bytes(library.read_bytes())
