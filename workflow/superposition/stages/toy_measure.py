"""Measure the models of a toy."""

from pathlib import Path

from superposition import tables
from superposition.arguments import Output
from superposition.toys import files, measures
from superposition.toys.config import Models


def run(*, toy: str, models: Path, summary: Output, features: Output) -> None:
    """Measure the models of a toy.

    toy: its settings as JSON; models: .h5; summary: a row a model; features: a row a model and feature, both as
    `superposition.toys.measures` describes.
    """
    trained = files.read(models)
    tables.write_frame(summary, measures.models(trained, Models.model_validate_json(toy)))
    tables.write_frame(features, measures.features(trained))
