"""Linear CKA: closed forms, the definition with Gram matrices, invariances, and what it can't be told of."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from superposition import similarity
from superposition.activations import Activations
from superposition.errors import InputError
from superposition.spectrum import centred_singular_values, participation_ratio
from tests.small_results import activations, rotation

SEEDS = st.integers(0, 999)


def shown(values: np.ndarray) -> Activations:
    """These features, one row a sample."""
    n = len(values)
    return Activations(np.asarray(values), np.zeros((n, 2)), np.zeros(n, int), np.arange(n), "avgpool", ["a", "b"])


def compared(x: np.ndarray, y: np.ndarray) -> dict[str, float]:
    """What is said of features x and y of the same samples."""
    found = similarity.alike(*(similarity.represent(shown(values), "file") for values in (x, y)))
    return dict(zip(similarity.QUANTITIES, found, strict=True))


def by_definition(x: np.ndarray, y: np.ndarray) -> float:
    """tr(KHLH) / sqrt(tr(KHKH) tr(LHLH)), H the centring matrix (Kornblith et al. 2019, equations 3 and 4)."""
    kh, lh = (gram - gram.mean(axis=1, keepdims=True) for gram in (x @ x.T, y @ y.T))
    return float((kh * lh.T).sum() / ((kh * kh.T).sum() * (lh * lh.T).sum()) ** 0.5)


def test_features_are_like_themselves() -> None:
    values = activations().values
    assert compared(values, values) == pytest.approx({"cka": 1, "cosine_cka": 1})


@pytest.mark.parametrize("samples", [3, 60, 1500])
def test_it_is_what_gram_matrices_give(samples: int) -> None:
    """More samples than a block has, too, and units with a large mean."""
    rng = np.random.default_rng(samples)
    x, y = rng.normal(2, 1, (samples, 5)), rng.normal(100, 1, (samples, 7))
    y[:, :5] += x
    x, y = x.astype(np.float32), y.astype(np.float32)
    towards = [values / np.linalg.norm(values, axis=1, keepdims=True).astype(np.float64) for values in (x, y)]
    expected = {"cka": by_definition(*(values.astype(np.float64) for values in (x, y)))}
    assert compared(x, y) == pytest.approx({**expected, "cosine_cka": by_definition(*towards)}, rel=2e-4)


def test_of_single_units_it_is_the_squared_correlation() -> None:
    x, y = np.random.default_rng(0).normal(size=(2, 40, 1))
    assert compared(x, y)["cka"] == pytest.approx(np.corrcoef(x.T, y.T)[0, 1] ** 2)


@given(st.lists(st.floats(0.1, 3), min_size=4, max_size=4))
def test_it_weighs_directions_by_their_variances(lengths: list[float]) -> None:
    """Two axes that both features have, as long as a, b in one and c, d in the other."""
    a, b, c, d = np.square(lengths)
    axes = np.array([[1, 1], [1, -1], [-1, 1], [-1, -1]])
    found = compared(axes * np.sqrt([a, b]), axes * np.sqrt([c, d]))["cka"]
    assert found == pytest.approx((a * c + b * d) / np.sqrt((a**2 + b**2) * (c**2 + d**2)), rel=1e-5)


@given(SEEDS, st.floats(0.01, 100))
def test_rotation_scale_shift_and_order_of_units_do_not_count(seed: int, scale: float) -> None:
    x, y = activations(seed).values, activations(seed + 1).values
    shuffled = x[:, np.random.default_rng(seed).permutation(8)]
    assert compared(scale * shuffled @ rotation(seed, 8), y) == pytest.approx(compared(x, y), rel=1e-4)
    assert compared(x + scale, y)["cka"] == pytest.approx(compared(x, y)["cka"], rel=1e-4)


@given(SEEDS)
def test_both_ways_it_is_the_same_and_from_0_to_1(seed: int) -> None:
    x, y = activations(seed).values, activations(seed + 1, units=3).values
    found = compared(x, y)
    assert compared(y, x) == pytest.approx(found)
    assert all(0 <= value <= 1 for value in found.values())


@given(SEEDS)
def test_lengths_of_samples_do_not_count_for_cosines(seed: int) -> None:
    x, y = activations(seed).values, activations(seed + 1).values
    lengths = np.random.default_rng(seed).uniform(0.1, 10, (len(x), 1)).astype(np.float32)
    assert compared(lengths * x, y)["cosine_cka"] == pytest.approx(compared(x, y)["cosine_cka"], rel=1e-4)


def test_a_few_long_samples_decide_cka_alone() -> None:
    x, y = np.random.default_rng(0).normal(size=(2, 500, 8))
    assert max(compared(x, y).values()) < 0.05
    x[:5, 0], y[:5, 0] = 1000, 1000
    found = compared(x, y)
    assert found["cka"] > 0.99 and found["cosine_cka"] < 0.1


def test_chance_is_what_the_docstring_says() -> None:
    """The mean over all ways to match the samples of one with those of the other."""
    x, y = np.random.default_rng(0).normal(size=(2, 5, 3))
    p, q = (participation_ratio(np.square(centred_singular_values(values))) for values in (x, y))
    found = np.mean([compared(x, y[list(order)])["cka"] for order in permutations(range(5))])
    assert found == pytest.approx((p * q) ** 0.5 / 4)


def test_gaussians_without_anything_in_common() -> None:
    x, y = np.random.default_rng(0).normal(size=(2, 2000, 40))
    assert compared(x, y) == pytest.approx(dict.fromkeys(similarity.QUANTITIES, 40 / 2040), rel=0.05)


def test_samples_are_matched_by_id() -> None:
    one, other = activations(0), activations(1)
    order = np.random.default_rng(0).permutation(60)
    shuffled = replace(other, **{name: getattr(other, name)[order] for name in ("values", "logits", "labels", "ids")})
    first = similarity.represent(one, "a")
    expected = similarity.alike(first, similarity.represent(other, "b"))
    assert similarity.alike(first, similarity.represent(shuffled, "b")) == pytest.approx(expected)


def test_other_samples_are_refused_with_both_names() -> None:
    one = activations()
    some, others = (similarity.represent(replace(one, ids=one.ids + n), f"round{n}/features.h5") for n in (1, 2))
    with pytest.raises(InputError, match=r"round1/features.h5 and round2/features.h5: not of the same samples"):
        similarity.alike(some, others)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (np.full((5, 3), 0.1), "f.h5: layer avgpool: cka is undefined, all samples have the same features"),
        (np.zeros((5, 3)), "f.h5: layer avgpool: cka is undefined, all samples have the same features"),
        (
            np.outer([1, 2, 3], [0.1, 0]),
            "f.h5: layer avgpool: cosine_cka is undefined, all samples have the same direction",
        ),
    ],
)
def test_features_without_variation_are_refused(values: np.ndarray, message: str) -> None:
    with pytest.raises(InputError, match=message):
        similarity.represent(shown(values), "f.h5")


def test_a_sample_without_features_has_no_direction_and_is_no_error() -> None:
    values = activations().values
    values[0] = 0
    assert compared(values, values) == pytest.approx({"cka": 1, "cosine_cka": 1})
