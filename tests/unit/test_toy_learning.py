"""What trained toy models learn: principal components, closed forms of small cases, the shape of published results."""

from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
from pandas import DataFrame
from sklearn.decomposition import PCA

from superposition.toys import learning, measures
from superposition.toys.autoencoders import Autoencoders
from superposition.toys.draws import Draws
from superposition.toys.files import Trained
from superposition.toys.instances import Instances
from tests.small_toys import CPU, draw, models

LINEAR: dict[str, Any] = {"activations": ["linear"], "steps": 800, "batch_size": 256}


def projector(rows: np.ndarray) -> np.ndarray:
    """Onto the space of `rows` [row, feature]."""
    basis = np.linalg.svd(rows, full_matrices=False)[2]
    return basis.T @ basis


@pytest.mark.parametrize(
    "changes",
    [
        {"densities": [0.9], "decay": 0.6},
        {"densities": [0.3], "occurrence": ["correlated"], "dimensions": 3},
        {"densities": [0.4], "decay": 0.7, "values": "normal", "tied": False, "dimensions": 3},
        {"densities": [0.5], "decay": 0.6, "values": "symmetric", "bias": False},
    ],
    ids=["falling densities", "correlated", "untied", "without bias"],
)
def test_a_linear_model_learns_the_principal_components(changes: dict[str, Any]) -> None:
    toy = models(**LINEAR, **changes)
    found = learning.learn(toy, CPU)
    densities = found.densities[:1]
    samples = draw(densities, 100_000, values=toy.values, occurrences=toy.occurrence, group=toy.group)[0].numpy()
    components = PCA(toy.dimensions).fit(samples)
    weights = found.models.encoder[0]
    assert np.abs(projector(weights) - projector(components.components_)).max() < 0.1
    answers = weights.T @ (weights if found.models.decoder is None else found.models.decoder[0])
    assert np.abs(answers - projector(components.components_)).max() < 0.1
    left_out = np.trace(np.cov(samples.T)) - components.explained_variance_.sum()
    assert found.models.errors.sum() == pytest.approx(left_out, rel=0.05)


def test_a_linear_model_of_independent_features_loses_the_variances_that_it_leaves_out() -> None:
    toy = models(**LINEAR, densities=[0.9, 0.5], decay=0.6, seeds=[0, 3])
    found = learning.learn(toy, CPU)
    variances = measures.variance(toy, found.densities)
    expected = np.sort(variances)[:, : -toy.dimensions].sum(axis=1)
    assert measures.models(found, toy)["loss"].to_numpy() == pytest.approx(expected, rel=0.03)
    assert found.models.errors[:, -1] == pytest.approx(variances[:, -1], rel=0.1)


@cache
def pair(density: float, importance: float = 0.7) -> tuple[Trained, DataFrame]:
    """Two features in one dimension, the second less important: models of several seeds."""
    toy = models(
        features=2,
        dimensions=1,
        densities=[density],
        importance={"shape": "last", "at": [importance]},
        seeds=[0, 1, 2, 3],
        steps=1000,
        batch_size=1024,
    )
    found = learning.learn(toy, CPU)
    return found, measures.models(found, toy)


def test_two_dense_features_in_one_dimension_are_not_packed_and_the_lesser_is_dropped() -> None:
    found, summary = pair(1)
    assert summary["represented"].tolist() == [1] * 4
    assert np.abs(found.models.encoder[:, 0]) == pytest.approx(np.tile([1, 0], (4, 1)), abs=0.05)
    assert summary["loss"].to_numpy() == pytest.approx(np.full(4, 0.7 * (1 / 3 - 1 / 4)), rel=0.03)


def test_two_rare_features_in_one_dimension_are_antipodal() -> None:
    """In the best model: some starts stay where they are, as they do in Elhage et al. 2022."""
    q = 0.05
    found, summary = pair(q)
    best = int(summary["loss"].argmin())
    first, second = found.models.encoder[best, 0]
    assert first * second == pytest.approx(-1, abs=0.1) and summary["represented"][best] == 2
    assert measures.features(found).query(f"index // 2 == {best}")["dimensionality"].tolist() == pytest.approx(
        [0.5] * 2, abs=0.01
    )
    assert summary["loss"][best] < 0.7 * (q / 3 - q**2 / 4) / 3


@pytest.mark.parametrize("q", [0.05, 0.3, 1])
def test_errors_of_fixed_weights_are_those_of_closed_forms(q: float) -> None:
    """An antipodal pair: only both at once are confused. A feature that is dropped: its variance, with a bias."""
    pair, dropped = [[1.0, -1.0]], [[1.0, 0.0]]
    made = Autoencoders(torch.tensor([pair, dropped]), None, bias=True, activations=["relu"] * 2, hidden=["linear"] * 2)
    assert made.bias is not None
    made.bias[1, 0, 1] = q / 2
    densities = np.full((1, 2), q, np.float32)
    draws = Draws(densities, [0], purpose="test", copies=2, device=CPU)
    both, one = learning.unseen_errors(made, draws).tolist()
    assert both == pytest.approx([q**2 / 6] * 2, rel=0.1 if q < 0.1 else 0.03)
    assert one == pytest.approx([0, q / 3 - q**2 / 4], rel=0.03)


@pytest.mark.parametrize(("target", "error"), [("absolute", 0), ("identity", 2)])
def test_errors_are_measured_to_the_target(target: str, error: float) -> None:
    """Of models that answer 1 to features that are -1 or 1."""
    made = Autoencoders(torch.zeros(1, 1, 2), None, bias=True, activations=["linear"], hidden=["linear"])
    assert made.bias is not None
    made.bias += 1
    draws = Draws(np.ones((1, 2), np.float32), [0], purpose="test", values="sign", device=CPU)
    assert learning.unseen_errors(made, draws, target).numpy() == pytest.approx(error, abs=0.02)


def test_an_absolute_value_takes_two_hidden_units() -> None:
    """|x| = relu(x) + relu(-x), so of two features in four dimensions nothing is lost."""
    toy = models(
        features=2,
        dimensions=4,
        densities=[0.5],
        values="symmetric",
        target="absolute",
        tied=False,
        hidden=["linear", "relu"],
        seeds=[0, 1, 2],
        steps=800,
    )
    without, rectified = measures.models(learning.learn(toy, CPU), toy)["loss_over_mean"].to_numpy().reshape(2, 3)
    assert without.min() > 0.5 and rectified.min() < 0.02


def test_rectified_models_pack_the_more_features_the_rarer_they_are_and_linear_ones_do_not() -> None:
    """The shape of what Xiang 2024 reports."""
    toy = models(
        features=40,
        dimensions=5,
        densities=[0.9, 0.5, 0.1],
        importance={"shape": "linear", "at": [0.1]},
        activations=["linear", "relu"],
        steps=1200,
        batch_size=256,
        lr=5e-3,
    )
    found = measures.models(learning.learn(toy, CPU), toy).set_index(["activation", "density"])
    linear, relu = found.loc["linear"], found.loc["relu"]
    assert linear["represented"].between(5, 6).all()
    assert relu["represented"].is_monotonic_increasing and relu["represented"].nunique() == 3
    assert relu["represented"][0.1] >= 12
    assert relu["loss_over_mean"][0.1] < 0.65 and linear["loss_over_mean"].between(0.75, 0.82).all()
    assert relu["largest_overlap"][0.1] > 0.5 > linear["largest_overlap"].max()


def test_five_rare_features_in_the_plane_are_a_pentagon_in_every_seed() -> None:
    toy = models(features=5, densities=[0.05, 0.02], seeds=[0, 1, 2, 3, 4], lr=3e-3, steps=3000, batch_size=512)
    found = learning.learn(toy, CPU)
    assert set(measures.models(found, toy)["polygon"]) == {5}
    assert measures.features(found)["dimensionality"].to_numpy() == pytest.approx(2 / 5, abs=0.02)


def test_the_same_settings_give_the_same_bits() -> None:
    toy = models(seeds=[0, 1], activations=["linear", "relu"])
    first, again = (learning.learn(toy, CPU) for _ in range(2))
    assert np.array_equal(first.models.encoder, again.models.encoder)
    assert np.array_equal(first.models.errors, again.models.errors)
    assert first.rows.equals(again.rows)


@pytest.mark.parametrize(
    "more",
    [
        {"seeds": [0, 5]},
        {"densities": [0.9, 0.3]},
        {"activations": ["linear", "relu"]},
        {"hidden": ["relu", "linear"]},
        {"importance": {"at": [0.5, 0.8]}},
    ],
)
def test_other_models_of_a_toy_change_nothing(more: dict[str, Any]) -> None:
    alone = models(densities=[0.3], importance={"at": [0.8]}, steps=50)
    together = models(**{"densities": [0.3], "importance": {"at": [0.8]}, "steps": 50, **more})
    expected, found = learning.learn(alone, CPU), learning.learn(together, CPU)
    row = found.rows.merge(expected.rows.assign(there=True), how="left")["there"].fillna(False).astype(bool).to_numpy()
    assert row.sum() == 1 and len(row) == 2
    assert found.models.encoder[row] == pytest.approx(expected.models.encoder, abs=1e-5)
    assert found.models.errors[row] == pytest.approx(expected.models.errors, abs=1e-5)
    assert np.array_equal(found.densities[row], expected.densities)
    assert np.array_equal(found.importances[row], expected.importances)
    assert np.abs(found.models.encoder[0] - found.models.encoder[1]).max() > 1e-3


def test_models_of_a_seed_begin_alike_with_the_variance_of_glorot() -> None:
    weights = learning.first_weights([0, 1, 0], 30, 70, "toy weights")
    assert np.array_equal(weights[0], weights[2]) and not np.array_equal(weights[0], weights[1])
    assert weights.var() == pytest.approx(2 / 100, rel=0.05)
    assert not np.array_equal(weights, learning.first_weights([0, 1, 0], 30, 70, "toy decoder"))


def test_unseen_samples_are_not_those_trained_on(monkeypatch: pytest.MonkeyPatch) -> None:
    purposes: list[str] = []
    draws = learning.Draws
    monkeypatch.setattr(
        learning, "Draws", lambda *given, **more: purposes.append(more["purpose"]) or draws(*given, **more)
    )
    learning.learn(models(steps=1), CPU)
    assert len(purposes) == len(set(purposes)) == 2


def test_models_of_all_seeds_are_measured_on_the_same_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that equal models have equal errors: without a gradient, weights of 0 stay there."""
    monkeypatch.setattr(learning, "first_weights", lambda seeds, *_: np.zeros((len(seeds), 2, 6), np.float32))
    found = learning.learn(models(bias=False, densities=[0.5], seeds=[4, 1, 0]), CPU)
    assert (found.models.errors == found.models.errors[0]).all()
    assert found.models.errors == pytest.approx(0.5 / 3, rel=0.02)


@pytest.mark.parametrize(
    ("shape", "at", "expected"),
    [
        ("geometric", 0.5, [1, 0.5, 0.25, 0.125]),
        ("linear", 0.1, [1, 0.7, 0.4, 0.1]),
        ("last", 3, [1, 1, 1, 3]),
    ],
)
def test_importances_have_their_shape(shape: str, at: float, expected: list[float]) -> None:
    toy = models(features=4, importance={"shape": shape, "at": [at]}, decay=0.5, densities=[0.8])
    assert Instances(toy).importances == pytest.approx(np.array([expected]))
    assert Instances(toy).densities == pytest.approx(np.array([[0.8, 0.4, 0.2, 0.1]]))


def test_rows_name_every_combination_and_arrays_follow_them() -> None:
    toy = models(
        densities={"start": 1, "stop": 0.01, "points": 3},
        importance={"shape": "last", "at": [1, 2]},
        activations=["relu", "linear"],
        hidden=["linear", "relu"],
        occurrence=["independent", "correlated"],
        seeds=[3, 1],
    )
    instances = Instances(toy)
    assert len(instances.rows) == len(set(instances.rows)) == 96 and instances.draws == 12
    assert instances.rows[0] == ("relu", "linear", 1, "independent", 1, 3, 1)
    assert instances.rows[-1] == ("linear", "relu", 2, "correlated", 0.01, 1, 2)
    assert instances.densities[:, 0] == pytest.approx(instances.frame["density"].to_numpy())
    assert instances.importances[:, -1] == pytest.approx(instances.frame["importance"].to_numpy())
