"""Areas and labelling efficiency: known answers, invariances, and slow or foreign references."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from superposition import curves, tables
from superposition.config import Arm
from superposition.stages import curves as stage
from tests.small_results import areas, experiments, study_arms

STUDY = {"study": "s", "datasets": {"digits": {}}, "seeds": [0, 1, 2]}
HEIGHTS = st.lists(st.floats(0, 1), min_size=4, max_size=4)


def runs(labelled: list[int], **accuracies: list[float]) -> pd.DataFrame:
    """experiments.tsv of one seed: the curve of each arm."""
    rows = [
        {"dataset": "d", "arm": arm, "seed": 0, "round": number + 1, "labelled": labels, "accuracy": accuracy}
        for arm, curve in accuracies.items()
        for number, (labels, accuracy) in enumerate(zip(labelled, curve, strict=False))
    ]
    return pd.DataFrame(rows)


def arms_of(*names: str, **settings: Any) -> dict[str, Arm]:
    """Arms of four rounds, the first of them random."""
    strategies = ["random", *["margin"] * len(names)]
    return {
        name: Arm(strategy=strategy, rounds=4, **settings) for name, strategy in zip(names, strategies, strict=False)
    }


def test_area_of_a_straight_line_is_its_middle() -> None:
    found = curves.areas(runs([100, 200, 400], a=[0.1, 0.2, 0.4])).iloc[0]
    assert found["area_linear"] == pytest.approx(0.25)
    assert found[["rounds", "from", "to"]].tolist() == [3, 100, 400]


def test_area_over_the_logarithm_of_a_straight_line_in_it_is_its_middle() -> None:
    labelled = [100, 300, 1000, 5000]
    found = curves.areas(runs(labelled, a=(0.2 + 0.1 * np.log(labelled)).tolist())).iloc[0]
    assert found["area_log"] == pytest.approx(0.2 + 0.1 * np.log([100, 5000]).mean())
    assert found["area_log"] < found["area_linear"]


def test_areas_span_the_labels_that_all_curves_have() -> None:
    both = pd.concat([runs([100, 300], a=[0.0, 1.0]), runs([200, 500], b=[0.5, 0.5])])
    found = curves.areas(both).set_index("arm")
    assert found[["from", "to"]].to_numpy().tolist() == [[200, 300]] * 2
    assert found["area_linear"].tolist() == pytest.approx([0.75, 0.5])
    middle = np.interp(np.log([200, 300]), np.log([100, 300]), [0, 1]).mean()
    assert found["area_log"].tolist() == pytest.approx([middle, 0.5])


def test_curves_without_common_labels_have_no_area() -> None:
    apart = pd.concat([runs([100, 200], a=[0, 1]), runs([200, 300], b=[0, 1])])
    assert curves.areas(apart)[["area_linear", "area_log"]].isna().all(axis=None)


def test_arms_of_one_round_and_unmeasured_ones_have_no_area() -> None:
    assert set(areas()["arm"]) == {"random", "least_confidence"}
    assert curves.areas(experiments().assign(accuracy=np.nan)).empty
    assert list(areas(arms=("baseline",))) == curves.AREAS


@given(HEIGHTS, st.floats(100, 400), st.floats(500, 2000))
def test_area_is_the_mean_that_quadrature_finds(heights: list[float], start: float, end: float) -> None:
    x = np.array([100, 300, 900, 2000])
    slow = quad(lambda at: np.interp(at, x, heights), start, end, points=[300, 900], limit=200)[0] / (end - start)
    assert curves.mean_height(x, np.array(heights), start, end) == pytest.approx(slow, abs=1e-9)


@given(HEIGHTS, st.floats(-1, 1))
def test_a_constant_added_to_accuracy_is_added_to_the_area(heights: list[float], constant: float) -> None:
    rounds = runs([100, 150, 600, 900], a=heights)
    plain, raised = (curves.areas(frame) for frame in (rounds, rounds.assign(accuracy=rounds["accuracy"] + constant)))
    for area in ("area_linear", "area_log"):
        assert raised[area].tolist() == pytest.approx((plain[area] + constant).tolist())


def test_twice_as_fast_a_curve_has_an_efficiency_of_two() -> None:
    both = pd.concat(
        [runs([100, 200, 300, 400], random=[0.1, 0.2, 0.3, 0.4]), runs([50, 100, 150, 200], a=[0.1, 0.2, 0.3, 0.4])]
    )
    found = curves.efficiency(both, arms_of("random", "a"))
    assert found["efficiency"].tolist() == pytest.approx([2, 2, 2, 2])
    assert found["reference_labelled"].tolist() == pytest.approx([100, 200, 300, 400])
    assert set(found["reference"]) == {"random"} and set(found["arm"]) == {"a"}


def test_efficiency_is_never_extrapolated() -> None:
    both = runs([100, 200, 300], random=[0.3, 0.4, 0.5], a=[0.2, 0.45, 0.6])
    assert curves.efficiency(both, arms_of("random", "a"))["efficiency"].tolist() == pytest.approx(
        [np.nan, 1.25, np.nan], nan_ok=True
    )


@pytest.mark.parametrize(
    ("wanted", "labels"), [(0.3, 100), (0.4, 150), (0.5, 200), (0.55, 375), (0.6, 400), (0.61, np.nan)]
)
def test_a_curve_that_falls_counts_with_its_best_so_far(wanted: float, labels: float) -> None:
    labelled, accuracy = np.array([100, 200, 300, 350, 400]), np.array([0.3, 0.5, 0.4, 0.5, 0.6])
    assert curves.labels_needed(labelled, accuracy, wanted) == pytest.approx(labels, nan_ok=True)


@given(HEIGHTS, st.floats(0, 1))
def test_labels_needed_are_the_first_that_a_fine_search_finds(heights: list[float], wanted: float) -> None:
    labelled, fine = np.array([0, 100, 150, 400]), np.linspace(0, 400, 40_001)
    reached = np.interp(fine, labelled, np.maximum.accumulate(heights)) >= wanted
    found = curves.labels_needed(labelled, np.array(heights), wanted)
    if wanted < heights[0] or not reached.any():
        assert np.isnan(found)
    elif abs(np.array(heights) - wanted).min() > 1e-6:
        assert found == pytest.approx(fine[reached.argmax()], abs=0.02)


def test_random_arm_that_trains_in_the_same_way_is_the_reference() -> None:
    carried, reset = arms_of("random_carried", "b", between_rounds="carry"), arms_of("random", "a")
    arms = {"baseline": Arm(), **carried, **reset, "alone": Arm(strategy="margin", rounds=4, labelled="newest")}
    assert curves.references(arms) == {
        "random_carried": "random_carried",
        "b": "random_carried",
        "random": "random",
        "a": "random",
    }


def test_without_a_reference_there_is_an_empty_table() -> None:
    found = curves.efficiency(experiments(), {**study_arms(), "random": Arm(strategy="margin", rounds=3)})
    assert found["reference"].eq("least_confidence").all()
    nobody = {name: Arm(strategy="margin", rounds=3) for name in study_arms()}
    assert list(curves.efficiency(experiments(), nobody)) == curves.EFFICIENCY
    assert curves.efficiency(experiments(), nobody).empty


def test_means_are_over_rounds_where_every_seed_has_a_value() -> None:
    rows = [["a", 0, 1, 1.0], ["a", 1, 1, 1.0], ["a", 0, 2, 3.0], ["a", 1, 2, np.nan], ["b", 0, 2, 2.0]]
    kept = curves.of_all_seeds(pd.DataFrame(rows, columns=["arm", "seed", "round", "efficiency"]))
    assert kept[["arm", "round"]].to_numpy().tolist() == [["a", 1], ["a", 1], ["b", 2]]


def test_stage_writes_three_tables(tmp_path: Path) -> None:
    tables.write_frame(tmp_path / "experiments.tsv", experiments())
    arms = {name: arm.model_dump(mode="json") for name, arm in study_arms().items()}
    paths = {name: tmp_path / f"{name}.tsv" for name in ("areas", "efficiency", "penalties")}
    stage.run(experiments=tmp_path / "experiments.tsv", study=json.dumps({**STUDY, "arms": arms}), **paths)
    found = {name: tables.read(path) for name, path in paths.items()}
    pd.testing.assert_frame_equal(found["areas"], areas(), check_dtype=False)
    assert list(found["efficiency"]) == curves.EFFICIENCY and found["efficiency"]["efficiency"].eq(1).all()
    assert list(found["penalties"]) == curves.PENALTIES and len(found["penalties"]) == 2
