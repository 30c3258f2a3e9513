"""Train the models of a toy on samples that they choose, round by round."""

import torch

from superposition import plugins
from superposition.arguments import Output
from superposition.devices import best_device
from superposition.resuming import Resumable
from superposition.toys import files
from superposition.toys.config import Selection
from superposition.toys.selection import SCORES, Rounds


def run(*, toy: str, study: str, name: str, code: str, models: Output) -> None:
    """Train the models of a toy on samples that they choose, round by round.

    toy: its settings as JSON; study, name: of the toy; code: what the file says of itself; models: .h5, of all rounds,
    as `superposition.toys.files` describes.
    """
    settings = Selection.model_validate_json(toy)
    strategies = {arm: plugins.load("strategy", arm).choose for arm in settings.arms if arm not in SCORES}
    with Resumable(models, code, settings) as resumable:
        trained = Rounds(settings, strategies, best_device(), resumable).run()
        files.write(models, trained, {"study": study, "toy": name, "code": code, "torch": str(torch.__version__)})
