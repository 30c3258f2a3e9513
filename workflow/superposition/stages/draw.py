"""Draw one figure of one dataset, as SVG and PNG."""

from collections import defaultdict
from pathlib import Path

import matplotlib
from pandas import DataFrame

from superposition import plotting, plugins
from superposition import tables as table_files
from superposition.config import Figure
from superposition.files import replacing


def run(*, figure: str, dataset: str, tables: list[Path], style: Figure, svg: Path, png: Path) -> None:
    """Draw one figure of one dataset, as SVG and PNG.

    tables: what the figure's `NEEDS` names: the study's tables, the picks.tsv of some runs, tsne.{layer}.tsv for
    embeddings, and the dataset's images.h5, which the figure opens by itself.
    """
    paths = defaultdict(list)
    for path in tables:
        paths["embeddings" if path.name.startswith("tsne.") else path.stem].append(path)
    given = {name: _read(name, of_name, dataset) for name, of_name in paths.items()}
    with matplotlib.rc_context(plotting.STYLE):
        drawing = plugins.load("figure", figure).draw(given, style.width_mm)
        with replacing(svg) as temporary:
            plotting.save(drawing, temporary, style.dpi, "svg")
        with replacing(png) as temporary:
            plotting.save(drawing, temporary, style.dpi, "png")


def _read(name: str, paths: list[Path], dataset: str) -> DataFrame | Path:
    """A table's rows of the dataset; the images stay a path."""
    if name == "images":
        return paths[0]
    frame = table_files.read_all(paths)
    return frame[frame["dataset"] == dataset]
