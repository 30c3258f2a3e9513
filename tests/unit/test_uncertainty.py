"""Strategies that take what one network is least sure of: known answers, scikit-activeml, and exact arithmetic."""

from collections.abc import Callable
from decimal import Decimal, localcontext
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skactiveml.pool import uncertainty_scores

from superposition import plugins, uncertainty
from superposition.selection import Pool

SCORES = {
    "least_confidence": uncertainty.log_error,
    "margin": uncertainty.log_closeness,
    "ratio": uncertainty.log_ratio,
    "entropy": uncertainty.log_entropy,
}
FOREIGN = {
    "least_confidence": partial(uncertainty_scores, method="least_confident"),
    "margin": partial(uncertainty_scores, method="margin_sampling"),
    "entropy": partial(uncertainty_scores, method="entropy"),
}
PLAIN: dict[str, Callable[[list[Decimal]], Decimal]] = {
    "least_confidence": lambda p: 1 - p[0],
    "margin": lambda p: 1 - (p[0] - p[1]),
    "ratio": lambda p: p[1] / p[0],
    "entropy": lambda p: -sum(value * value.ln() for value in p),
}
"""By definition, of probabilities in descending order."""


def logits_of(probabilities: list[list[float]]) -> np.ndarray:
    """Logits whose softmax is these; shifted, which must not matter."""
    return np.log(np.array(probabilities, np.float32)) + 3


def random_logits(samples: int, classes: int, spread: float) -> np.ndarray:
    """float32 [sample, class] around zero."""
    return (spread * np.random.default_rng(0).normal(size=(samples, classes))).astype(np.float32)


def scores(name: str, logits: np.ndarray) -> np.ndarray:
    """A strategy's score of every sample."""
    rows, values = plugins.load("strategy", name).choose(
        Pool(np.arange(len(logits)), logits), len(logits), np.random.default_rng(0)
    )
    return values[np.argsort(rows)]


def exact(name: str, logits: np.ndarray) -> float:
    """One sample's score by definition, in 300 digits."""
    with localcontext(prec=300):
        weights = sorted((Decimal(float(logit)).exp() for logit in logits), reverse=True)
        return float(PLAIN[name]([weight / sum(weights) for weight in weights]))


@pytest.fixture(params=SCORES)
def name(request: pytest.FixtureRequest) -> str:
    """Each strategy in turn."""
    return str(request.param)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("least_confidence", [0.5, 0.4, 2 / 3, 0.1]),
        ("margin", [0.8, 0.8, 1, 0.2]),
        ("ratio", [0.6, 2 / 3, 1, 1 / 9]),
        ("entropy", [1.029653, 0.673012, 1.098612, 0.325083]),
    ],
)
def test_scores_of_known_probabilities(name: str, expected: list[float]) -> None:
    none = 1e-30
    known = logits_of([[0.5, 0.3, 0.2], [none, 0.4, 0.6], [1 / 3, 1 / 3, 1 / 3], [0.1, none, 0.9]])
    assert scores(name, known) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("least_confidence", [0, 1, 2]), ("margin", [1, 2, 0]), ("ratio", [2, 1, 0]), ("entropy", [0, 1, 2])],
)
def test_takes_the_most_uncertain_first(name: str, expected: list[int]) -> None:
    flat_below, middling, two_left = [0.4, 0.2, 0.2, 0.2], [0.42, 0.38, 0.1, 0.1], [0.521, 0.477, 0.001, 0.001]
    pool = Pool(np.arange(3), logits_of([flat_below, middling, two_left]))
    assert plugins.load("strategy", name).choose(pool, 3, np.random.default_rng(0)).rows.tolist() == expected


@pytest.mark.parametrize("classes", [2, 10, 200])
@pytest.mark.parametrize("spread", [0.01, 1, 4])
@pytest.mark.parametrize("name", FOREIGN)
def test_scores_equal_scikit_activeml(name: str, spread: float, classes: int) -> None:
    logits = random_logits(500, classes, spread)
    probabilities = np.exp(logits.astype(np.float64))
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    assert scores(name, logits) == pytest.approx(FOREIGN[name](probabilities), abs=1e-6)


@pytest.mark.parametrize("spread", [0.001, 1, 10, 100])
def test_scores_are_exact_however_certain_a_sample_is(name: str, spread: float) -> None:
    logits = random_logits(20, 5, spread)
    expected = [exact(name, row) for row in logits]
    assert scores(name, logits) == pytest.approx(expected, rel=1e-6, abs=0)
    assert spread < 100 or min(expected) < 1e-30


@given(gap=st.floats(0.0625, 1e4, width=32))
@pytest.mark.parametrize("name", SCORES)
def test_order_is_kept_down_to_the_last_bit_of_the_logits(name: str, gap: float) -> None:
    gaps = np.array([np.nextafter(np.float32(gap), np.float32(np.inf)), gap], np.float32)
    logits = np.array([[0, gap, -1, -3] for gap in gaps], np.float32)
    chosen = plugins.load("strategy", name).choose(Pool(np.arange(2), logits), 2, np.random.default_rng(0))
    assert chosen.rows.tolist() == [1, 0]


@pytest.mark.parametrize("size", [1e4, 1e30])
def test_scores_are_finite_for_huge_logits(name: str, size: float) -> None:
    assert np.isfinite(scores(name, random_logits(100, 10, size))).all()


def test_one_class_leaves_no_doubt(name: str) -> None:
    assert scores(name, random_logits(5, 1, 1)).tolist() == [0] * 5


def test_neither_a_shift_nor_the_order_of_classes_matters(name: str) -> None:
    logits = random_logits(100, 7, 2) // 2**-6 * 2**-6  # so that the sums below are exact
    expected = scores(name, logits)
    assert scores(name, logits[:, ::-1]) == pytest.approx(expected, rel=1e-6)
    for shift in (-4096, 4096):
        assert scores(name, logits + np.float32(shift)).tolist() == expected.tolist()


def test_ratio_takes_the_same_samples_at_any_temperature() -> None:
    choose, logits = plugins.load("strategy", "ratio").choose, random_logits(100, 7, 2)
    cold, hot = (choose(Pool(np.arange(100), z), 20, np.random.default_rng(0)).rows for z in (logits * 64, logits / 64))
    assert cold.tolist() == hot.tolist()


@pytest.mark.parametrize("block", [1, 50, 64, 10**6])
def test_blocks_leave_no_trace(name: str, block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    logits = random_logits(101, 10, 3)
    expected = SCORES[name](logits)
    monkeypatch.setattr(uncertainty, "BLOCK", block)
    assert SCORES[name](logits).tolist() == expected.tolist()


def test_random_takes_every_sample_equally_often() -> None:
    choose = plugins.load("strategy", "random").choose
    choices = [choose(Pool(np.arange(20)), 5, np.random.default_rng(seed)).rows for seed in range(2_000)]
    times = np.bincount(np.concatenate(choices), minlength=20)
    assert times.min() > 420 and times.max() < 580  # each 500 times, give or take 19
