"""What is measured of toy models, on weights whose geometry is known, and the file that keeps them."""

from itertools import product
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from pandas import DataFrame
from pandas.testing import assert_frame_equal

from superposition.errors import InputError
from superposition.toys import files, measures
from superposition.toys.files import Learned, Trained
from superposition.toys.moments import VALUES
from tests.small_toys import draw, models, polygon, trained

TETRAHEDRON = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]]).T / 3**0.5
KNOWN = {
    "orthonormal": (np.eye(3), 1, 0),
    "antipodal pair": (np.array([[1.0, -1.0]]), 1 / 2, 1),
    "triangle": (polygon(3), 2 / 3, 1 / 2),
    "pentagon": (polygon(5), 2 / 5, 3 / 2),
    "tetrahedron": (TETRAHEDRON, 3 / 4, 1 / 3),
}


def of_features(weights: np.ndarray) -> DataFrame:
    """The table of features of one model with these weights [dimension, feature]."""
    dimensions, features = weights.shape
    toy = models(features=features, dimensions=dimensions, densities=[0.5])
    return measures.features(trained(toy, weights[None]))


@pytest.mark.parametrize(("weights", "share", "interference"), KNOWN.values(), ids=list(KNOWN))
@pytest.mark.parametrize("length", [1, 0.3])
def test_dimensionality_and_interference_of_known_shapes(
    weights: np.ndarray, share: float, interference: float, length: float
) -> None:
    """D ignores the weights' length, interference goes with its square."""
    found = of_features(weights * length)
    assert found["dimensionality"].to_numpy() == pytest.approx(share, abs=1e-5)
    assert found["interference"].to_numpy() == pytest.approx(interference * length**2, abs=1e-5)
    assert found["norm"].to_numpy() == pytest.approx(length, abs=1e-6)


def test_a_feature_without_weights_has_no_dimension_and_no_interference() -> None:
    found = of_features(np.array([[1.0, 0, 0], [0, 0, 2]]))
    assert found["dimensionality"].tolist() == [1, 0, 1]
    assert found["interference"].tolist() == [0, 0, 0]


def test_interference_is_summed_one_feature_at_a_time() -> None:
    weights = np.random.default_rng(0).normal(size=(4, 3, 7))
    found = measures.interference(weights)
    for model, feature in product(range(4), range(7)):
        columns = weights[model].T
        unit = columns[feature] / np.linalg.norm(columns[feature])
        expected = sum((unit @ other) ** 2 for number, other in enumerate(columns) if number != feature)
        assert found[model, feature] == pytest.approx(expected)


def test_what_is_measured_of_a_model() -> None:
    weights = np.array(
        [
            [[1, -1, 0, 0], [0, 0, 0.6, 0.4]],
            [[1, 0, 0, 0], [0, 1, 0, 0]],
            [[2, 0, 0, 0], [0, 0, 0, 0]],
        ]
    )
    toy = models(features=4, dimensions=2, densities=[0.5, 0.2, 0.1])
    found = measures.models(trained(toy, weights), toy)
    assert found["represented"].tolist() == [3, 2, 1]
    assert found["dimensions_per_feature"].to_numpy() == pytest.approx([2 / 2.52, 1, 1 / 2])
    assert found["largest_overlap"].to_numpy() == pytest.approx([1, 0, 0])
    assert found["filled"].to_numpy() == pytest.approx([1, 1, 1 / 2])
    assert found["density"].tolist() == [0.5, 0.2, 0.1]


@pytest.mark.parametrize("values", VALUES)
@pytest.mark.parametrize("target", ["identity", "absolute"])
def test_answering_the_mean_costs_the_variance(values: str, target: str) -> None:
    toy = models(values=values, target=target, densities=[0.7, 0.1], decay=0.8, importance={"at": [0.5]})
    made = trained(toy, np.ones((2, 2, 6)))
    variance = measures.variance(toy, made.densities)
    samples = draw(made.densities, 100_000, values=values).numpy()
    samples = np.abs(samples) if target == "absolute" else samples
    assert variance == pytest.approx(samples.var(axis=1), rel=0.05, abs=3e-3)
    found = measures.models(trained(toy, np.ones((2, 2, 6)), variance), toy)
    assert found["loss_over_mean"].to_numpy() == pytest.approx(1, abs=1e-6)
    assert found["loss"].to_numpy() == pytest.approx((0.5 ** np.arange(6) * variance).sum(axis=1), rel=1e-5)


def test_features_have_a_row_each_in_the_order_of_models() -> None:
    toy = models(features=3, dimensions=2, densities=[0.5, 0.2], decay=0.5, importance={"at": [0.5]}, seeds=[4])
    errors = np.arange(6, dtype=np.float32).reshape(2, 3)
    made = trained(toy, np.arange(12).reshape(2, 2, 3), errors)
    found = measures.features(made._replace(models=made.models._replace(bias=-errors)))
    assert found["feature"].tolist() == [1, 2, 3] * 2
    assert found["density"].tolist() == [0.5] * 3 + [0.2] * 3 and found["seed"].tolist() == [4] * 6
    assert found["density_of_feature"].to_numpy() == pytest.approx([0.5, 0.25, 0.125, 0.2, 0.1, 0.05])
    assert found["importance_of_feature"].tolist() == [1, 0.5, 0.25] * 2
    assert found["error"].tolist() == [0, 1, 2, 3, 4, 5] and (found["bias"] == -found["error"]).all()
    assert found["norm"].to_numpy() == pytest.approx(np.linalg.norm(made.models.encoder, axis=1).ravel())
    assert measures.features(made)["bias"].tolist() == [0] * 6


@pytest.mark.parametrize(
    ("weights", "corners"),
    [
        (polygon(5), 5),
        (0.7 * polygon(3)[:, ::-1], 3),
        (np.hstack([polygon(4), 0.1 * polygon(3)]), 4),
        (polygon(2), 0),
        (polygon(5)[:, :4], 0),
        (polygon(5) * [1, 1, 1, 1, 0.7], 0),
        (np.zeros((2, 4)), 0),
    ],
    ids=["pentagon", "triangle", "square", "pair", "a corner missing", "a corner short", "nothing"],
)
def test_polygons_are_known_whatever_features_are_dropped(weights: np.ndarray, corners: int) -> None:
    angle = 0.4
    turned = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) @ weights
    assert measures.polygon(turned) == measures.polygon(weights) == corners


@pytest.mark.parametrize("parts", [(), ("decoder",), ("bias",), ("decoder", "bias")])
def test_files_give_back_what_was_written(tmp_path: Path, parts: tuple[str, ...]) -> None:
    random = np.random.default_rng(0)
    shapes: dict[str, Any] = {"encoder": (2, 3, 4), "errors": (2, 4), "decoder": (2, 3, 4), "bias": (2, 4)}
    arrays = {
        name: random.random(shape).astype(np.float32)
        for name, shape in shapes.items()
        if name in ("encoder", "errors", *parts)
    }
    rows = DataFrame({"seed": [3, 1], "arm": ["random", "nan"], "density": [0.1, 1.0], "activation": ["relu", "1"]})
    made = Trained(Learned(**arrays), rows, *random.random((2, 2, 4)).astype(np.float32))
    path = tmp_path / "toys" / "models.h5"
    files.write(path, made, {"study": "s", "code": "abc"})
    found = files.read(path)
    for name, array in found.models._asdict().items():
        assert (array is None) == (name not in arrays)
        assert array is None or (np.array_equal(array, arrays[name]) and array.dtype == np.float32)
    assert_frame_equal(found.rows, rows)
    assert np.array_equal(found.densities, made.densities) and np.array_equal(found.importances, made.importances)
    assert [item.name for item in path.parent.iterdir()] == ["models.h5"]
    with h5py.File(path) as file:
        assert dict(file.attrs) == {"study": "s", "code": "abc"}


@pytest.mark.parametrize("lost", ["the end", "encoder", "models", "densities"])
def test_a_damaged_file_is_named(tmp_path: Path, lost: str) -> None:
    path = tmp_path / "models.h5"
    files.write(path, trained(models(), np.ones((2, 2, 6))), {})
    if lost == "the end":
        path.write_bytes(path.read_bytes()[:-100])
    else:
        with h5py.File(path, "a") as file:
            del file[lost]
    with pytest.raises(InputError, match=f"^{path}: not a whole file of toy models .*delete it and run again"):
        files.read(path)
