"""Phases of models with one dimension too few: closed forms against Monte Carlo, regions of constructed models."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas import DataFrame

from superposition.errors import InputError
from superposition.toys import phases
from superposition.toys.checks import check_models
from superposition.toys.phases import boundary, losses, points, regions
from tests.small_toys import draw, measured, models, random_models, trained

SIGMAS = 5
SAMPLES = 200_000
GRID = {"shape": "last", "at": [0.3, 1.0, 2.0]}
PACKED = {
    "dropped": [[1, 0, 0], [0, 1, 0]],
    "alone": [[1, 0, 0], [0, 0, 1]],
    "shared": [[1, 0, 0], [0, 1, -1]],
    "others": [[1, -1, 0], [0, 0, 1]],
}
"""Weights [dimension, feature] of three features in two dimensions, by what becomes of the last."""


def simulated(weights: list[list[float]], bias: np.ndarray, density: float, importance: float) -> tuple[float, float]:
    """Loss of a ReLU model on random samples, and its standard error."""
    samples = draw([[density] * len(bias)], SAMPLES)[0].double().numpy()
    matrix, counted = np.array(weights), np.append(np.ones(len(bias) - 1), importance)
    answers = np.maximum(samples @ matrix.T @ matrix + bias, 0)
    paid = ((samples - answers) ** 2) @ counted
    return float(paid.mean()), float(paid.std() / SAMPLES**0.5)


@pytest.mark.parametrize("importance", [0.5, 3])
@pytest.mark.parametrize("density", [0.1, 0.5])
@pytest.mark.parametrize(
    ("region", "weights"),
    [("dropped", [[1, 0]]), ("alone", [[0, 1]]), ("shared", [[1, -1]]), *PACKED.items()],
)
def test_closed_forms_are_what_models_lose(
    region: str, weights: list[list[float]], density: float, importance: float
) -> None:
    """A feature without weights is answered by its mean, q/2."""
    bias = np.where(np.any(np.array(weights) != 0, axis=0), 0, density / 2)
    found, error = simulated(weights, bias, density, importance)
    expected = losses(np.array(density), np.array(importance), len(bias))[region]
    assert found == pytest.approx(float(expected), abs=SIGMAS * error)


def test_two_features_have_no_others_that_could_share() -> None:
    assert set(losses(np.ones(1), np.ones(1), 2)) == {"dropped", "alone", "shared"}


importances = st.floats(0.01, 100)


@given(importances)
def test_at_the_boundary_sharing_costs_what_dropping_the_less_important_does(importance: float) -> None:
    at = losses(boundary(np.array(importance)), np.array(importance), 2)
    assert at["shared"] == pytest.approx(min(at["dropped"], at["alone"]))


@given(importances, st.floats(0.001, 1))
def test_features_share_below_the_boundary_only(importance: float, density: float) -> None:
    costs = losses(np.array(density), np.array(importance), 2)
    shares = costs["shared"] < min(costs["dropped"], costs["alone"])
    limit = float(boundary(np.array(importance)))
    assert abs(density - limit) < 1e-9 or shares == (density < limit)


@given(importances)
def test_the_boundary_does_not_ask_which_of_the_two_counts_more(importance: float) -> None:
    assert boundary(np.array(1 / importance)) == pytest.approx(boundary(np.array(importance)))


def tables(weights: Any, errors: Any = None, **changes: Any) -> dict[str, DataFrame]:
    """features and summary of models with these weights [model, dimension, feature]."""
    matrices = np.array(weights, float)
    of = {"features": matrices.shape[2], "dimensions": matrices.shape[1]}
    toy = models(**{**of, "densities": [0.3], "importance": {"shape": "last", "at": [1.0]}, **changes})
    paid = None if errors is None else np.repeat(np.array(errors, float)[:, None], of["features"], axis=1)
    found = measured(toy, trained(toy, matrices, paid))
    return {name: found[name] for name in ("features", "summary")}


def at_importances(*at: float) -> dict[str, Any]:
    return {"shape": "last", "at": list(at)}


def test_regions_of_constructed_models() -> None:
    found = regions(**tables(list(PACKED.values()), importance=at_importances(1, 2, 3, 4)))
    assert found["region"].tolist() == list(PACKED)
    assert found["importance"].tolist() == [1, 2, 3, 4] and (found["density"] == 0.3).all()


@pytest.mark.parametrize("turn", [0.3, 1.2])
@pytest.mark.parametrize("region", PACKED)
def test_regions_do_not_depend_on_how_the_dimensions_lie(region: str, turn: float) -> None:
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    assert regions(**tables([rotation @ PACKED[region]]))["region"].tolist() == [region]


@pytest.mark.parametrize(("weights", "region"), [([1, 0], "dropped"), ([0, 1], "alone"), ([1, -1], "shared")])
def test_regions_of_two_features(weights: list[float], region: str) -> None:
    assert regions(**tables([[weights]]))["region"].tolist() == [region]


def test_two_short_features_in_one_dimension_share_it() -> None:
    """There are no two others; dense features end like this."""
    assert regions(**tables([[[0.65, 0.65]]]))["region"].tolist() == ["shared"]


def test_the_worst_of_a_point_is_left_out() -> None:
    shown = tables([PACKED["alone"], PACKED["dropped"], PACKED["shared"]], [0.1, 0.3, 0.2], seeds=[7, 8, 9])
    found = regions(**shown)
    assert found["seed"].tolist() == [7, 9] and found["region"].tolist() == ["alone", "shared"]
    assert regions(**tables([PACKED["alone"]], [0.3]))["region"].tolist() == ["alone"]


def test_of_models_that_are_equally_bad_one_is_left_out() -> None:
    found = points(**tables([PACKED["alone"]] * 3, [0.1, 0.1, 0.1], seeds=[0, 1, 2]))
    assert found["alone"].tolist() == [1] and found["trained"].tolist() == ["alone"]


def test_points_agree_where_the_best_model_is_in_the_cheapest_region() -> None:
    """At low density two others share where the last counts more than they, and the last shares where it does not."""
    shown = tables([PACKED["shared"], PACKED["others"]], importance=at_importances(0.5, 2), densities=[0.01])
    found = points(**shown)
    assert found["closed"].tolist() == found["trained"].tolist() == ["shared", "others"]
    assert found["agree"].all()
    wrong = points(**tables([PACKED["others"], PACKED["alone"]], importance=at_importances(0.5, 2), densities=[0.01]))
    assert wrong["trained"].tolist() == ["others", "alone"] and not wrong["agree"].any()


@pytest.mark.parametrize(("weights", "agrees"), [([1, 0], True), ([0, 1], True), ([1, -1], False)])
def test_points_agree_with_either_region_of_a_tie(weights: list[float], agrees: bool) -> None:
    """Of two features that count alike, either may be dropped."""
    found = points(**tables([[weights]], densities=[0.9]))
    assert found["agree"].tolist() == [agrees]


def test_the_best_model_speaks_for_its_point() -> None:
    shown = tables([PACKED["alone"], PACKED["dropped"], PACKED["shared"]], [0.2, 0.1, 0.3], seeds=[0, 1, 2])
    assert points(**shown)["trained"].tolist() == ["dropped"]


@pytest.mark.parametrize("sizes", [{"features": 2, "dimensions": 1}, {"features": 3, "dimensions": 2}])
def test_points_of_many_models_one_by_one(sizes: dict[str, int]) -> None:
    toy = models(**sizes, densities=[0.9, 0.3, 0.01], importance=GRID, seeds=[2, 0, 1])
    shown = {name: found for name, found in measured(toy, random_models(toy)).items() if name != "models"}
    found = points(**shown).set_index(phases.POINT)
    assert len(found) == 9
    assert found[[*phases.REGIONS]].sum(axis=1).to_numpy() == pytest.approx(1)
    of_models = regions(**shown)
    for (density, importance), row in found.iterrows():
        here = (shown["summary"]["density"] == density) & (shown["summary"]["importance"] == importance)
        kept = sorted(shown["summary"][here]["loss"])[:-1]
        alike = of_models[(of_models["density"] == density) & (of_models["importance"] == importance)]
        assert sorted(alike["loss"]) == kept
        assert row[[*phases.REGIONS]].to_dict() == {
            region: (alike["region"] == region).mean() for region in phases.REGIONS
        }
        assert row["trained"] == alike.set_index("loss")["region"][kept[0]]
        costs = losses(np.array(density), np.array(importance), sizes["features"])
        assert costs[row["closed"]] == min(costs.values())


@pytest.mark.parametrize(
    "changes",
    [
        {"activations": ["linear"]},
        {"activations": ["relu", "linear"]},
        {"hidden": ["relu"]},
        {"occurrence": ["anticorrelated"], "densities": [0.5]},
        {"decay": 0.5},
        {"tied": False},
        {"bias": False},
    ],
)
def test_models_that_the_closed_forms_are_not_of_are_refused(changes: dict[str, Any]) -> None:
    of = {"features": 4, "dimensions": 3, "importance": GRID, "figures": ["phases"]}
    with pytest.raises(InputError, match="figures: 'phases' shows toys with"):
        check_models("toy", models(**{**of, **changes}))
