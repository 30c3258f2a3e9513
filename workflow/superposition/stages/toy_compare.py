"""Measure and compare models that were trained on samples chosen in different ways."""

from pathlib import Path

from superposition import tables
from superposition.arguments import Output
from superposition.toys import files, packed, prediction
from superposition.toys.config import Selection
from superposition.toys.instances import decaying


def run(*, toy: str, models: Path, features: Output, rounds: Output, contrasts: Output) -> None:
    """Measure and compare models that were trained on samples chosen in different ways.

    toy: its settings as JSON; models: .h5, of all rounds; the other paths are the tables that
    `superposition.toys.packed` describes.
    """
    settings = Selection.model_validate_json(toy)
    trained, densities = files.read(models), decaying(settings.density, settings.decay, settings.features)
    predicted = prediction.weights(settings, trained.densities, trained.importances)
    of_features = packed.features(settings, trained, predicted, densities)
    explained = (
        packed.explained(settings, trained, densities),
        prediction.explained(settings, predicted, densities, trained.importances),
    )
    of_rounds = packed.rounds(trained, of_features, explained)
    tables.write_frame(features, of_features)
    tables.write_frame(rounds, of_rounds)
    tables.write_frame(contrasts, packed.contrasts(settings, of_rounds))
