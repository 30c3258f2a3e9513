"""What every metric keeps to, whatever it measures."""

import ast
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from superposition import headlines, plugins
from superposition.activations import Activations, Distribution, Quantities
from superposition.errors import InputError
from tests.small_dictionaries import two_dictionaries
from tests.small_results import activations

METRICS = plugins.names("metric")
AS_CODED = "clusters_as_coded"
"""Measures a t-SNE map, in which rounding grows: it breaks what every other measure keeps to."""


def measured(metric: str, shown: Activations) -> Quantities:
    """The metric's answer, with the same activations for every split that it needs, and dictionaries if it asks."""
    declared = plugins.declared("metric", metric)
    if "autoencoder" in declared.get("ASKS", ()) and not shown.dictionaries:
        shown = replace(shown, dictionaries=two_dictionaries())
    answer: Quantities = plugins.load("metric", metric).measure(*[shown] * len(declared.get("NEEDS", ("test",))))
    return answer


def flat(quantities: Quantities) -> dict[str, np.ndarray]:
    """All numbers as arrays, by name."""
    return {
        name: np.array(value.value if isinstance(value, Distribution) else value) for name, value in quantities.items()
    }


@pytest.fixture(params=METRICS)
def metric(request: pytest.FixtureRequest) -> str:
    """Each metric in turn."""
    return str(request.param)


def test_docstring_has_a_summary_and_more(metric: str) -> None:
    source = Path(plugins.load("metric", metric).__file__ or "").read_text(encoding="utf-8")
    summary, _, rest = (ast.get_docstring(ast.parse(source)) or "").partition("\n\n")
    assert summary.endswith(".") and "\n" not in summary
    assert rest


def test_declares_known_splits_and_layers(metric: str) -> None:
    declared = plugins.declared("metric", metric)
    assert set(declared.get("NEEDS", ("test",))) <= {"test", "train"}
    assert all(isinstance(layer, str) for layer in declared.get("LAYERS", ()))
    assert declared.get("MAPS", "mean") in ("mean", "flat")
    assert declared.get("ASKS", ()) in ((), ("autoencoder",))
    assert not {"ASKS", "LAYERS"} <= declared.keys(), "only the study's layers have autoencoders"
    assert set(declared.get("HEADLINE", ())) <= set(measured(metric, activations()))


def test_gives_finite_numbers(metric: str) -> None:
    quantities = measured(metric, activations())
    assert quantities
    for name, value in quantities.items():
        if isinstance(value, Distribution):
            assert value.at.shape == value.value.shape and value.at.ndim == 1, name
            assert np.all(np.diff(value.at) > 0) and np.isfinite(value.value).all(), name
        else:
            assert type(value) is float and np.isfinite(value), name


def test_leaves_its_input_alone(metric: str) -> None:
    shown, before = activations(), activations()
    measured(metric, shown)
    for name in ("values", "logits", "labels", "ids"):
        assert np.array_equal(getattr(shown, name), getattr(before, name))


def test_says_the_same_twice_and_whatever_the_order_of_samples(metric: str) -> None:
    shown = activations()
    order = np.random.default_rng(1).permutation(len(shown.ids))
    fields = {name: getattr(shown, name)[order] for name in ("values", "logits", "labels", "ids")}
    first, again, shuffled = (flat(measured(metric, a)) for a in (shown, shown, replace(shown, **fields)))
    for name, value in first.items():
        assert np.array_equal(value, again[name]), name
        assert np.allclose(value.sum(), shuffled[name].sum(), atol=1e-5), name


def test_does_not_care_how_classes_and_units_are_numbered(metric: str) -> None:
    if metric == AS_CODED:
        pytest.skip("another order of the units rounds in another way, and gives another map")
    shown, new = activations(), np.array([2, 0, 1])
    old = np.argsort(new)
    assert shown.head is not None and shown.weights is not None
    renamed = replace(
        shown,
        labels=new[shown.labels],
        logits=shown.logits[:, old],
        values=shown.values[:, ::-1],
        head=shown.head[old, ::-1],
        weights=shown.weights[::-1],
        dictionaries={
            kind: found._replace(directions=found.directions[::-1, ::-1], activity=found.activity[::-1])
            for kind, found in two_dictionaries().items()
        },
    )
    expected, found = flat(measured(metric, shown)), flat(measured(metric, renamed))
    for name, value in expected.items():
        assert np.allclose(value.sum(), found[name].sum(), atol=1e-5), name


def test_a_sample_brings_standard_errors_which_are_no_headlines(metric: str) -> None:
    shown = activations()
    exact, *both = (measured(metric, replace(shown, sample=sample)) for sample in (None, np.arange(60), np.arange(40)))
    errors = both[0].keys() - exact.keys()
    assert both[0].keys() == both[1].keys()
    for name in exact:
        assert np.allclose(flat(both[0])[name], flat(exact)[name], atol=1e-5), name
    for name in errors:
        assert name.removesuffix(".standard_error") in exact and not headlines.is_headline(metric, name)
        assert both[0][name] == 0 and type(both[1][name]) is float and 0 < both[1][name] < np.inf, name


@pytest.mark.parametrize(
    "broken",
    [
        {"labels": np.zeros(60, np.int64)},
        {"values": np.zeros((60, 8), np.float32)},
        {"values": np.full((60, 8), 0.1, np.float32)},
    ],
    ids=["single-class", "zero", "constant"],
)
def test_what_cannot_be_measured_gives_numbers_or_names_the_layer(metric: str, broken: dict[str, np.ndarray]) -> None:
    shown = replace(activations(), **broken)
    try:
        assert all(np.isfinite(value).all() for value in flat(measured(metric, shown)).values())
    except InputError as error:
        assert "layer avgpool" in str(error)
