"""Small features and tables of a study, as the stages find them."""

from collections.abc import Sequence
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

from superposition import curves, plugins, store, tables
from superposition.activations import Activations
from superposition.config import Arm
from tests import small_alignment, small_picks, small_units

ARMS = ("baseline", "random", "least_confidence")
CODE = "0123456789abcdef"
"""Digest of the code that wrote the features."""
MANY_ARMS = (*ARMS, *(f"an_arm_of_number_{number}" for number in range(12)))


def rounds_of(arm: str) -> int:
    """A baseline trains once, any other arm three times."""
    return 1 if arm == "baseline" else 3


def activations(seed: int = 0, n: int = 60, units: int = 8, classes: int = 3, layer: str = "avgpool") -> Activations:
    """Non-negative features that lean on their class, in float32, a head that reads them, and the layer's weights."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % classes
    values = np.maximum(rng.normal(0, 1, (n, units)) + rng.normal(0, 1, (classes, units))[labels], 0)
    logits = rng.normal(0, 1, (n, classes)) + 2 * np.eye(classes)[labels]
    names = [f"class {label}" for label in range(classes)]
    ids = np.arange(n) * 3
    head, weights = rng.normal(0, 1, (classes, units)), rng.normal(0, 1, (units, 5))
    values, logits, head, weights = (array.astype(np.float32) for array in (values, logits, head, weights))
    return Activations(values, logits, labels, ids, layer, names, head, weights)


def classes_at(means: np.ndarray, spread: float = 0, each: int = 10, seed: int = 0) -> Activations:
    """`each` samples of every class, in pairs on either side of its mean: a row of `means` [class, unit], exactly.

    float64, without a head; the logits name the class of the nearest mean.
    """
    classes, units = means.shape
    deviations = spread * np.random.default_rng(seed).normal(size=(each // 2, classes, units))
    values = np.concatenate([means + deviations, means - deviations]).reshape(-1, units)
    logits = -np.linalg.norm(values[:, np.newaxis] - means, axis=2)
    labels, names = np.arange(len(values)) % classes, [f"class {label}" for label in range(classes)]
    return Activations(values, logits, labels, np.arange(len(values)), "avgpool", names)


COSINE = plugins.load("metric", "cosine").measure(activations()).values()
NUMBERS = sum(isinstance(quantity, float) for quantity in COSINE)
POSITIONS = sum(len(quantity.at) for quantity in COSINE if not isinstance(quantity, float))
"""How many numbers, and how many positions of curves, cosine has a layer."""


def simplex(classes: int) -> np.ndarray:
    """Corners of a simplex about the origin [class, unit]: an equiangular tight frame."""
    return np.eye(classes) - 1 / classes


def rotation(seed: int, units: int) -> np.ndarray:
    """A random rotation [unit, unit]."""
    return np.linalg.qr(np.random.default_rng(seed).normal(size=(units, units))).Q


def write_features(path: Path, shown: Activations, *, arm: str = "baseline", seed: int = 0, round_: int = 1) -> Path:
    """A features file with one split, `test`, and one layer, with what else is known of that."""
    path.parent.mkdir(parents=True, exist_ok=True)
    place = {"study": "s", "dataset": "digits", "arm": arm, "seed": seed, "round": round_}
    with store.create(path, {**place, "code": CODE, "classes": shown.classes}) as file:
        known = [{} if array is None else {shown.layer: array} for array in (shown.weights, shown.head)]
        file.network(*known)
        n, units = shown.values.shape
        split = file.split(
            "test", n=n, classes=len(shown.classes), layers={shown.layer: (units,)}, dtype=str(shown.values.dtype)
        )
        split.write(0, shown.logits, {shown.layer: shown.values}, shown.labels, shown.ids)
    return path


def experiments(seeds: Sequence[int] = (0, 1, 2), arms: Sequence[str] = ARMS) -> pd.DataFrame:
    """experiments.tsv: accuracy rises with the number labelled, and a little with the seed.

    Arms share their first samples, and end with the whole pool of 300.
    """
    rows = []
    for arm in arms:
        for seed in seeds:
            for round_ in range(1, rounds_of(arm) + 1):
                labelled = 300 if rounds_of(arm) == 1 else 100 * round_
                place = {"dataset": "digits", "arm": arm, "seed": seed, "round": round_, "strategy": "random"}
                sizes = {"between_rounds": "reset", "labelled": labelled, "trained_on": labelled}
                samples = f"{arm}{labelled}" if labelled == 200 else f"{labelled}"
                result = {"samples": samples, "accuracy": 0.6 + labelled / 1000 + seed / 100, "epochs": 2}
                cost = {"seconds": 30.0 * round_, "images_per_s": 1000.0, "peak_memory_mb": 500.0 + round_}
                query = {"query_seconds": 2.0 if round_ > 1 else np.nan}
                rows.append({**place, **sizes, **result, **cost, **query})
    return pd.DataFrame(rows)


def study_arms(arms: Sequence[str] = ARMS) -> dict[str, Arm]:
    """The arms as a config has them."""
    return {arm: Arm(rounds=rounds_of(arm)) for arm in arms}


def areas(seeds: Sequence[int] = (0, 1, 2), arms: Sequence[str] = ARMS) -> pd.DataFrame:
    """areas.tsv of these experiments."""
    return curves.areas(experiments(seeds, arms))


def efficiency(seeds: Sequence[int] = (0, 1, 2), arms: Sequence[str] = ARMS) -> pd.DataFrame:
    """efficiency.tsv of these experiments."""
    return curves.efficiency(experiments(seeds, arms), study_arms(arms))


def penalties(seeds: Sequence[int] = (0, 1, 2), arms: Sequence[str] = ARMS) -> pd.DataFrame:
    """penalties.tsv of these experiments."""
    return curves.penalties(experiments(seeds, arms), study_arms(arms))


def measures(
    seeds: Sequence[int] = (0, 1, 2), arms: Sequence[str] = ARMS, layers: Sequence[str] = ("avgpool",)
) -> pd.DataFrame:
    """measures.tsv: accuracy, and the cosines of the layers, the same of each."""
    rows = []
    for run in experiments(seeds, arms).to_dict("records"):
        place = [run[column] for column in tables.RUN]
        rows.append([*place, "logits", "accuracy", "top1", run["accuracy"]])
        for layer, (of, mean) in product(layers, (("sample", 0.5), ("neuron", 0.1))):
            value = mean + 0.01 * run["seed"] + 0.1 * (run["arm"] == "least_confidence")
            quantities = {"mean": value, "mean_absolute": value, "sd": 0.2}
            rows += [[*place, layer, "cosine", f"{of}.{name}", found] for name, found in quantities.items()]
    return pd.DataFrame(rows, columns=tables.SCALARS)


def distributions(
    seeds: Sequence[int] = (0, 1, 2), arms: Sequence[str] = ARMS, layers: Sequence[str] = ("avgpool",)
) -> pd.DataFrame:
    """distributions.tsv: a triangle of cosines, the same of each layer."""
    at = np.linspace(-0.95, 0.95, 20)
    density = np.maximum(1 - np.abs(at - 0.4) / 0.5, 0) * 2
    rows = []
    for run in experiments(seeds, arms).to_dict("records"):
        place = [run[column] for column in tables.RUN]
        for layer, of in product(layers, ("sample", "neuron")):
            points = zip(at, density, strict=True)
            rows += [[*place, layer, "cosine", f"{of}.histogram", *point] for point in points]
    return pd.DataFrame(rows, columns=tables.MEASURES)


def embeddings(arms: Sequence[str] = ARMS, classes: int = 10, n: int = 200, placed: int = 100) -> pd.DataFrame:
    """The t-SNE tables of the first seed's last rounds: n test samples and some of the training samples."""
    rng = np.random.default_rng(0)
    ids = np.concatenate([np.arange(n), np.sort(rng.choice(small_picks.POOL, placed, replace=False))])
    labels, wrong = ids % classes, rng.random((len(arms), n + placed)) < 0.2
    samples = {"split": ["test"] * n + ["train"] * placed, "id": ids, "label": labels}
    frames = []
    for arm, missed in zip(arms, wrong, strict=True):
        x, y = (rng.normal(0, 20, (classes, 2))[labels] + rng.normal(0, 2, (n + placed, 2))).T
        place = {"dataset": "digits", "arm": arm, "seed": 0, "round": rounds_of(arm), "layer": "avgpool"}
        names = [f"class {label}" for label in labels]
        seen = {"class": names, "predicted": (labels + missed) % classes, "x": x, "y": y}
        frames.append(pd.DataFrame({**place, **samples, **seen}))
    return pd.concat(frames, ignore_index=True)


def all_tables(
    seeds: Sequence[int] = (0, 1, 2), arms: Sequence[str] = ARMS, layers: Sequence[str] = ("avgpool",)
) -> dict[str, pd.DataFrame]:
    """Every table that a figure may need, by name."""
    runs = tuple((arm, seed, rounds_of(arm)) for arm in arms for seed in seeds)
    return {
        **small_picks.of_runs(runs),
        **small_alignment.of_runs(runs, tuple(layers)),
        **small_units.of_runs(runs),
        "measures": measures(seeds, arms, layers),
        "distributions": distributions(seeds, arms, layers),
        "experiments": experiments(seeds, arms),
        "areas": areas(seeds, arms),
        "efficiency": efficiency(seeds, arms),
        "penalties": penalties(seeds, arms),
        "embeddings": embeddings(arms),
    }
