"""Rounds of choosing samples: what arms share, what they choose, and what must not happen."""

from typing import Any

import numpy as np
import pytest

from superposition import plugins
from superposition.toys import learning
from superposition.toys.config import Selection
from superposition.toys.files import Trained
from superposition.toys.selection import SCORES, Rounds
from tests.small_toys import CPU, selection

ARMS = ["random", "highest_loss", "largest_norm", "most_active", "k_center"]


@pytest.fixture(autouse=True)
def few_unseen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "UNSEEN", learning.BLOCK)


def begun(toy: Selection) -> Rounds:
    strategies = {arm: plugins.load("strategy", arm).choose for arm in toy.arms if arm not in SCORES}
    return Rounds(toy, strategies, CPU)


def finished(**changes: Any) -> tuple[Rounds, Trained]:
    """A selection at its end, and all its models."""
    rounds = begun(selection(**changes))
    return rounds, rounds.run()


def where(found: Trained, **wanted: Any) -> np.ndarray:
    """Which models are of an arm, seed, round."""
    return np.all([found.rows[column] == value for column, value in wanted.items()], axis=0)


def of_seed(rounds: Rounds, arm: str, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """An arm's pool [sample, feature] and the ids that it was given, in order."""
    model = rounds.toy.arms.index(arm) * len(rounds.toy.seeds) + rounds.toy.seeds.index(seed)
    return rounds.pool[model].numpy(), rounds.given[model].numpy()


def test_all_arms_of_a_seed_share_the_pool_and_the_first_round() -> None:
    rounds, found = finished(arms=ARMS)
    for seed in (0, 1):
        first = where(found, seed=seed, round=1)
        for values in (found.models.encoder, found.models.bias, found.models.errors, found.densities):
            assert values is not None
            assert (values[first] == values[first][0]).all()
        pool, given = of_seed(rounds, "random", seed)
        for arm in ARMS:
            assert np.array_equal(of_seed(rounds, arm, seed)[0], pool)
            assert np.array_equal(of_seed(rounds, arm, seed)[1][:20], given[:20])
    seeds = [of_seed(rounds, "random", seed) for seed in (0, 1)]
    assert not np.array_equal(seeds[0][0], seeds[1][0]) and not np.array_equal(seeds[0][1], seeds[1][1])


def test_no_sample_is_given_twice_and_arms_part() -> None:
    rounds, found = finished(arms=ARMS)
    assert rounds.given.shape == (10, 60)
    assert all(len(set(ids)) == 60 and min(ids) >= 0 and max(ids) < 300 for ids in rounds.given.tolist())
    assert len({tuple(sorted(ids)) for ids in rounds.given.tolist()}) == 10
    last = found.models.encoder[where(found, round=3)]
    assert len({weights.tobytes() for weights in last}) == 10


def test_rows_say_what_models_were_given() -> None:
    rounds, found = finished(arms=ARMS, seeds=[4, 2])
    assert found.rows["round"].tolist() == [1] * 10 + [2] * 10 + [3] * 10
    assert found.rows["arm"].tolist() == [arm for arm in ARMS for _ in range(2)] * 3
    assert found.rows["seed"].tolist() == [4, 2] * 15
    assert found.rows["given"].tolist() == [20] * 10 + [40] * 10 + [60] * 10
    for arm in ARMS:
        pool, given = of_seed(rounds, arm, 2)
        for number in (1, 2, 3):
            present = pool[given[: 20 * number]] != 0
            of_model = where(found, arm=arm, seed=2, round=number)
            assert found.densities[of_model][0] == pytest.approx(present.mean(axis=0))
            assert found.rows["active"][of_model].item() == pytest.approx(present.sum(axis=1).mean())


def costs(rounds: Rounds, found: Trained, arm: str, number: int) -> np.ndarray:
    """What the arm's model of a round pays for every sample of the pool, by a loop."""
    of_model = where(found, arm=arm, seed=1, round=number)
    weights, toy = found.models.encoder[of_model][0].astype(np.float64), rounds.toy
    bias = np.zeros(toy.features) if found.models.bias is None else found.models.bias[of_model][0]
    paid = []
    for sample in of_seed(rounds, arm)[0]:
        answer = weights.T @ (weights @ sample) + bias
        answer = np.maximum(answer, 0) if toy.activation == "relu" else answer**3
        paid.append((toy.importance ** np.arange(toy.features) * (sample - answer) ** 2).sum())
    return np.array(paid)


OPTIONS: list[dict[str, Any]] = [{}, {"bias": False, "activation": "power3", "values": "normal", "importance": 0.5}]


@pytest.mark.parametrize("options", OPTIONS, ids=["relu", "cubic"])
@pytest.mark.parametrize("arm", SCORES)
def test_the_highest_scores_are_chosen(arm: str, options: dict[str, Any]) -> None:
    rounds, found = finished(arms=["random", arm], **options)
    pool, given = of_seed(rounds, arm)
    for number in (1, 2):
        score = {
            "highest_loss": lambda: costs(rounds, found, arm, number),  # noqa: B023
            "largest_norm": lambda: np.sqrt((pool**2).sum(axis=1)),
            "most_active": lambda: (pool != 0).sum(axis=1),
        }[arm]()
        chosen = given[20 * number : 20 * (number + 1)]
        left = np.setdiff1d(np.arange(300), given[: 20 * (number + 1)])
        assert score[chosen].min() >= score[left].max() - 1e-5
        assert (np.diff(score[chosen]) <= 1e-5).all()


def test_strategies_of_the_study_see_hidden_activations() -> None:
    """k-center, written out: again and again the sample that is farthest from the nearest one given."""
    rounds, found = finished(arms=["random", "k_center"], values="normal", activation="linear")
    pool, given = of_seed(rounds, "k_center")
    for number in (1, 2):
        weights = found.models.encoder[where(found, arm="k_center", seed=1, round=number)][0].astype(np.float64)
        hidden, known = pool @ weights.T, list(given[: 20 * number])
        for _ in range(20):
            distances = np.linalg.norm(hidden[:, None] - hidden[known], axis=2).min(axis=1)
            known.append(int(distances.argmax()))
        assert set(known) == set(given[: 20 * (number + 1)].tolist())


def test_random_samples_have_the_true_densities_and_most_active_ones_higher() -> None:
    arms = ["random", "most_active", "largest_norm", "highest_loss"]
    seeds = list(range(10))
    _, found = finished(arms=arms, seeds=seeds, decay=0.8, pool=2000, query=200, rounds=3, steps=1)
    true = 0.3 * 0.8 ** np.arange(6)
    random = found.densities[where(found, arm="random", round=3)].mean(axis=0)
    error = np.sqrt(true * (1 - true) / (len(seeds) * 600))
    assert (np.abs(random - true) < 5 * error).all()
    assert (found.densities[where(found, arm="most_active", round=3)].mean(axis=0) > true + 10 * error).all()
    active = found.rows[found.rows["round"] == 3].groupby("arm")["active"].mean()
    assert active.idxmax() == "most_active" and active.idxmin() == "random"


def test_the_same_settings_give_the_same_bits() -> None:
    (rounds, found), (again, repeated) = (finished(arms=["random", "highest_loss", "k_center"]) for _ in range(2))
    assert np.array_equal(rounds.given, again.given)
    assert np.array_equal(found.models.encoder, repeated.models.encoder)
    assert np.array_equal(found.models.errors, repeated.models.errors)
    assert found.rows.equals(repeated.rows)


def test_other_arms_and_seeds_change_nothing() -> None:
    rounds, found = finished(arms=["random", "most_active"], seeds=[1])
    more, with_others = finished(arms=["largest_norm", "random", "most_active"], seeds=[0, 1])
    for arm in ("random", "most_active"):
        assert np.array_equal(of_seed(rounds, arm)[1], of_seed(more, arm)[1])
        ours, theirs = found.models.encoder, with_others.models.encoder
        of_arm = {"arm": arm, "seed": 1}
        assert ours[where(found, **of_arm)] == pytest.approx(theirs[where(with_others, **of_arm)], abs=1e-5)


def test_without_bias_there_is_none() -> None:
    _, found = finished(arms=["random", "most_active"], bias=False)
    assert found.models.bias is None and found.models.decoder is None
    _, biased = finished(arms=["random", "most_active"])
    assert biased.models.bias is not None and biased.models.bias.shape == biased.models.errors.shape == (12, 6)
    assert np.abs(biased.models.bias).max() > 0.01


def test_errors_are_those_under_the_true_densities(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not those of the samples chosen: of two models with the same weights, they are the same."""
    monkeypatch.setattr(learning, "UNSEEN", 20 * learning.BLOCK)
    monkeypatch.setattr(learning, "first_weights", lambda *_: np.zeros((2, 2, 6), np.float32))
    _, found = finished(arms=["random", "most_active"], bias=False, decay=0.7, rounds=2)
    answering_zero = 0.3 * 0.7 ** np.arange(6) / 3  # without a gradient, weights of 0 stay there
    assert found.models.errors == pytest.approx(np.tile(answering_zero, (8, 1)), rel=0.15)
    assert np.array_equal(found.models.errors[:2], found.models.errors[-2:])
