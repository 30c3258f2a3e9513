"""Small toy models: settings that train in no time, weights and samples."""

from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import torch
from pandas import DataFrame, concat

from superposition import (
    eager,  # noqa: F401  (before torch optimises)
    tables,
)
from superposition.config import Study
from superposition.toys import files, measures, packed
from superposition.toys.config import Bounds, Models, Selection, ToyTraining
from superposition.toys.draws import Draws
from superposition.toys.files import Learned, Trained
from superposition.toys.instances import Instances, decaying
from superposition.toys.search import search

torch.set_num_threads(1)

CPU = torch.device("cpu")
TRAINING = {"optimiser": "adam", "lr": 1e-2, "steps": 20, "batch_size": 64}
MODELS = {"features": 6, "dimensions": 2, "densities": [0.5, 0.1], "training": TRAINING, "figures": []}
BOUNDS = {"sizes": [[2, 4]], "starts": 2, "steps": 3, "figures": []}
SELECTION = {
    "features": 6,
    "dimensions": 2,
    "density": 0.3,
    "pool": 300,
    "query": 20,
    "rounds": 3,
    "seeds": [0, 1],
    "training": TRAINING,
    "figures": [],
}


def models(**changes: Any) -> Models:
    """Settings of a toy; `changes` to its keys, or to those of its training."""
    return Models.model_validate(changed(MODELS, changes))


def selection(**changes: Any) -> Selection:
    """Settings of a selection; `changes` to its keys, or to those of its training."""
    return Selection.model_validate(changed(SELECTION, changes))


def bounds(**changes: Any) -> Bounds:
    """Settings of a search for the best weights, which takes no time and finds none."""
    return Bounds.model_validate({**BOUNDS, **changes})


def changed(settings: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Settings with some others, which may be those of the training."""
    training = {key: changes.pop(key) for key in list(changes) if key in ToyTraining.model_fields}
    return {**settings, **changes, "training": {**TRAINING, **training}}


def draw(densities: Any, size: int, seeds: tuple[int, ...] = (0,), **options: Any) -> torch.Tensor:
    """A first batch [model, sample, feature] for densities [density, feature]."""
    return Draws(np.array(densities, np.float32), seeds, purpose="test", device=CPU, **options).batch(size)


def polygon(corners: int) -> np.ndarray:
    """Corners of a regular polygon as weights [2, feature]."""
    angles = 2 * np.pi * np.arange(corners) / corners
    return np.stack([np.cos(angles), np.sin(angles)])


def trained(toy: Models, weights: np.ndarray, errors: np.ndarray | None = None) -> Trained:
    """What training left of models with these weights [model, dimension, feature]; they stand for the first rows."""
    instances, number = Instances(toy), len(weights)
    densities, importances = instances.densities[:number], instances.importances[:number]
    learned = Learned(weights.astype(np.float32), np.zeros_like(densities) if errors is None else errors)
    return Trained(learned, instances.frame[:number], densities, importances)


def results(toy: Models | Bounds | Selection) -> dict[str, Trained | DataFrame]:
    """What a study finds out of a toy, by the names of its files: models.h5 and tables. Weights are random."""
    match toy:
        case Models():
            return measured(toy, random_models(toy))
        case Bounds():
            return {"bounds": search(toy)}
        case Selection():
            return compared(toy, random_rounds(toy))


def measured(toy: Models, models: Trained) -> dict[str, Trained | DataFrame]:
    """Models, and the tables that they are measured in."""
    return {"models": models, "summary": measures.models(models, toy), "features": measures.features(models)}


def compared(toy: Selection, models: Trained) -> dict[str, Trained | DataFrame]:
    """Models of chosen samples, and the tables that they are measured in; predicted: the same, but for noise."""
    noise = np.random.default_rng(1).normal(0, 0.1, models.models.encoder.shape)
    densities = decaying(toy.density, toy.decay, toy.features)
    features = packed.features(toy, models, models.models.encoder + noise, densities)
    explained = packed.explained(toy, models, densities)
    rounds = packed.rounds(models, features, (explained, explained / 2))
    return {"models": models, "features": features, "rounds": rounds, "contrasts": packed.contrasts(toy, rounds)}


def random_models(toy: Models) -> Trained:
    """Weights of length 1 or so for all models of a toy, and errors below those of answering the mean."""
    rng, instances = np.random.default_rng(0), Instances(toy)
    densities = instances.densities
    number, features = densities.shape
    encoder, decoder = rng.normal(0, toy.dimensions**-0.5, (2, number, toy.dimensions, features)).astype(np.float32)
    errors = densities * rng.uniform(0, 0.1, densities.shape)
    left = {} if toy.tied else {"decoder": decoder}
    left |= {"bias": rng.normal(0, 0.2, (number, features))} if toy.bias else {}
    return Trained(Learned(encoder, errors, **left), instances.frame, densities, instances.importances)


def random_rounds(toy: Selection) -> Trained:
    """Weights of length 1 or so after each round of every arm and seed."""
    rng = np.random.default_rng(0)
    runs = [(arm, seed, last) for last in range(1, toy.rounds + 1) for arm, seed in product(toy.arms, toy.seeds)]
    rows = DataFrame(runs, columns=["arm", "seed", "round"])
    rows = rows.assign(given=toy.query * rows["round"], active=rng.uniform(1, 3, len(rows)))
    densities = decaying(toy.density, toy.decay, toy.features) * rng.uniform(0.8, 1.5, (len(rows), toy.features))
    weights = rng.normal(0, toy.dimensions**-0.5, (len(rows), toy.dimensions, toy.features)).astype(np.float32)
    return Trained(Learned(weights, densities / 10), rows, densities, np.ones_like(densities))


def write(folder: Path, found: dict[str, Trained | DataFrame]) -> dict[str, Path]:
    """Results as files, by their names."""
    paths = {name: folder / f"{name}.{'h5' if name == 'models' else 'tsv'}" for name in found}
    for name, result in found.items():
        if isinstance(result, Trained):
            files.write(paths[name], result, {})
        else:
            tables.write_frame(paths[name], result)
    return paths


def files_of(study: dict[str, Any], folder: Path, **found: dict[str, Trained | DataFrame]) -> list[Path]:
    """Tables and (empty) figures of all toys of a study, as the report is given them; found: results that are not
    random, by the names of toys."""
    toys, paths = Study.model_validate(study).toys, []
    for name in toys.names:
        written = write(folder / "toys" / name, found.get(name) or results(toys[name]))
        figures = [folder / "toys" / name / f"{figure}.svg" for figure in toys[name].figures]
        for figure in figures:
            figure.write_text(f'<svg xmlns="http://www.w3.org/2000/svg"><title>{figure}</title></svg>', "utf-8")
        paths += [*(path for path in written.values() if path.suffix == ".tsv"), *figures]
    return paths


def contrasted(difference: float, noise: list[float]) -> dict[str, Any]:
    """Results of a selection whose arm has so many more represented features than the first, a seed each."""
    toy = selection(arms=["random", "k_center"], seeds=list(range(len(noise))))
    others = compared(toy, random_rounds(toy))
    values = {"random": [4.0] * len(noise), "k_center": [4 + difference + some for some in noise]}
    tidy = [
        {"arm": arm, "seed": seed, "round": 3, "given": 60, "quantity": "represented", "value": value, "predicted": 4.0}
        for arm, of_arm in values.items()
        for seed, value in enumerate(of_arm)
    ]
    left = others["rounds"]
    rounds = concat([left[(left["round"] < 3) | (left["quantity"] != "represented")], DataFrame(tidy)])
    return {**others, "rounds": rounds, "contrasts": packed.contrasts(toy, rounds)}
