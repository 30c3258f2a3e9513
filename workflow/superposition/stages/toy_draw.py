"""Draw one figure of a toy model, as SVG and PNG."""

from pathlib import Path

import matplotlib
from pandas import DataFrame

from superposition import plotting, plugins, tables
from superposition.arguments import Output
from superposition.config import Figure
from superposition.toys.files import Trained, read


def run(*, figure: str, files: list[Path], style: Figure, svg: Output, png: Output) -> None:
    """Draw one figure of a toy model, as SVG and PNG.

    files: what the figure's `NEEDS` names: models.h5, and tables.
    """
    given = {path.stem: _read(path) for path in files}
    with matplotlib.rc_context(plotting.STYLE):
        drawing = plugins.load("toy_figure", figure).draw(given, style.width_mm)
        plotting.write(drawing, svg, png, style.dpi)


def _read(path: Path) -> Trained | DataFrame:
    return read(path) if path.suffix == ".h5" else tables.read(path)
