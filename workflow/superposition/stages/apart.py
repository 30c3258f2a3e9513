"""Put the study's comparisons of features together, and say how far apart its arms are."""

from pathlib import Path

from superposition import apart as distances
from superposition import tables
from superposition.arguments import Output


def run(*, aligned: list[Path], alignment: Output, apart: Output) -> None:
    """Put the study's comparisons of features together, and say how far apart its arms are.

    aligned: the tables of all arms and contrasts; alignment: all their rows; apart: what `superposition.apart` makes of
    them.
    """
    rows = tables.read_all(aligned)
    tables.write_frame(alignment, rows)
    tables.write_frame(apart, distances.apart(rows))
