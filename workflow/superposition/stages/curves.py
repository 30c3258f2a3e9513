"""Sum up the study's learning curves: areas under them, labelling efficiency, pairwise penalties."""

from pathlib import Path

from superposition import curves, tables
from superposition.arguments import Output
from superposition.config import Study


def run(*, experiments: Path, study: str, areas: Output, efficiency: Output, penalties: Output) -> None:
    """Sum up the study's learning curves: areas under them, labelling efficiency, pairwise penalties.

    study: the config as JSON, of which the arms count; the other paths are the tables that `superposition.curves`
    describes.
    """
    arms = Study.model_validate_json(study).arms
    rounds = tables.read(experiments)
    tables.write_frame(areas, curves.areas(rounds))
    tables.write_frame(efficiency, curves.efficiency(rounds, arms))
    tables.write_frame(penalties, curves.penalties(rounds, arms))
