"""The paper's readings as coded: known answers, scikit-learn's answers, invariances, maps, and what they refuse."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.manifold import TSNE
from sklearn.metrics import davies_bouldin_score, silhouette_score
from sklearn.metrics.pairwise import cosine_similarity

from superposition import store, tables
from superposition.activations import Distribution
from superposition.config import Measures
from superposition.errors import InputError
from superposition.metrics import clusters_as_coded, cosine_as_coded
from superposition.stages import measure
from tests.small_features import of_rows, turned
from tests.small_results import CODE, activations


def test_equal_images_have_cosine_one() -> None:
    found = cosine_as_coded.measure(of_rows([[1, 2], [2, 4], [3, 6]]))
    assert (found["mean"], found["sd"]) == pytest.approx((1, 0), abs=1e-6)


@pytest.mark.parametrize("n", [2, 5, 40])
def test_of_orthogonal_images_only_the_diagonal_counts(n: int) -> None:
    found = cosine_as_coded.measure(of_rows(np.diag(np.arange(1.0, n + 1)).tolist()))
    assert found["mean"] == pytest.approx(1 / n)
    assert found["sd"] == pytest.approx((1 / n * (1 - 1 / n)) ** 0.5)
    histogram = found["histogram"]
    assert isinstance(histogram, Distribution)
    assert histogram.value[[100, -1]] / 100 == pytest.approx([1 - 1 / n, 1 / n])


def test_cosines_are_those_of_scikit_learns_whole_matrix() -> None:
    shown = activations(n=300, units=20)
    shown = replace(shown, values=shown.values - np.float32(0.3))
    matrix = cosine_similarity(shown.values.astype(np.float64))
    found = cosine_as_coded.measure(shown)
    assert (found["mean"], found["sd"]) == pytest.approx((matrix.mean(), matrix.std()), abs=1e-6)
    counts, _ = np.histogram(matrix.clip(-1, 1), 200, (-1, 1))
    histogram = found["histogram"]
    assert isinstance(histogram, Distribution)
    assert np.abs(histogram.value * 0.01 * 300**2 - counts).sum() <= 8  # pairs on an edge, by rounding


@given(seed=st.integers(0, 1000), scale=st.floats(0.001, 1000))
@settings(max_examples=20, deadline=None)
def test_order_rotation_and_scale_do_not_matter(seed: int, scale: float) -> None:
    shown = activations(seed)
    expected, found = cosine_as_coded.measure(shown), cosine_as_coded.measure(turned(shown, seed, scale))
    for name in ("mean", "sd"):
        assert found[name] == pytest.approx(expected[name], abs=2e-5)


def test_cosine_needs_two_directions() -> None:
    message = r"layer layer4.1.conv2: cosine_as_coded needs two vectors that are not all zero, not 1 of 3"
    with pytest.raises(InputError, match=message):
        cosine_as_coded.measure(of_rows([[0, 0], [1, 2], [0, 0]]))


def test_clusters_are_scikit_learns_of_its_own_map() -> None:
    shown = activations(n=120, units=16)
    points = TSNE(n_components=2, random_state=42).fit_transform(shown.values)
    found = clusters_as_coded.measure(shown)
    assert found["silhouette"] == pytest.approx(silhouette_score(points, shown.labels))
    assert found["davies_bouldin"] == pytest.approx(davies_bouldin_score(points, shown.labels))


def test_clusters_take_images_in_the_order_of_the_dataset() -> None:
    shown, order = activations(), np.random.default_rng(0).permutation(60)
    known = {name: getattr(shown, name)[order] for name in ("values", "logits", "labels", "ids")}
    assert clusters_as_coded.measure(replace(shown, **known)) == clusters_as_coded.measure(shown)


def test_clusters_of_few_or_equal_images_and_of_one_class_are_refused() -> None:
    with pytest.raises(InputError, match="layer avgpool: clusters_as_coded needs more than 30 samples, not 30"):
        clusters_as_coded.measure(activations(n=30))
    clusters_as_coded.measure(activations(n=31))
    with pytest.raises(InputError, match="layer avgpool: clusters_as_coded is undefined, all samples have the same"):
        clusters_as_coded.measure(replace(activations(), values=np.ones((60, 8), np.float32)))
    with pytest.raises(InputError, match="layer avgpool: clusters_as_coded needs 2 or more classes"):
        clusters_as_coded.measure(replace(activations(), labels=np.zeros(60, np.int64)))


def test_maps_that_were_kept_are_flattened(tmp_path: Path) -> None:
    maps, layer = np.random.default_rng(0).normal(size=(40, 3, 2, 2)).astype(np.float32), cosine_as_coded.LAYERS[0]
    place = {"dataset": "digits", "arm": "a", "seed": 0, "round": 1, "code": CODE, "classes": ["a"]}
    with store.create(tmp_path / "f.h5", place) as file:
        split = file.split("test", n=40, classes=1, layers={layer: (3, 2, 2)}, dtype="float32")
        split.write(0, np.zeros((40, 1)), {layer: maps}, np.zeros(40), np.arange(40))
    found = {}
    for metric in ("cosine_as_coded", "cosine"):
        table = tmp_path / f"{metric}.tsv"
        chosen = {"written_by": CODE, "metric": metric, "layers": [layer], "limits": Measures()}
        measure.run(features=[tmp_path / "f.h5"], autoencoders=[], **chosen, table=table)
        found[metric] = tables.read(table).set_index("quantity")["value"]
    flat, averaged = (cosine_similarity(values).mean() for values in (maps.reshape(40, -1), maps.mean((2, 3))))
    assert found["cosine_as_coded"]["mean"] == pytest.approx(flat, abs=1e-6)
    assert found["cosine"]["sample.mean_with_diagonal"] == pytest.approx(averaged, abs=1e-6)
    assert abs(flat - averaged) > 0.01
