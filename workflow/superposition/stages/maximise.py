"""Make pictures that excite units of a network, and set them against the test images."""

from pathlib import Path

import numpy as np

from superposition import images as image_files
from superposition import matching, maximisation, networks, store, tables, unit_files
from superposition.arguments import Output
from superposition.config import Maximisation, Training
from superposition.resuming import Resumable


def run(
    *,
    images: Path,
    checkpoint: Path,
    training: Training,
    features: Path,
    written_by: str,
    matches: list[Path],
    units: dict[str, list[int]],
    references: list[str],
    setting: str,
    options: Maximisation,
    study: str,
    dataset: str,
    arm: str,
    seed: int,
    round: int,
    code: str,
    maximised: Output,
) -> None:
    """Make pictures that excite units of a network, and set them against the test images.

    features: of the network; written_by: digest of the code that they must be of; units: by layer, those that are asked
    for, to which come those that match them in the arms `references`, as matches.tsv says; study, dataset, arm,
    seed, round, code: what the file says of itself.
    maximised: for each layer units int32 [unit]; asked int32 [asked], those of them that were asked for; images uint8
    [unit, start, y, x, RGB]; achieved float32 [unit, start], what they do to their unit; beaten_by int32 [unit, start],
    how many test images do more; and test_highest float32 [unit], the most that any does.
    """
    store.require_code(features, written_by)
    data = image_files.describe(images)
    network = networks.restore(checkpoint, training, classes=len(data.classes))
    matched = tables.read_all(matches, matching.MATCHES)
    job = code, training, setting, options, seed, units, references, checkpoint, features, *matches
    with Resumable(maximised, *job) as resumable:
        layers = {}
        for layer, numbers in matching.counterparts(matched, arm, references, units).items():
            of_test = store.read(features, "test", layer).values
            pictures, achieved = maximisation.maximise(
                network, layer, numbers, data=data, setting=setting, options=options, seed=seed, resumable=resumable
            )
            layers[layer] = {
                "units": np.array(numbers, np.int32),
                "asked": np.array(units[layer], np.int32),
                "images": pictures,
                "achieved": achieved,
                "beaten_by": maximisation.beaten_by(achieved, of_test[:, numbers]),
                "test_highest": of_test[:, numbers].max(axis=0),
            }
        about = {"study": study, "dataset": dataset, "arm": arm, "seed": seed, "round": round, "code": code}
        made = {"setting": setting, "steps": options.steps, "samples": data.sizes["test"], **maximisation.versions()}
        unit_files.write(
            maximised, {**about, **made, "classes": data.classes, "references": references}, layers.items()
        )
