"""What the report says of toy models in sentences: its numbers are those of the tables."""

from pathlib import Path
from typing import Any

import numpy as np
from pandas import DataFrame

from superposition import wording
from superposition.config import Study
from superposition.report import toys as toy_section
from tests.small_toys import MODELS, SELECTION, bounds, contrasted, measured, models, polygon, trained, write


def found(name: str, settings: dict[str, Any], results: dict[str, Any], folder: Path) -> list[str]:
    """The sentences about a toy with these results."""
    kind = {"models": "models", "bounds": "bounds", "rounds": "selections"}
    section = next(kind[key] for key in ("rounds", "bounds", "models") if key in results)
    study = Study.model_validate({"study": "s", "toys": {section: {name: settings}}})
    paths = [path for path in write(folder / name, results).values() if path.suffix == ".tsv"]
    [toy] = toy_section.of_study(study, paths, folder)
    sentences: list[str] = toy["found"]
    return sentences


def test_represented_features_and_polygons_are_counted(tmp_path: Path) -> None:
    settings = {**MODELS, "features": 5, "seeds": [0, 1], "figures": ["plane"]}
    toy = models(**settings)
    weights = np.stack([np.eye(2, 5), np.eye(2, 5), polygon(5), np.eye(2, 5)])
    said = found("a", settings, measured(toy, trained(toy, weights)), tmp_path)
    assert said == [
        "relu: 2 features represented where one is present with probability 0.5, 3.5 with 0.1.",
        "relu, probability 0.1: a regular polygon of 5 corners in 1 of 2 seeds.",
    ]


def test_every_kind_of_model_has_its_sentence(tmp_path: Path) -> None:
    settings = {**MODELS, "dimensions": 3, "activations": ["linear", "relu"]}
    toy = models(**settings)
    weights = np.stack([np.eye(3, 6), np.eye(3, 6) * 0.4, np.eye(3, 6), np.ones((3, 6))])
    said = found("a", settings, measured(toy, trained(toy, weights)), tmp_path)
    assert [sentence.partition(":")[0] for sentence in said] == ["linear", "relu"]
    assert "linear: 3 features represented" in said[0] and said[0].endswith(", 0 with 0.1.")
    assert said[1].endswith(", 6 with 0.1.")


def test_points_that_agree_with_the_closed_form_are_counted(tmp_path: Path) -> None:
    settings = {
        **MODELS,
        "features": 2,
        "dimensions": 1,
        "densities": [0.9, 0.01],
        "importance": {"shape": "last", "at": [0.5, 2.0]},
    }
    settings |= {"figures": ["phases"]}
    toy = models(**settings)
    weights = np.array([[[1, 0]], [[1, -1]], [[0, 1]], [[0, 1]]])
    said = found("a", settings, measured(toy, trained(toy, weights)), tmp_path)
    assert said == [
        "The best trained model of a point is in the region that costs least by closed form at 3 of 4 points."
    ]


def rows_of_bounds(*values: tuple[float, ...]) -> DataFrame:
    columns = ["dimensions", "features", "density", "improvement", "upper", "kept"]
    return DataFrame(values, columns=columns).assign(median=1.0, random=1.0, crossover=0.1)


def test_bounds_that_are_reached_are_counted(tmp_path: Path) -> None:
    table = rows_of_bounds(
        (2, 8, 0, 3.19, 3.2, 2),
        (2, 8, 0.001, 3.0, 3.2, 2),
        (2, 8, 0.5, 2.5, 3.2, 2),
        (3, 9, 0, 5.0, 7.0, 3),
        (3, 9, 0.5, 3.0, 7.0, 3),
        (3, 9, 0.001, 4.9, 7.0, 3),
    )
    settings = bounds(sizes=[[2, 8], [3, 9]], densities=[0.001, 0.5]).model_dump()
    assert found("a", settings, {"bounds": table}, tmp_path) == [
        "In the limit of rare features the best weights found reach 99 % of the upper bound at 1 of 2 sizes.",
        "8 features in 2 dimensions: 0.9375 of the bound at the lowest density, 0.001; 1.250 times what one feature a "
        "dimension gives at the highest, 0.5.",
        "9 features in 3 dimensions: 0.7000 of the bound at the lowest density, 0.001; 1.000 times what one feature a "
        "dimension gives at the highest, 0.5.",
    ]


def changed(difference: float, noise: list[float], folder: Path) -> tuple[str, dict[str, Any]]:
    """The sentence about the arm, and the row of the table that it is of."""
    results = contrasted(difference, noise)
    settings = {**SELECTION, "arms": ["random", "k_center"], "seeds": list(range(len(noise)))}
    contrasts = results["contrasts"]
    row = contrasts[(contrasts["round"] == 3) & (contrasts["quantity"] == "represented")].iloc[0].to_dict()
    [sentence] = found("a", settings, results, folder)
    return sentence, row


STEADY = [0.01, -0.01, 0.02, -0.02, 0.0]


def test_an_arm_that_packs_more_is_said_to(tmp_path: Path) -> None:
    said, row = changed(1.5, STEADY, tmp_path)
    assert said.startswith("k_center: 5.500 features represented, 1.500 more than with random")
    assert f"(95\u00a0% {wording.number(row['low'])} to {wording.number(row['high'])}): certain." in said


def test_an_arm_that_packs_fewer_has_an_interval_that_is_turned(tmp_path: Path) -> None:
    """`1.5 fewer (95 % 1.48 to 1.52)`: not of a difference that is below 0."""
    said, row = changed(-1.5, STEADY, tmp_path)
    assert said.startswith("k_center: 2.500 features represented, 1.500 fewer than with random")
    assert f"(95\u00a0% {wording.number(-row['high'])} to {wording.number(-row['low'])}): certain." in said


def test_what_chance_may_have_done_is_no_clear_difference(tmp_path: Path) -> None:
    assert "): no clear difference." in changed(0.1, [1.0, -1.0, 0.5, -0.4, 0.2], tmp_path)[0]


def test_arms_that_are_alike_have_as_many_as_each_other(tmp_path: Path) -> None:
    assert "4.000 features represented, as many as with random" in changed(0.0, [0.0, 0.0, 0.0], tmp_path)[0]


def test_a_difference_that_is_the_same_in_every_seed_is_not_put_down_to_chance(tmp_path: Path) -> None:
    """There is nothing to test, so that nothing is uncertain, nor certain."""
    said, row = changed(1.0, [0.0, 0.0, 0.0], tmp_path)
    assert np.isnan(row["p_t"]) and row["low"] == row["high"] == 1
    assert "certain" not in said


def test_one_seed_makes_a_sentence_without_interval(tmp_path: Path) -> None:
    said, _ = changed(1.0, [0.0], tmp_path)
    assert said.startswith(
        "k_center: 5.000 features represented, 1.000 more than with random: one seed: nothing can be"
    )
