"""Train all models of a toy at once."""

import logging
from time import perf_counter

import torch

from superposition.arguments import Output
from superposition.devices import best_device
from superposition.resuming import Resumable
from superposition.toys import files, learning
from superposition.toys.config import Models

log = logging.getLogger(__name__)


def run(*, toy: str, study: str, name: str, code: str, models: Output) -> None:
    """Train all models of a toy at once.

    toy: its settings as JSON; study, name: of the toy; code: what the file says of itself; models: .h5, as
    `superposition.toys.files` describes.
    """
    settings = Models.model_validate_json(toy)
    start = perf_counter()
    with Resumable(models, code, settings) as resumable:
        trained = learning.learn(settings, best_device(), resumable)
        log.info("%d models, %d steps: %.1f s", len(trained.rows), settings.training.steps, perf_counter() - start)
        files.write(models, trained, {"study": study, "toy": name, "code": code, "torch": str(torch.__version__)})
