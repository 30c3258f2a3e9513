"""Put the study's tables together."""

from pathlib import Path

from superposition import adjustment, comparisons, summaries, tables
from superposition import published as paper
from superposition.arguments import Output
from superposition.config import Study


def run(
    *,
    measured: list[Path],
    histories: list[Path],
    samples: list[Path],
    efforts: list[Path],
    study: str,
    measures: Output,
    distributions: Output,
    experiments: Output,
    contrasts: Output,
    adjusted: Output,
    published: Output,
) -> None:
    """Put the study's tables together.

    measured, histories, samples, efforts: the tables of all runs and rounds; study: the whole config as JSON;
    the other paths are the six tables made of them.
    """
    config = Study.model_validate_json(study)
    rows = tables.read_all(measured)
    scalars = rows[rows["at"].isna()][tables.SCALARS]
    tables.write_frame(measures, scalars)
    tables.write_frame(distributions, rows[rows["at"].notna()])
    rounds = summaries.experiments(histories, samples, efforts, scalars, config.arms)
    tables.write_frame(experiments, rounds)
    tables.write_frame(contrasts, comparisons.contrasts(scalars, rounds, config.contrasts))
    tables.write_frame(adjusted, adjustment.adjusted(scalars, rounds, config.contrasts, config.arms))
    tables.write_frame(published, paper.beside(scalars, config.arms))
