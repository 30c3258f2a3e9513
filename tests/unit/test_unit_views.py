"""What there is to see of units: order and ties, groups, histograms, scores that the metrics average, small splits."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from superposition import unit_files, unit_views
from superposition.activations import Activations
from superposition.errors import InputError
from superposition.metrics import polysemanticity, selectivity
from superposition.stages import inspect
from tests.small_features import of_things
from tests.small_results import CODE, activations, write_features

LAYER = "avgpool"


def of_values(values: np.ndarray, ids: np.ndarray | None = None, classes: int = 2) -> Activations:
    """Activations [sample, unit] of samples whose classes take turns."""
    labels = np.arange(len(values)) % classes
    known = np.arange(len(values)) if ids is None else ids
    return Activations(values, np.eye(classes)[labels], labels, known, LAYER, [f"class {n}" for n in range(classes)])


def test_images_are_in_the_order_of_activations_and_ties_in_that_of_ids() -> None:
    values = np.array([5.0, 1, 5, 3, 1, 9, 0, 0] + [2] * 12)[:, np.newaxis]
    ids = np.arange(20) * 10
    shuffled = np.random.default_rng(0).permutation(20)
    seen = unit_views.views(of_values(values[shuffled], ids[shuffled]), seed=0)
    assert seen["top"].tolist() == [[50, 0, 20, 30, 80, 90, 100, 110, 120]]
    assert seen["bottom"].tolist() == [[60, 70, 10, 40, 80, 90, 100, 110, 120]]
    assert seen["top_values"].tolist() == [[9, 5, 5, 3, 2, 2, 2, 2, 2]]
    assert seen["bottom_values"].tolist() == [[0, 0, 1, 1, 2, 2, 2, 2, 2]]


def test_random_images_are_the_same_for_all_units_and_networks_of_a_seed() -> None:
    one, other = (unit_views.views(activations(seed), seed=3) for seed in (0, 1))
    assert np.array_equal(one["random"], other["random"])
    assert len(np.unique(one["random"], axis=0)) == 1
    assert len(np.unique(one["random"][0])) == unit_views.SHOWN
    assert not np.array_equal(one["random"], unit_views.views(activations(), seed=4)["random"])


def test_values_belong_to_their_images() -> None:
    shown = activations()
    seen = unit_views.views(shown, seed=0)
    for name in ("top", "bottom", "random"):
        rows = np.searchsorted(shown.ids, seen[name])
        assert np.array_equal(seen[f"{name}_values"], np.take_along_axis(shown.values.T, rows, axis=1))


def test_scores_are_those_that_the_metrics_average() -> None:
    shown = of_things([[0], [0, 1], [], [2, 3]])
    seen = unit_views.views(replace(shown, values=np.abs(shown.values)), seed=0)
    for metric in (selectivity, polysemanticity):
        expected = metric.measure(replace(shown, values=np.abs(shown.values)))
        score = seen[metric.__name__.split(".")[-1]]
        assert np.nanmean(score) == pytest.approx(expected["mean"], rel=1e-6)
        assert np.isnan(score[2]) and np.isnan(score).sum() == 1


def test_a_unit_of_two_things_has_them_in_two_groups() -> None:
    shown = of_things([[0], [1, 3]])
    things = dict(zip(shown.ids.tolist(), (shown.ids // 3 % 4).tolist(), strict=True))
    seen = unit_views.views(shown, seed=0)
    groups = [{things[id_] for id_ in seen[name][1].tolist()} for name in ("cluster_a", "cluster_b")]
    assert groups in ([{1}, {3}], [{3}, {1}])
    assert things[int(seen["top"][1, 0])] in groups[0]
    assert seen["cluster_sizes"].sum(axis=1).tolist() == [64] * shown.values.shape[1]
    assert seen["polysemanticity"][1] > 0.5 > seen["polysemanticity"][0]


def test_groups_hold_the_images_nearest_their_centres() -> None:
    """With far-off images, each alone at one side, the group of one is padded and the other leaves out the farthest."""
    values = np.random.default_rng(0).normal(size=(64, 6))
    values[5, 1:] += 50
    values[:, 0] = np.linspace(2, 1, 64)
    seen = unit_views.views(of_values(values, classes=2), seed=0)
    assert seen["cluster_sizes"][0].tolist() == [15, 1]
    assert seen["cluster_b"][0].tolist() == [5, -1, -1, -1, -1, -1]
    near = values[[id_ for id_ in range(16) if id_ != 5], 1:]
    order = np.argsort(np.linalg.norm(near - near.mean(axis=0), axis=1))
    assert seen["cluster_a"][0].tolist() == [id_ + (id_ >= 5) for id_ in order[:6]]


def test_commonest_class_of_the_images_that_a_unit_is_judged_by() -> None:
    values = np.zeros((40, 1))
    values[[0, 2, 4, 6, 8, 10, 12, 1, 3, 5], 0] = np.arange(20, 10, -1)
    seen = unit_views.views(of_values(values), seed=0)
    assert unit_views.judged_by(np.arange(40) % 2) == 10
    assert (seen["top_class"][0], seen["top_class_share"][0]) == (0, pytest.approx(0.7))


@given(st.integers(0, 1000), st.integers(1, 14))
@settings(max_examples=20)
def test_histograms_count_every_sample_once(seed: int, classes: int) -> None:
    rng = np.random.default_rng(seed)
    values, labels = rng.normal(size=(90, 3)).astype(np.float32), np.arange(90) % classes * 5
    found = unit_views.spread(values, labels)
    shown = min(classes, unit_views.CLASSES)
    assert found["counts"].shape == (3, shown + 1, unit_views.BINS)
    for unit in range(3):
        for place, label in enumerate(found["shown_classes"][unit]):
            edges = np.linspace(values[:, unit].min(), values[:, unit].max(), unit_views.BINS + 1, dtype=np.float64)
            expected = np.histogram(values[labels == label, unit].astype(np.float64), edges)[0]
            assert np.abs(found["counts"][unit, place].astype(int) - expected).sum() <= 2  # rounding at an edge
        assert found["counts"][unit].sum() == 90
        assert found["counts"][unit, -1].sum() == 90 - np.isin(labels, found["shown_classes"][unit]).sum()
        means = [values[labels == label, unit].mean() for label in found["shown_classes"][unit]]
        assert means == sorted(means, reverse=True)


def test_what_lies_far_off_does_not_stretch_a_histogram() -> None:
    values = np.linspace(0, 1, 200, dtype=np.float32)[:, np.newaxis]
    values[:3] = -1000
    found = unit_views.spread(values, np.arange(200) % 2)
    first, third = np.percentile(values, (25, 75))
    assert found["low"][0] == pytest.approx(first - 3 * (third - first)) and found["high"][0] == 1
    assert found["counts"][0].sum(axis=0)[0] == 3 and found["counts"][0].sum() == 200


def test_a_unit_that_hardly_ever_fires_has_a_histogram_of_all_that_it_does() -> None:
    values = np.zeros((400, 1), np.float32)
    values[7] = 5
    found = unit_views.spread(values, np.arange(400) % 2)
    assert (found["low"][0], found["high"][0]) == (0, 5) and found["counts"][0].sum(axis=0)[[0, -1]].tolist() == [
        399,
        1,
    ]


def test_a_unit_that_is_always_the_same_is_in_the_first_bin() -> None:
    found = unit_views.spread(np.full((12, 1), 0.3, np.float32), np.arange(12) % 3)
    assert found["low"] == found["high"]
    assert found["counts"][0, :, 0].tolist() == [4, 4, 4, 0] and found["counts"].sum() == 12


def test_negative_activations_have_no_selectivity() -> None:
    shown = activations()
    seen = unit_views.views(replace(shown, values=shown.values - 1), seed=0)
    assert np.isnan(seen["selectivity"]).all() and not np.isnan(seen["polysemanticity"]).any()


@pytest.mark.parametrize(("samples", "shown"), [(10, 5), (3, 1), (1, 1)])
def test_small_splits_show_half_of_their_images_and_no_groups(samples: int, shown: int) -> None:
    values = np.random.default_rng(0).random((samples, 4))
    seen = unit_views.views(of_values(values, classes=samples), seed=0)
    for name in ("top", "bottom", "random"):
        assert seen[name].shape == (4, shown)
    assert np.isnan(seen["polysemanticity"]).all() and np.isnan(seen["selectivity"]).all()
    assert (seen["cluster_a"] == -1).all() and not seen["cluster_sizes"].any()


def test_the_stage_keeps_the_order_of_layers_and_says_whose_units_they_are(tmp_path: Path) -> None:
    features = write_features(tmp_path / "features.h5", activations(), arm="random", round_=2)
    units = tmp_path / "units.h5"
    inspect.run(features=features, written_by=CODE, layers=["logits", "avgpool"], seed=0, code="abc", units=units)
    assert unit_files.layers(units) == ["logits", "avgpool"]
    about = unit_files.attributes(units)
    assert {name: about[name] for name in ("study", "dataset", "arm", "seed", "round", "code")} == {
        "study": "s",
        "dataset": "digits",
        "arm": "random",
        "seed": 0,
        "round": 2,
        "code": "abc",
    }
    assert (about["samples"], about["judged_by"], about["classes"]) == (60, 10, ["class 0", "class 1", "class 2"])
    expected = unit_views.views(activations(), 0)
    found = unit_files.read(units, "avgpool")
    assert found.keys() == expected.keys()
    for name, array in expected.items():
        np.testing.assert_array_equal(found[name], array)
        assert found[name].dtype == array.dtype


def test_features_of_other_code_and_damaged_files_are_refused(tmp_path: Path) -> None:
    features = write_features(tmp_path / "features.h5", activations())
    with pytest.raises(InputError, match=r"features\.h5"):
        inspect.run(
            features=features, written_by="other", layers=["avgpool"], seed=0, code="", units=tmp_path / "units.h5"
        )
    (tmp_path / "units.h5").write_bytes(b"half")
    with pytest.raises(InputError, match=r"units\.h5: not a whole file of units"):
        unit_files.attributes(tmp_path / "units.h5")
