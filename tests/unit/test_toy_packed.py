"""Contrasts of chosen samples against Monte Carlo, SciPy and known cases; the prediction against known packings."""

from itertools import product
from typing import Any

import numpy as np
import pytest
from pandas import DataFrame, concat
from scipy.stats import ttest_rel

from superposition.toys import packed, prediction
from superposition.toys.config import Selection
from superposition.toys.files import Learned, Trained
from superposition.toys.moments import VALUES
from tests.small_toys import draw, polygon, selection

ARMS = ["random", "most_active", "highest_loss"]
SIGMAS = 5


@pytest.mark.parametrize("values", VALUES)
def test_interference_is_what_other_features_add_on_average(values: Any) -> None:
    toy, n = selection(values=values, activation="linear"), 100_000
    densities = 0.6 * 0.7 ** np.arange(6)
    weights = np.random.default_rng(0).normal(size=(2, 2, 6)) / 2
    samples = draw(densities[None], n, values=values)[0].double().numpy()
    for model, found in enumerate(packed.interference(toy, weights, densities)):
        for feature in range(6):
            others = np.delete(np.arange(6), feature)
            added = samples[:, others] @ (weights[model].T @ weights[model])[others, feature]
            error = (added**2).std() / n**0.5
            assert found[feature] == pytest.approx((added**2).mean(), abs=SIGMAS * error)


def test_alone_or_orthogonal_features_meet_no_interference() -> None:
    toy = selection()
    weights = np.array([np.eye(2, 6), np.zeros((2, 6)), np.eye(2, 6)[:, ::-1]])
    assert (packed.interference(toy, weights, np.full(6, 0.3)) == 0).all()
    pair = np.array([[[1.0, -1, 0, 0, 0, 0], [0, 0, 1, 0, 0, 0]]])
    once = packed.interference(toy, pair, np.array([0.3, 0.1, 1, 1, 1, 1]))
    assert once[0] == pytest.approx([0.1 / 3, 0.3 / 3, 0, 0, 0, 0])


def made(toy: Selection, weights: np.ndarray) -> Trained:
    """Models with these weights [model, dimension, feature], in the order of rounds, arms and seeds."""
    number, features = len(weights), weights.shape[-1]
    runs = [(arm, seed, round, 20 * round) for round in (1, 2) for arm, seed in product(toy.arms, toy.seeds)]
    rows = DataFrame(runs[:number], columns=packed.RUN).assign(active=np.arange(number) / 2)
    ones = np.ones((number, features), np.float32)
    errors = np.arange(number, dtype=np.float32)[:, None] / 1000 * ones
    return Trained(Learned(weights.astype(np.float32), errors), rows, ones / 4, ones)


def test_features_stand_beside_their_prediction() -> None:
    toy = selection(arms=ARMS, seeds=[3, 1], features=4)
    random = np.random.default_rng(0)
    weights, predicted = random.normal(size=(2, 12, 2, 4))
    densities = 0.3 * 0.5 ** np.arange(4)
    trained = made(toy, weights)
    found = packed.features(toy, trained, predicted, densities)
    assert len(found) == 48
    assert found["density"].to_numpy() == pytest.approx(np.tile(densities, 12))
    assert (found["density_chosen"] == 0.25).all()
    for model, run in enumerate(trained.rows[packed.RUN].itertuples(index=False)):
        of_model = found.iloc[4 * model : 4 * model + 4]
        assert of_model[packed.RUN].to_numpy().tolist() == [[*run]] * 4
        assert of_model["feature"].tolist() == [1, 2, 3, 4]
        for matrix, suffix in ((weights[model], ""), (predicted[model], ".predicted")):
            products = matrix.T @ matrix
            assert of_model[f"norm{suffix}"].to_numpy() == pytest.approx(np.sqrt(np.diag(products)), rel=1e-5)
            shares = np.diag(products) ** 2 / (products**2).sum(axis=1)
            assert of_model[f"dimensionality{suffix}"].to_numpy() == pytest.approx(shares, rel=1e-5)


def test_rounds_keep_every_models_quantities_with_it() -> None:
    """Whatever the alphabet says of arms, and the order of seeds."""
    toy = selection(arms=ARMS, seeds=[3, 1], features=4)
    random = np.random.default_rng(1)
    weights, predicted = random.normal(size=(2, 12, 2, 4)) * 0.6
    weights[..., 0] = predicted[..., 0] = 1  # so that something is represented
    trained = made(toy, weights)
    explained = random.random((2, 12))
    of_features = packed.features(toy, trained, predicted, np.full(4, 0.3))
    table = packed.rounds(trained, of_features, (explained[0], explained[1]))
    assert len(table) == 12 * len(packed.QUANTITIES)
    found = table.set_index([*packed.RUN, "quantity"]).sort_index()
    for model, run in enumerate(trained.rows[packed.RUN].itertuples(index=False, name=None)):
        for matrix, column in ((weights[model], "value"), (predicted[model], "predicted")):
            of_model, norms = found.loc[run, column], np.linalg.norm(matrix, axis=0)
            shares = norms**4 / ((matrix.T @ matrix) ** 2).sum(axis=1)
            assert of_model["represented"] == (norms > 0.5).sum()
            assert of_model["norm"] == pytest.approx(norms.mean(), rel=1e-5)
            assert of_model["dimensionality"] == pytest.approx(shares[norms > 0.5].mean(), rel=1e-5)
            interference = packed.interference(toy, matrix[None], np.full(4, 0.3)).mean()
            assert of_model["interference"] == pytest.approx(interference, rel=1e-4)
        assert found.loc[(*run, "explained")].tolist() == [explained[0, model], explained[1, model]]
        assert found.loc[(*run, "active"), "value"] == model / 2
        assert np.isnan(found.loc[(*run, "active"), "predicted"])


def test_the_share_explained_is_of_what_answering_zero_costs() -> None:
    toy = selection(features=4)
    trained, densities = made(toy, np.zeros((8, 2, 4))), np.array([0.3, 0.2, 0.1, 0.05])
    of_zero = trained._replace(models=trained.models._replace(errors=np.tile(densities / 3, (8, 1))))
    assert packed.explained(toy, of_zero, densities) == pytest.approx(0)
    nothing_lost = trained._replace(models=trained.models._replace(errors=np.zeros((8, 4))))
    assert packed.explained(toy, nothing_lost, densities) == pytest.approx(1)
    weighed = of_zero._replace(importances=np.tile([1, 0, 0, 0], (8, 1)))
    assert packed.explained(toy, weighed, densities) == pytest.approx(0)


def rounds_of(values: dict[str, list[float]], quantity: str = "norm", predicted: float = 0) -> DataFrame:
    """Rows of one quantity after round 2, a value a seed; each arm's prediction is above the one's before it."""
    return DataFrame(
        [
            {"arm": arm, "seed": seed, "round": 2, "given": 40, "quantity": quantity, "value": value}
            | {"predicted": predicted * place}
            for place, (arm, of_arm) in enumerate(values.items())
            for seed, value in enumerate(of_arm)
        ]
    )


def test_arms_are_set_against_the_first_seed_by_seed() -> None:
    values = {"random": [1.0, 2, 3, 4], "most_active": [1.5, 2.25, 3.75, 4.5], "highest_loss": [0.5, 1, 2.5, 3]}
    found = packed.contrasts(selection(arms=ARMS), rounds_of(values, predicted=0.25).sample(frac=1, random_state=0))
    assert found.columns.to_list() == packed.CONTRASTS
    assert found[["a", "b", "round", "n"]].to_numpy().tolist() == [
        ["most_active", "random", 2, 4],
        ["highest_loss", "random", 2, 4],
    ]
    assert found["mean_a"].tolist() == [3, 1.75] and found["mean_b"].tolist() == [2.5, 2.5]
    assert found["difference"].tolist() == [0.5, -0.75]
    assert found["predicted"].tolist() == [0.25, 0.5]
    for (_, row), arm in zip(found.iterrows(), ARMS[1:], strict=True):
        test = ttest_rel(values[arm], values["random"])
        low, high = test.confidence_interval(0.95)
        assert [row["p_t"], row["low"], row["high"]] == pytest.approx([test.pvalue, low, high])


def test_p_values_are_corrected_for_all_quantities_but_what_was_chosen() -> None:
    random = np.random.default_rng(0)
    values = ({arm: (random.normal(size=6) + place).tolist() for place, arm in enumerate(ARMS)} for _ in range(6))
    rows = concat([rounds_of(*of_one) for of_one in zip(values, packed.QUANTITIES, strict=True)])
    found = packed.contrasts(selection(arms=ARMS), rows)
    for arm in ARMS[1:]:
        of_arm = found[found["a"] == arm].set_index("quantity")
        assert np.isnan(of_arm["p_holm"]["active"]) and of_arm["p_t"]["active"] > 0
        tested = of_arm.drop("active").sort_values("p_t")
        so_far = 0.0
        for left, (_, row) in zip(range(len(tested), 0, -1), tested.iterrows(), strict=True):
            so_far = max(so_far, min(1, left * row["p_t"]))
            assert row["p_holm"] == pytest.approx(so_far)


def test_equal_arms_differ_by_nothing_and_show_nothing() -> None:
    values = {arm: [1.0, 2, 4] for arm in ARMS[:2]}
    (row,) = packed.contrasts(selection(arms=ARMS[:2]), rounds_of(values)).to_dict("records")
    assert (row["difference"], row["low"], row["high"]) == (0, 0, 0)
    assert all(np.isnan(row[name]) for name in ("p_t", "p_permutation", "effect_size", "bootstrap_low", "p_holm"))


def test_one_seed_has_no_interval() -> None:
    values = {"random": [1.0], "most_active": [3.0]}
    (row,) = packed.contrasts(selection(arms=ARMS[:2]), rounds_of(values)).to_dict("records")
    assert (row["n"], row["difference"]) == (1, 2)
    assert all(np.isnan(row[name]) for name in ("low", "high", "p_t", "p_holm"))


def test_a_seed_in_which_nothing_is_represented_is_left_out() -> None:
    """It has no dimensionality; the others are compared."""
    values = {"random": [0.5, 0.6, 0.5, np.nan], "most_active": [0.4, 0.45, 0.3, 0.4]}
    (row,) = packed.contrasts(selection(arms=ARMS[:2]), rounds_of(values)).to_dict("records")
    assert row["n"] == 3 and row["difference"] == pytest.approx(-0.15)
    assert row["p_t"] == pytest.approx(ttest_rel([0.4, 0.45, 0.3], [0.5, 0.6, 0.5]).pvalue)


def predict(toy: Selection, densities: Any, importances: Any = None) -> np.ndarray:
    """Weights [model, dimension, feature] for densities [model, feature]."""
    dense = np.array(densities, np.float32)
    return prediction.weights(toy, dense, np.ones_like(dense) if importances is None else importances)


def explained(toy: Selection, weights: np.ndarray, densities: Any) -> np.ndarray:
    return prediction.explained(toy, weights, np.array(densities), np.ones(weights[:, 0].shape))


def norms(weights: np.ndarray) -> np.ndarray:
    return np.linalg.norm(weights, axis=1)


def test_features_as_many_as_twice_the_dimensions_lie_as_a_cross() -> None:
    """Antipodal pairs, which ReLU keeps apart: to first order nothing is lost."""
    toy = selection(features=4)
    weights = predict(toy, [[0.2] * 4])
    found = packed.features(toy, made(toy, weights), weights, np.full(4, 0.2))
    assert found["dimensionality.predicted"].to_numpy() == pytest.approx(1 / 2, abs=1e-3)
    assert norms(weights) == pytest.approx(1, abs=1e-3)
    assert explained(toy, weights, [0.2] * 4) == pytest.approx(1, abs=1e-3)


def test_five_features_lie_as_a_pentagon() -> None:
    """Each of which sees two others under 72 degrees, so that N = S^2 / T = 25 / (5 + 10 cos^2 72)."""
    toy = selection(features=5)
    weights = predict(toy, [[0.1] * 5])
    effective = 5 / (1 + 2 * np.cos(2 * np.pi / 5) ** 2)
    assert explained(toy, weights, [0.1] * 5) == pytest.approx(effective / 5, abs=1e-4)
    assert explained(toy, polygon(5)[None] * (effective / 5) ** 0.5, [0.1] * 5) == pytest.approx(effective / 5)


def test_linear_models_are_predicted_to_keep_as_many_features_as_dimensions() -> None:
    toy = selection(activation="linear", values="normal")
    dense = [[0.1, 0.5, 0.05, 0.4, 0.05, 0.05]]
    weights = predict(toy, dense)
    assert norms(weights)[0] == pytest.approx([0, 1, 0, 1, 0, 0], abs=0.02)
    assert explained(toy, weights, dense[0]) == pytest.approx(0.9 / 1.15, abs=1e-3)


def test_features_that_choosing_makes_denser_are_kept() -> None:
    toy = selection()
    first, last, all_alike = predict(toy, [[0.5] * 4 + [0.001] * 2, [0.001] * 2 + [0.5] * 4, [0.3] * 6])
    assert norms(first[None])[0, :4].min() > 0.9 > 0.3 > norms(first[None])[0, 4:].max()
    assert norms(last[None])[0, 2:].min() > 0.9 > 0.3 > norms(last[None])[0, :2].max()
    of_first, of_last, of_all = explained(toy, np.stack([first, last, all_alike]), [0.3] * 6)
    assert max(of_first, of_last) < of_all - 0.01


def test_importance_counts_as_density_does_for_what_is_kept() -> None:
    toy, ones = selection(features=4, dimensions=1), np.ones((1, 4))
    important = predict(toy, ones * 0.2, np.array([[1, 0.01, 1, 0.01]]))
    assert norms(important)[0, ::2].min() > 0.9 > 0.3 > norms(important)[0, 1::2].max()


DECAYS = [1, 0.8]
"""Of densities: where they are equal many weights are equally good."""


@pytest.mark.parametrize("decay", DECAYS)
def test_as_much_is_explained_where_all_features_are_denser_alike(decay: float) -> None:
    toy, densities = selection(), 0.1 * decay ** np.arange(6)
    weights = predict(toy, [densities, densities, 4 * densities])
    for true in (densities, densities / 10):
        assert explained(toy, weights, true) == pytest.approx(explained(toy, weights[:1], densities).item())


@pytest.mark.parametrize("decay", DECAYS)
def test_all_features_denser_alike_change_no_prediction(decay: float) -> None:
    densities = 0.1 * decay ** np.arange(6)
    weights = predict(selection(), [densities, densities, 4 * densities])
    assert weights.mT @ weights == pytest.approx((weights.mT @ weights)[[0, 0, 0]], abs=1e-6)
