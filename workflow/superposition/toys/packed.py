"""What choosing samples does to the packing of features: tables of measures, predictions and contrasts."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from pandas import DataFrame

from superposition.packing import dimensionality
from superposition.statistics import Evidence, PairedDifference, evidence, holm, paired_difference
from superposition.toys.config import Selection
from superposition.toys.files import Trained
from superposition.toys.measures import REPRESENTED
from superposition.toys.moments import moment

RUN = ["arm", "seed", "round", "given"]
QUANTITIES = {
    "represented": "features of norm above 1/2",
    "dimensionality": "D of the represented features, mean",
    "norm": "norm of the features, mean",
    "interference": "interference on a feature under the true distribution, mean",
    "explained": "share of the loss of answering 0 that is saved under the true distribution",
    "active": "features of a sample that was trained on, mean",
}
"""What is compared."""
CONTRASTS = ["a", "b", "round", "quantity", *PairedDifference._fields, *Evidence._fields, "p_holm", "predicted"]


def interference(toy: Selection, weights: np.ndarray, densities: np.ndarray) -> np.ndarray:
    """E[(sum_{j != i} w_i.w_j x_j)^2] [model, feature] under densities p [feature]: what other features add to the
    answer for i, before bias and activation. Features are independent, so it is the sum of their variances, weighed by
    (w_i.w_j)^2, and the square of their mean."""
    others = (np.swapaxes(weights, 1, 2) @ weights) * ~np.eye(weights.shape[-1], dtype=bool)
    means = densities * moment(toy.values, 1)
    variances = densities * moment(toy.values, 2) - means**2
    return np.asarray(np.square(others) @ variances + np.square(others @ means))


def features(toy: Selection, trained: Trained, predicted: np.ndarray, densities: np.ndarray) -> DataFrame:
    """A row a model and feature: arm, seed, round, given, feature (from 1), density, density_chosen, and, each as
    measured and as predicted (.predicted), norm, dimensionality and interference; error, as measured. given: how many
    samples the model was trained on.

    predicted: weights [model, dimension, feature]; densities: the true ones [feature].
    """
    number = len(densities)
    columns = {"density_chosen": trained.densities, "error": trained.models.errors}
    for weights, suffix in ((trained.models.encoder.astype(np.float64), ""), (predicted, ".predicted")):
        columns[f"norm{suffix}"] = np.linalg.norm(weights, axis=1)
        columns[f"dimensionality{suffix}"] = np.stack([dimensionality(of_model.T) for of_model in weights])
        columns[f"interference{suffix}"] = interference(toy, weights, densities)
    rows = trained.rows.loc[trained.rows.index.repeat(number), RUN].reset_index(drop=True)
    counted = np.tile(np.arange(1, number + 1), len(trained.rows))
    shown = rows.assign(feature=counted, density=np.tile(densities, len(trained.rows)))
    return shown.assign(**{name: values.ravel() for name, values in columns.items()})


def rounds(trained: Trained, features: DataFrame, explained: tuple[np.ndarray, np.ndarray]) -> DataFrame:
    """A row a model and quantity: arm, seed, round, given, quantity, value, predicted.

    features: as from `features`; explained: as measured and as predicted, [model]. The number of active features is
    what was chosen, so it has no prediction.
    """
    found = []
    for suffix, share in zip(("", ".predicted"), explained, strict=True):
        represented = features.assign(represented=features[f"norm{suffix}"] > REPRESENTED)
        of_models = represented.groupby(RUN, sort=False)
        dimensions = represented[represented["represented"]].groupby(RUN, sort=False)[f"dimensionality{suffix}"].mean()
        found.append(
            DataFrame(
                {
                    "represented": of_models["represented"].sum(),
                    "dimensionality": dimensions.reindex(of_models.groups.keys()),
                    "norm": of_models[f"norm{suffix}"].mean(),
                    "interference": of_models[f"interference{suffix}"].mean(),
                    "explained": share,
                    "active": np.nan if suffix else trained.rows["active"].to_numpy(),
                }
            )
        )
    value, predicted = (frame.rename_axis(columns="quantity").stack(future_stack=True) for frame in found)
    return DataFrame({"value": value, "predicted": predicted}).reset_index()


def explained(toy: Selection, trained: Trained, densities: np.ndarray) -> np.ndarray:
    """Share [model] of what answering 0 would cost that the models save under the true densities p [feature]."""
    lost = (trained.importances * trained.models.errors).sum(axis=1)
    return np.asarray(1 - lost / (trained.importances * densities).sum(axis=1) / moment(toy.values, 2))


def contrasts(toy: Selection, rounds: DataFrame) -> DataFrame:
    """Every arm against the first, seed by seed, after every round, as the study compares its arms.

    `p_holm` is corrected for the quantities that are compared of two arms after a round, but for what was chosen;
    predicted: mean difference of the predictions.
    """
    found = DataFrame([row for arm in toy.arms[1:] for row in _against(rounds, arm, toy.arms[0])], columns=CONTRASTS)
    tested = found[found["quantity"] != "active"].dropna(subset="p_t")
    for rows in tested.groupby(["a", "round"]).groups.values():
        found.loc[rows, "p_holm"] = holm(found.loc[rows, "p_t"].to_numpy())
    return found


def _against(rounds: DataFrame, a: str, b: str) -> Iterator[list[Any]]:
    of_a, of_b = (rounds[rounds["arm"] == arm].dropna(subset="value") for arm in (a, b))
    pairs = of_a.merge(of_b, on=["seed", "round", "quantity"], suffixes=("_a", "_b"))
    for (number, quantity), pair in pairs.groupby(["round", "quantity"], sort=False):
        both = pair[["value_a", "value_b"]].to_numpy().T
        predicted = (pair["predicted_a"] - pair["predicted_b"]).mean()
        yield [a, b, number, quantity, *paired_difference(*both), *evidence(*both), np.nan, predicted]
