"""Strategies that ask a committee: known answers, scikit-activeml, identities and invariances."""

from collections import Counter
from math import log

import numpy as np
import pytest
from scipy.special import softmax
from scipy.stats import entropy
from skactiveml.pool import average_kl_divergence, batch_bald, vote_entropy

from superposition import committee, plugins, uncertainty
from superposition.selection import Pool

STRATEGIES = ["vote_entropy", "consensus_entropy", "mean_kl", "bald"]


def random_committee(members: int = 5, samples: int = 300, classes: int = 6, spread: float = 1.5) -> np.ndarray:
    """float32 [member, sample, class]; members agree by and large."""
    generator = np.random.default_rng(0)
    shared, own = generator.normal(size=(samples, classes)), generator.normal(size=(members, samples, classes))
    return (spread * (shared + own)).astype(np.float32)


def scores(name: str, logits: np.ndarray) -> np.ndarray:
    """A strategy's score of every sample of a committee's."""
    pool = Pool(np.arange(logits.shape[1]), committee=logits)
    rows, values = plugins.load("strategy", name).choose(pool, logits.shape[1], np.random.default_rng(0))
    return values[np.argsort(rows)]


def probabilities(logits: np.ndarray) -> np.ndarray:
    """float64 [member, sample, class]."""
    return softmax(logits.astype(np.float64), axis=2)


@pytest.fixture(params=STRATEGIES)
def name(request: pytest.FixtureRequest) -> str:
    """Each strategy in turn."""
    return str(request.param)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("vote_entropy", [log(2), 0, log(2), 0]),
        ("consensus_entropy", [log(2), log(2), log(2), 0.325083]),
        ("mean_kl", [log(2), 0, 0.368064, 0]),  # the third: ln 2 - H(0.9)
        ("bald", [log(2), 0, 0.368064, 0]),
    ],
)
def test_scores_of_two_members_known_to_the_digit(name: str, expected: list[float]) -> None:
    none = 1e-30
    first = np.array([[1, none], [0.5, 0.5], [0.9, 0.1], [0.9, 0.1]], np.float32)
    second = np.array([[none, 1], [0.5, 0.5], [0.1, 0.9], [0.9, 0.1]], np.float32)
    assert scores(name, np.log(np.stack([first, second]))) == pytest.approx(expected, abs=1e-6)


def test_vote_entropy_counts_votes() -> None:
    votes = np.array([[0, 1, 1, 1], [0, 1, 2, 2], [0, 0, 1, 2], [3, 3, 3, 3]]).T  # [member, sample]
    counts = [[1, 3], [1, 1, 2], [2, 1, 1], [4]]
    expected = [-sum(count / 4 * log(count / 4) for count in sample) for sample in counts]
    assert scores("vote_entropy", np.eye(4, dtype=np.float32)[votes]) == pytest.approx(expected)


def test_vote_entropy_equals_scikit_activeml() -> None:
    logits = random_committee()
    assert scores("vote_entropy", logits) == pytest.approx(vote_entropy(logits.argmax(axis=2).T, np.arange(6)))


def test_equal_divisions_of_the_votes_are_ties_to_the_last_bit() -> None:
    votes = random_committee(members=7, samples=2_000, spread=1).argmax(axis=2).T
    found = scores("vote_entropy", random_committee(members=7, samples=2_000, spread=1))
    divisions = [tuple(sorted(Counter(sample).values())) for sample in votes.tolist()]
    assert len(set(divisions)) == len(set(found.tolist())) == len(set(zip(divisions, found.tolist(), strict=True))) > 6


def test_consensus_entropy_equals_scipy() -> None:
    logits = random_committee()
    expected = entropy(probabilities(logits).mean(axis=0), axis=1)
    assert scores("consensus_entropy", logits) == pytest.approx(expected, abs=1e-12)


def test_mean_kl_equals_scikit_activeml() -> None:
    logits = random_committee()
    assert scores("mean_kl", logits) == pytest.approx(average_kl_divergence(probabilities(logits)), abs=1e-6)


def test_bald_equals_scikit_activeml() -> None:
    logits = random_committee()
    assert scores("bald", logits) == pytest.approx(batch_bald(probabilities(logits), batch_size=1)[0], abs=1e-6)


@pytest.mark.parametrize("name", ["mean_kl", "bald"])
@pytest.mark.parametrize("members", [2, 10])
@pytest.mark.parametrize("spread", [0.1, 1, 5])
def test_divergence_is_the_entropy_of_the_mean_less_the_mean_entropy(name: str, members: int, spread: float) -> None:
    logits = random_committee(members, spread=spread)
    found, p = scores(name, logits), probabilities(logits)
    assert found == pytest.approx(entropy(p.mean(axis=0), axis=1) - entropy(p, axis=2).mean(axis=0), abs=1e-12)
    assert found.min() >= 0 and found.max() <= log(members)


def test_members_who_agree_have_nothing_to_tell() -> None:
    logits = np.stack([random_committee(members=1)[0]] * 3)
    for name in ("vote_entropy", "mean_kl", "bald"):
        assert scores(name, logits).tolist() == [0] * 300
    assert scores("consensus_entropy", logits) == pytest.approx(np.exp(uncertainty.log_entropy(logits[0])), rel=1e-5)


@pytest.mark.parametrize("name", ["consensus_entropy", "mean_kl", "bald"])
def test_certain_samples_keep_their_order(name: str) -> None:
    gaps = np.array([300, 40, 90, 60, 200], np.float32)
    member = np.stack([gaps, np.zeros(5), np.full(5, -1)], axis=1).astype(np.float32)
    pool = Pool(np.arange(5), committee=np.stack([member, 1.1 * member]))
    assert plugins.load("strategy", name).choose(pool, 5, np.random.default_rng(0)).rows.tolist() == [1, 3, 2, 4, 0]


def test_neither_the_order_of_members_nor_of_classes_matters(name: str) -> None:
    logits = random_committee()
    expected = scores(name, logits)
    assert scores(name, logits[::-1]) == pytest.approx(expected, rel=1e-9)
    assert scores(name, logits[:, :, ::-1]) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("block", [1, 500, 10**6])
@pytest.mark.parametrize("score", [committee.log_consensus_entropy, committee.mutual_information])
def test_blocks_leave_no_trace(score: uncertainty.Scoring, block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    logits = random_committee()
    expected = score(logits)
    monkeypatch.setattr(uncertainty, "BLOCK", block)
    assert score(logits).tolist() == expected.tolist()


def test_a_committee_is_read_in_blocks() -> None:
    shapes = []

    def shape(logits: np.ndarray) -> np.ndarray:
        shapes.append(logits.shape)
        return np.zeros(logits.shape[1])

    assert uncertainty.in_blocks(shape)(np.zeros((4, 2**12, 8), np.float32)).shape == (2**12,)
    assert shapes == [(4, 2**11, 8)] * 2
