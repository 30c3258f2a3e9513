"""Draw one figure of one dataset, as SVG and PNG."""

from collections import defaultdict
from pathlib import Path

import matplotlib
from pandas import DataFrame

from superposition import plotting, plugins
from superposition import tables as table_files
from superposition.arguments import Output
from superposition.config import Figure


def run(*, figure: str, dataset: str, tables: list[Path], style: Figure, svg: Output, png: Output) -> None:
    """Draw one figure of one dataset, as SVG and PNG.

    tables: what the figure's `NEEDS` names: the study's tables, those of runs (tsne.{layer}.tsv for embeddings), and
    files that the figure opens by itself, as lists of paths: images.h5, units.h5, and maximised.{setting}.h5.
    """
    paths = defaultdict(list)
    for path in tables:
        name = path.name.partition(".")[0]
        paths["embeddings" if name == "tsne" else name].append(path)
    given = {name: _read(of_name, dataset) for name, of_name in paths.items()}
    with matplotlib.rc_context(plotting.STYLE):
        drawing = plugins.load("figure", figure).draw(given, style.width_mm)
        plotting.write(drawing, svg, png, style.dpi)


def _read(paths: list[Path], dataset: str) -> DataFrame | list[Path]:
    """The tables' rows of the dataset; other files stay paths."""
    if paths[0].suffix != ".tsv":
        return paths
    frame = table_files.read_all(paths)
    return frame[frame["dataset"] == dataset]
