"""What a config file may say of toy models: what it leaves out, and what is refused before anything starts."""

from typing import Any

import pytest

from superposition import checks, studies
from superposition.config import Study
from superposition.errors import InputError
from superposition.toys.checks import SCORES
from superposition.toys.config import Span, spelt_out
from superposition.toys.selection import SCORES as COMPUTED

MODELS = {"features": 6, "dimensions": 2}
BOUNDS = {"sizes": [[2, 6]]}


def study(**toys: Any) -> Study:
    return studies.parse({"study": "s", "toys": toys})


def of_models(**changes: Any) -> dict[str, Any]:
    return {"models": {"a": {**MODELS, **changes}}}


def of_bounds(**changes: Any) -> dict[str, Any]:
    return {"bounds": {"a": {**BOUNDS, **changes}}}


def of_selections(**changes: Any) -> dict[str, Any]:
    return {"selections": {"a": changes}}


def refused(toys: dict[str, Any]) -> str:
    """What the study is refused with."""
    with pytest.raises(InputError) as raised:
        checks.check(study(**toys))
    return str(raised.value)


SOUND: list[dict[str, Any]] = [
    of_models(),
    of_bounds(),
    of_selections(),
    of_models(densities=[1.0], occurrence=["correlated"], group=3),
    of_models(densities=[0.5, 0.01], occurrence=["independent", "anticorrelated"], group=2),
    of_models(densities={"start": 1, "stop": 0.01, "points": 5}, decay=0.9),
    of_models(activations=["linear", "relu", "power3", "power11", "relu2", "relu12"], values="normal"),
    of_models(dimensions=5, importance={"shape": "last", "at": {"start": 0.1, "stop": 10, "points": 3}}),
    of_bounds(activation="relu2", values="uniform"),
    of_bounds(activation="power5", values="normal", densities=[1, 0.1]),
    of_selections(arms=["most_active", "random", "k_center", "typiclust"]),
    of_selections(values="normal", activation="power3"),
    of_selections(pool=2001),
    {**of_models(), "bounds": {"b": BOUNDS}, "selections": {"c": {}}},
]


@pytest.mark.parametrize("toys", SOUND)
def test_sound_toys_pass(toys: dict[str, Any]) -> None:
    found = study(**toys)
    checks.check(found)
    assert sorted(found.toys.names) == sorted(name for kind in toys.values() for name in kind)


def test_a_study_of_toys_alone_needs_nothing_else_and_names_them_in_order() -> None:
    found = study(selections={"c": {}}, bounds={"b": BOUNDS}, models={"z": MODELS, "a": MODELS})
    assert (found.datasets, found.seeds, found.arms) == ({}, [], {})
    assert found.toys.names == ["z", "a", "b", "c"]
    assert found.toys.models["z"].surplus == 4


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({}, ["datasets", "seeds", "arms"]),
        ({"seeds": [0]}, ["datasets", "arms"]),
        ({"toys": {}}, ["datasets", "seeds", "arms"]),
        ({"toys": of_models(), "datasets": {"digits": {}}}, ["seeds", "arms"]),
        ({"toys": of_models(), "arms": {"a": {}}}, ["datasets", "seeds"]),
    ],
)
def test_a_study_with_neither_toys_nor_all_of_datasets_says_what_is_missing(
    given: dict[str, Any], missing: list[str]
) -> None:
    with pytest.raises(InputError) as raised:
        studies.parse({"study": "s", **given})
    assert str(raised.value).splitlines() == [f"{key}: missing" for key in missing]


REFUSED: list[tuple[dict[str, Any], str]] = [
    (of_models(dimensions=6), "toys.models.a: 6 dimensions for 6 features; give fewer dimensions than features"),
    (of_models(densities=[0.5, 0]), "toys.models.a.densities: 0.0 is not above 0 and at most 1"),
    (of_models(densities=[1.5]), "toys.models.a.densities: 1.5 is not above 0 and at most 1"),
    (of_models(densities=[float("nan")]), "toys.models.a.densities.0: nan is not right: input should be a finite"),
    (of_models(densities={"start": 0.1, "stop": 2, "points": 2}), "toys.models.a.densities: 2.0 is not above 0"),
    (of_models(importance={"at": [1, 0]}), "toys.models.a.importance.at: 0.0 is no weight of an error"),
    (of_models(importance={"at": [float("inf")]}), "toys.models.a.importance.at.0: inf is not right: input should be"),
    (
        of_models(importance={"at": {"start": 1e-300, "stop": 1e300, "points": 3}}),
        "toys.models.a.importance.at: inf is no weight of an error",
    ),
    (
        of_models(activations=["power2"]),
        "toys.models.a.activations: 'power2' answers x and -x alike, so it can't give back features of both signs; "
        "name an odd power, such as power3",
    ),
    (of_models(activations=["relu", "gelu"]), "toys.models.a.activations: 'gelu' is none of linear, relu, power3"),
    (of_models(activations=["relu1"]), "toys.models.a.activations: 'relu1' is none of linear, relu"),
    (
        of_models(densities=[0.3, 0.4], occurrence=["anticorrelated"], group=3),
        "toys.models.a.densities: 0.4 is too much for anticorrelated features in groups of 3: one at most is present, "
        "so that none can be above 0.333",
    ),
    (
        of_models(occurrence=["correlated"], group=4),
        "toys.models.a.group: 6 features are no whole number of groups of 4",
    ),
    (
        of_models(occurrence=["independent", "correlated"], decay=0.9),
        "toys.models.a.decay: 0.9, but correlated features must be equally dense; leave it out",
    ),
    (of_models(activations=["relu", "relu"]), "toys.models.a.activations: ['relu', 'relu'] names one twice"),
    (of_models(seeds=[1, 1]), "toys.models.a.seeds: [1, 1] names one twice"),
    (of_models(hidden=["relu", "relu"]), "toys.models.a.hidden: ['relu', 'relu'] names one twice"),
    (of_bounds(sizes=[[2, 6], [3, 3]]), "toys.bounds.a.sizes: 3 dimensions for 3 features; give fewer"),
    (
        of_bounds(activation="relu"),
        "toys.bounds.a.values: 'sign', but relu can't give back values below 0; use uniform",
    ),
    (
        of_bounds(values="uniform"),
        "toys.bounds.a.values: 'uniform', but power3 has its bounds for symmetric values; use sign, symmetric or",
    ),
    (of_bounds(densities=[0]), "toys.bounds.a.densities: 0.0 is not above 0 and at most 1"),
    (
        of_bounds(activation="relu2", values="uniform", densities=[0.1]),
        "toys.bounds.a.densities: relu2 has bounds for ever rarer features only; leave it out",
    ),
    (of_bounds(activation="power4"), "toys.bounds.a.activation: 'power4' answers x and -x alike"),
    (of_selections(dimensions=20), "toys.selections.a: 20 dimensions for 20 features"),
    (of_selections(density=1.5), "toys.selections.a.density: 1.5 is not above 0 and at most 1"),
    (of_selections(activation="tanh"), "toys.selections.a.activation: 'tanh' is none of linear, relu"),
    (
        of_selections(values="symmetric"),
        "toys.selections.a.values: 'symmetric', but relu can't give back values below 0; use uniform",
    ),
    (
        of_selections(pool=2000),
        "toys.selections.a.pool: 10 rounds of 200 leave nothing to choose in a pool of 2000; at the last round every "
        "way to choose would have the same samples",
    ),
    (
        of_selections(arms=["random", "entropy"]),
        "toys.selections.a.arms: 'entropy' is none of highest_loss, k_center, largest_norm, most_active, random, "
        "typiclust",
    ),
    (of_selections(arms=["random", "random"]), "toys.selections.a.arms: ['random', 'random'] names one twice"),
    (of_selections(seeds=[0, 0]), "toys.selections.a.seeds: [0, 0] names one twice"),
    (of_models(figures=["matrixes"]), "toys.models.a.figures: 'matrixes' is none of "),
    (of_models(figures=["packed"]), "toys.models.a.figures: 'packed' is none of "),
    (of_selections(figures=["matrices"]), "toys.selections.a.figures: 'matrices' is none of "),
    (of_models(dimensions=3, figures=["plane"]), "toys.models.a.figures: 'plane' shows toys with dimensions: 2, not 3"),
    (
        of_models(dimensions=5, figures=["phases"]),
        "toys.models.a.figures: 'phases' shows toys with importance.shape: last, not geometric",
    ),
    (of_models(figures=["plane", "plane"]), "toys.models.a.figures: ['plane', 'plane'] names one twice"),
    (
        {"models": {"a": MODELS, "b": MODELS}, "selections": {"b": {}}},
        "toys: 'b' names two toy models; give each a name of its own",
    ),
    ({**of_bounds(), **of_models()}, "toys: 'a' names two toy models"),
    (of_models(density=[0.1]), "toys.models.a.density: no such key; choose from features, dimensions, densities"),
    (
        of_models(densities={"start": 1, "stop": 0.1, "point": 3}),
        "toys.models.a.densities.point: no such key; choose from start, stop, points",
    ),
    (of_models(densities={"start": 1, "stop": 0.1}), "toys.models.a.densities.points: missing"),
    (of_models(densities={"start": 0, "stop": 0.1, "points": 3}), "toys.models.a.densities.start: 0 is not right"),
    (of_models(densities={"start": 1, "stop": 0.1, "points": 1}), "toys.models.a.densities.points: 1 is not right"),
    (of_models(densities=[]), "toys.models.a.densities: [] is not right"),
    (of_models(densities=0.1), "toys.models.a.densities: 0.1 is not right"),
    (of_models(values="gaussian"), "toys.models.a.values: 'gaussian' is not right: input should be 'uniform', 'sign'"),
    (of_models(decay=1.1), "toys.models.a.decay: 1.1 is not right"),
    (of_models(training={"optimiser": "sgd"}), "toys.models.a.training.optimiser: 'sgd' is not right"),
    (of_selections(arms=["random"]), "toys.selections.a.arms: ['random'] is not right"),
    ({"models": {"a": {"dimensions": 2}}}, "toys.models.a.features: missing"),
    ({"model": {}}, "toys.model: no such key; choose from models, bounds, selections"),
]


@pytest.mark.parametrize(("toys", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_a_toy_that_cannot_run_is_refused(toys: dict[str, Any], message: str) -> None:
    found = refused(toys)
    assert found.startswith(message) and "\n" not in found


def test_figures_that_could_be_drawn_are_named() -> None:
    assert {"matrices", "phases", "plane"} < set(
        refused(of_models(figures=["no"])).partition("none of ")[2].split(", ")
    )
    assert "packed" in refused(of_selections(figures=["no"])) and "plane" not in refused(of_selections(figures=["no"]))
    checks.check(study(**of_models(figures=["plane", "matrices"])))
    checks.check(study(**of_models(dimensions=5, figures=["phases"], importance={"shape": "last", "at": [0.5]})))


def test_spans_go_from_end_to_end_at_equal_ratios() -> None:
    found = spelt_out(Span(start=1, stop=0.01, points=5))
    assert found == pytest.approx([1, 0.1**0.5, 0.1, 0.1**1.5, 0.01])
    assert (found[0], found[-1]) == (1, 0.01)
    assert spelt_out(Span(start=0.3, stop=0.7, points=2)) == [0.3, 0.7]
    assert spelt_out([0.2, 0.1]) == [0.2, 0.1]


def test_scores_that_are_allowed_are_those_that_can_be_computed() -> None:
    assert sorted(SCORES) == sorted(COMPUTED)
