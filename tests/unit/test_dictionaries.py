"""Dictionaries: what is counted in them, the files they lie in, and how each finds its round and layer."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import entropy

from superposition import autoencoders, dictionaries, plan, tables
from superposition.activations import Activations, Quantities
from superposition.config import Measures
from superposition.errors import InputError
from superposition.metrics import dictionary_capacity, effective_features
from superposition.stages import autoencode, measure
from tests.small_dictionaries import SETTINGS, dictionary, two_dictionaries, write_autoencoder
from tests.small_results import CODE, activations, rotation, simplex, write_features

METRICS = [effective_features, dictionary_capacity]


def shown(directions: np.ndarray, activity: np.ndarray | list[float]) -> Activations:
    return replace(activations(), dictionaries={"topk": dictionary(directions, activity)})


def numbers(quantities: Quantities) -> dict[str, float]:
    """All but the distributions."""
    return {name: value for name, value in quantities.items() if isinstance(value, float)}


def test_codes_that_are_equally_active_count_one_each_and_dead_ones_nothing() -> None:
    found = effective_features.measure(shown(np.eye(10, 4), [3.0] * 6 + [0.0] * 4))
    assert found == pytest.approx(
        {
            "topk.effective": 6,
            "topk.per_unit": 1.5,
            "topk.explained": 0.9,
            "topk.active": 2,
            "topk.dead": 0.4,
        }
    )


@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=20), st.floats(0.001, 1000))
@settings(max_examples=50)
def test_effective_features_equal_scipys_entropy_at_any_scale_and_order(activity: list[float], scale: float) -> None:
    expected = np.exp(entropy(activity))
    for changed in (np.array(activity), scale * np.array(activity[::-1])):
        found = effective_features.measure(shown(np.ones((len(activity), 2)), changed))["topk.effective"]
        assert found == pytest.approx(expected, rel=1e-5)
        assert 1 - 1e-9 <= float(found) <= len(activity) + 1e-4  # type: ignore[arg-type]


def test_capacity_of_known_dictionaries() -> None:
    orthogonal = dictionary_capacity.measure(shown(np.eye(3, 5), [1, 2, 3]))
    assert numbers(orthogonal) == pytest.approx({"topk.number": 3, "topk.mean": 1, "topk.filled": 1})
    square = np.concatenate([np.eye(2), -np.eye(2)])
    antipodal = dictionary_capacity.measure(shown(square, [1, 1, 1, 1]))
    assert numbers(antipodal) == pytest.approx({"topk.number": 4, "topk.mean": 1 / 2, "topk.filled": 1})
    crowded = dictionary_capacity.measure(shown(np.repeat(np.eye(2, 4), 2, axis=0), [1, 1, 1, 1]))
    assert numbers(crowded) == pytest.approx({"topk.number": 4, "topk.mean": 1 / 2, "topk.filled": 1 / 2})


def test_dead_directions_take_no_dimension() -> None:
    without = dictionary_capacity.measure(shown(simplex(4), [1, 1, 1, 1]))
    dead = dictionary_capacity.measure(shown(np.concatenate([simplex(4), np.ones((3, 4))]), [1, 1, 1, 1, 0, 0, 0]))
    assert numbers(dead) == numbers(without)


@given(st.integers(0, 1000))
@settings(max_examples=20)
def test_capacity_ignores_rotation_and_order(seed: int) -> None:
    found = two_dictionaries(seed)["topk"]
    order = np.random.default_rng(seed).permutation(len(found.activity))
    expected = dictionary_capacity.measure(shown(found.directions, found.activity))
    turned = shown((found.directions @ rotation(seed, 8))[order], found.activity[order])
    assert numbers(dictionary_capacity.measure(turned)) == pytest.approx(numbers(expected), rel=1e-5)


@pytest.mark.parametrize("metric", METRICS)
def test_without_autoencoders_the_layer_is_named(metric: Any) -> None:
    with pytest.raises(InputError, match=r"layer avgpool: \w+ needs autoencoders of the layer, and there are none"):
        metric.measure(replace(activations(), dictionaries={}))


def test_each_round_and_layer_gets_its_own(tmp_path: Path) -> None:
    whole = [("topk", "avgpool", 1), ("l1", "avgpool", 1), ("topk", "layer4.1.conv2", 1), ("topk", "avgpool", 2)]
    found = [two_dictionaries(seed)["topk"] for seed in range(len(whole))]
    paths = [
        write_autoencoder(tmp_path / f"{n}.h5", one, kind, layer, round_)
        for n, (one, (kind, layer, round_)) in enumerate(zip(found, whole, strict=True))
    ]
    place = {"dataset": "digits", "arm": "baseline", "seed": 0}
    first = dictionaries.of_layer(paths, {**place, "round": 1, "layer": "avgpool"})
    second = dictionaries.of_layer(paths, {**place, "round": 2, "layer": "avgpool"})
    assert list(first) == ["topk", "l1"] and list(second) == ["topk"]
    for read, written in ((first["topk"], found[0]), (first["l1"], found[1]), (second["topk"], found[3])):
        assert np.array_equal(read.directions, written.directions) and np.array_equal(read.activity, written.activity)
        assert (read.explained, read.active) == (written.explained, written.active)
    assert dictionaries.of_layer(paths, {**place, "round": 3, "layer": "avgpool"}) == {}


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def without_activity(path: Path) -> None:
    with h5py.File(path, "r+") as file:
        del file["activity"]


def without_attributes(path: Path) -> None:
    with h5py.File(path, "r+") as file:
        del file.attrs["explained"]


@pytest.mark.parametrize("damage", [cut, without_activity, without_attributes, Path.unlink])
def test_damaged_files_are_refused_by_name(damage: Callable[[Path], None], tmp_path: Path) -> None:
    path = write_autoencoder(tmp_path / "a.h5", two_dictionaries()["topk"], "topk")
    damage(path)
    with pytest.raises(InputError, match=r"a\.h5: not a whole autoencoder file \(.+\); delete it and run again"):
        dictionaries.of_layer([path], {"round": 1, "layer": "avgpool"})


def trained(features: Path, path: Path, kind: str = "topk", code: str = CODE) -> Path:
    """Run the stage."""
    chosen = {"written_by": code, "kind": kind, "layer": "avgpool", "options": SETTINGS, "code": "c"}
    autoencode.run(features=features, **chosen, autoencoder=path)
    return path


@pytest.mark.parametrize("kind", plan.AUTOENCODERS)
def test_the_file_holds_what_was_learned_and_the_same_bytes_each_time(kind: str, tmp_path: Path) -> None:
    features = write_features(tmp_path / "f.h5", activations(), arm="random", seed=3, round_=2)
    path, again = (trained(features, tmp_path / name, kind) for name in ("a.h5", "b.h5"))
    assert path.read_bytes() == again.read_bytes()
    learned = autoencoders.learn(activations(), kind, SETTINGS, 3, torch.device("cpu"))
    with h5py.File(path) as file:
        shapes = {name: dataset.shape for name, dataset in file.items()}
        about = {name: file.attrs[name] for name in (*tables.RUN, "study", "layer", "kind", "code", "explained")}
        assert np.array_equal(file["encoder"], learned.autoencoder.encoder.detach())
        assert np.array_equal(file["activity"], learned.activity) and np.array_equal(file["loss"], learned.losses)
    assert shapes == {
        **{"encoder": (16, 8), "decoder": (16, 8), "bias": (16,), "centre": (8,)},
        **{"median": (8,), "activity": (16,), "loss": (5,)},
    }
    place = {"dataset": "digits", "arm": "random", "seed": 3, "round": 2, "study": "s"}
    assert about == {**place, "layer": "avgpool", "kind": kind, "code": "c", "explained": learned.explained}


def test_features_of_other_code_are_refused(tmp_path: Path) -> None:
    features = write_features(tmp_path / "f.h5", activations())
    with pytest.raises(InputError, match=rf"f\.h5: written by code {CODE}, not other; delete it and run again"):
        trained(features, tmp_path / "a.h5", code="other")
    assert not (tmp_path / "a.h5").exists()


@pytest.mark.parametrize("metric", METRICS)
def test_the_measure_stage_hands_each_round_its_own(metric: Any, tmp_path: Path) -> None:
    paths = [write_features(tmp_path / f"f{round_}.h5", activations(), round_=round_) for round_ in (1, 2)]
    found = {round_: two_dictionaries(round_)["l1"] for round_ in (2, 1)}
    files = [write_autoencoder(tmp_path / f"a{round_}.h5", found[round_], "l1", round_=round_) for round_ in found]
    chosen = {"metric": metric.__name__.rpartition(".")[2], "layers": ["avgpool"], "limits": Measures()}
    measure.run(features=paths, written_by=CODE, autoencoders=files, **chosen, table=tmp_path / "m.tsv")
    table = tables.read(tmp_path / "m.tsv")
    for round_, one in found.items():
        rows = table[(table["round"] == round_) & table["at"].isna()]
        expected = numbers(metric.measure(replace(activations(), dictionaries={"l1": one})))
        assert dict(zip(rows["quantity"], rows["value"], strict=True)) == pytest.approx(expected)
