"""Draw one figure of one dataset, as SVG and PNG."""

from collections import defaultdict
from pathlib import Path

import matplotlib

from superposition import plotting, plugins
from superposition import tables as table_files
from superposition.config import Figure
from superposition.files import replacing


def run(*, figure: str, dataset: str, tables: list[Path], style: Figure, svg: Path, png: Path) -> None:
    """Draw one figure of one dataset, as SVG and PNG.

    tables: what the figure's `NEEDS` names: measures.tsv, distributions.tsv, experiments.tsv, and tsne.{layer}.tsv for
    embeddings.
    """
    paths = defaultdict(list)
    for path in tables:
        paths["embeddings" if path.name.startswith("tsne.") else path.stem].append(path)
    frames = {name: table_files.read_all(of_name) for name, of_name in paths.items()}
    chosen = {name: frame[frame["dataset"] == dataset] for name, frame in frames.items()}
    with matplotlib.rc_context(plotting.STYLE):
        drawing = plugins.load("figure", figure).draw(chosen, style.width_mm)
        with replacing(svg) as temporary:
            plotting.save(drawing, temporary, style.dpi, "svg")
        with replacing(png) as temporary:
            plotting.save(drawing, temporary, style.dpi, "png")
