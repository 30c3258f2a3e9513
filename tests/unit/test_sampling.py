"""Samples of large splits: which are drawn, and how well measures say how far off they may be."""

from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from superposition import tables
from superposition.activations import Activations
from superposition.config import Measures
from superposition.errors import InputError
from superposition.metrics import cosine, intrinsic_dimension, silhouette
from superposition.sampling import sampled
from superposition.stages import measure
from tests.small_results import CODE, activations, write_features

LIMITS = Measures(exact_up_to=299, sample=100)
ERROR = ".standard_error"


def drawn_ids(shown: Activations) -> list[int]:
    """Ids of the samples that stand for all."""
    rows = sampled(shown, LIMITS).sample
    assert rows is not None
    return shown.ids[rows].tolist()


def test_only_what_is_beyond_the_limit_is_sampled() -> None:
    assert sampled(activations(n=299), LIMITS).sample is None
    assert len(set(drawn_ids(activations(n=300)))) == 100


def test_no_more_are_drawn_than_there_are() -> None:
    rows = sampled(activations(n=120), Measures(exact_up_to=110, sample=200)).sample
    assert rows is not None and sorted(rows) == list(range(120))


def test_the_same_ids_give_the_same_samples_whatever_their_order() -> None:
    shown = activations(n=300)
    order = np.random.default_rng(0).permutation(300)
    fields = {name: getattr(shown, name)[order] for name in ("values", "logits", "labels", "ids")}
    assert drawn_ids(replace(shown, **fields)) == drawn_ids(activations(seed=1, n=300)) == drawn_ids(shown)
    assert drawn_ids(replace(shown, ids=shown.ids + 1)) == [id_ + 1 for id_ in drawn_ids(shown)]


def test_samples_are_drawn_evenly() -> None:
    taken = np.zeros(300)
    for first in range(0, 300, 3):  # as many lists of ids, each beginning elsewhere
        ids = (np.arange(300) + first) % 300
        taken[drawn_ids(replace(activations(n=300), ids=ids))] += 1
    assert taken.sum() == 100 * 100 and taken.std() < 100


@pytest.mark.parametrize("metric", [cosine, silhouette, intrinsic_dimension])
def test_standard_errors_say_how_far_off_samples_are(metric: ModuleType) -> None:
    shown, random = activations(n=1000, units=16, classes=5), np.random.default_rng(0)
    exact = metric.measure(shown)
    draws = [metric.measure(replace(shown, sample=random.permutation(1000)[:500])) for _ in range(100)]
    errors = sorted(draws[0].keys() - exact.keys())
    assert errors and all(name.endswith(ERROR) for name in errors)
    for error in errors:
        name = error.removesuffix(ERROR)
        off = np.array([abs(draw[name] - exact[name]) / draw[error] for draw in draws])
        assert off.max() < 4, name
        assert np.mean(off < 1.96) == pytest.approx(0.95, abs=0.065), name  # three standard errors of 100 draws


def test_what_costs_no_pairs_stays_exact() -> None:
    shown = activations(n=300)
    some = replace(shown, sample=np.arange(100))
    for metric, names in (
        (cosine, ["sample.mean", "sample.centred.mean", "sample.zero", "sample.mean_with_diagonal", "neuron.sd"]),
        (silhouette, ["cosine.mean"]),
    ):
        exact, found = metric.measure(shown), metric.measure(some)
        assert [found[name] for name in names] == [exact[name] for name in names]
        assert not {f"{name}{ERROR}" for name in names} & found.keys()


def test_a_sample_without_directions_is_refused() -> None:
    shown = activations(n=300)
    values = shown.values.copy()
    values[1:100] = 0
    needs = r"layer avgpool: cosine \(sample\) of those drawn needs two vectors that are not all zero, not 1 of 100"
    with pytest.raises(InputError, match=needs):
        cosine.measure(replace(shown, values=values, sample=np.arange(100)))


def test_neighbours_of_a_sample_are_sought_among_all() -> None:
    shown = activations(n=300)
    nearest = {intrinsic_dimension.measure(replace(shown, sample=np.arange(n)))["mle"] for n in (299, 300)}
    assert max(nearest) == pytest.approx(min(nearest), rel=0.02)


def test_a_large_split_is_sampled_and_its_errors_stand_in_the_table(tmp_path: Path) -> None:
    path = write_features(tmp_path / "f.h5", activations(n=300))
    chosen = {"written_by": CODE, "metric": "silhouette", "layers": ["avgpool"], "limits": LIMITS}
    measure.run(features=[path], autoencoders=[], **chosen, table=tmp_path / "m.tsv")
    found = tables.read(tmp_path / "m.tsv").set_index("quantity")["value"]
    assert list(found.index) == ["mean", f"mean{ERROR}", "cosine.mean"]
    assert 0 < found[f"mean{ERROR}"] < 0.1
