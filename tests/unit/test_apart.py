"""How far two arms are apart: known numbers, the jackknife word for word, and that it covers."""

from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from superposition import alignment, tables
from superposition import apart as distances
from superposition.apart import over_pairs
from superposition.stages import apart as stage
from superposition.statistics import interval
from tests import small_alignment

RUNS = [(arm, seed, rounds) for arm, rounds in (("baseline", 1), ("random", 2)) for seed in (0, 1, 2)]


def row(pairs: pd.DataFrame, quantity: str = "cka", round_a: int = 2) -> pd.Series:
    found = distances.apart(pairs)
    return found[(found["quantity"] == quantity) & (found["round_a"] == round_a)].iloc[0]


def test_known_numbers() -> None:
    """Two seeds of random 0.8 alike, of the baseline 0.6; the arms 0.5 with different seeds and 0.9 with the same."""
    pairs = small_alignment.pairs(RUNS)
    same = pairs["seed_a"] == pairs["seed_b"]
    pairs["cka"] = np.select([pairs["kind"] == "seeds", same], [0.6 + 0.2 * (pairs["a"] == "random"), 0.9], 0.5)
    found = row(pairs)
    assert found[["a", "round_a", "b", "round_b", "seeds"]].tolist() == ["random", 2, "baseline", 1, 3]
    assert found[distances.SHOWN].tolist() == pytest.approx([0.8, 0.6, 0.5, 0.9])
    assert found[[f"{name}_sd" for name in distances.SHOWN]].tolist() == pytest.approx([0, 0, 0, 0], abs=1e-9)
    assert found[["apart", "low", "high"]].tolist() == pytest.approx([0.2, 0.2, 0.2])


def test_arms_of_the_same_seed_do_not_count() -> None:
    pairs = small_alignment.pairs(RUNS)
    same = (pairs["kind"] == "arms") & (pairs["seed_a"] == pairs["seed_b"])
    other = row(pairs.assign(cka=pairs["cka"].mask(same, 0)))
    assert other["apart"] == row(pairs)["apart"] and other["same_seed"] == 0


def test_what_only_rounding_tells_apart_is_together() -> None:
    pairs = small_alignment.pairs(RUNS)
    noise = np.random.default_rng(0).uniform(0, 1e-8, len(pairs))
    alike = pairs.assign(cka=0.7 + noise * np.where(pairs["kind"] == "seeds", 1, -1))
    assert row(alike)[["apart", "low", "high"]].tolist() == [0, 0, 0]


def test_which_arm_comes_first_does_not_count() -> None:
    pairs = small_alignment.pairs(RUNS)
    sides = {f"{column}{side}": f"{column}{other}" for column in ("seed_", "round_") for side, other in ("ab", "ba")}
    arms = pairs["kind"] == "arms"
    swapped = pd.concat([pairs[~arms], pairs[arms].rename(columns={**sides, "a": "b", "b": "a"})])
    told = ["apart", "low", "high"]
    assert row(swapped, round_a=1)[told].tolist() == pytest.approx(row(pairs, round_a=1)[told].tolist())


def test_every_layer_round_and_quantity_has_a_row() -> None:
    found = distances.apart(small_alignment.pairs(RUNS, ("layer4", "avgpool")))
    assert list(found) == distances.APART
    assert found[["layer", "round_a", "quantity"]].to_numpy().tolist() == [
        [layer, round_, quantity]
        for layer in ("layer4", "avgpool")
        for round_ in (1, 2)
        for quantity in ("cka", "cosine_cka")
    ]


@pytest.mark.parametrize(("seeds", "known"), [(1, ["same_seed"]), (2, [*distances.SHOWN, "apart"])])
def test_few_seeds_leave_blank_what_they_cannot_say(seeds: int, known: list[str]) -> None:
    found = row(small_alignment.pairs([run for run in RUNS if run[1] < seeds]))
    assert [name for name in (*distances.SHOWN, "apart", "low", "high") if found[name] == found[name]] == known


def test_over_pairs_is_the_jackknife_leaving_out_each_seed() -> None:
    values = np.random.default_rng(0).normal(size=(5, 5))
    values += values.T

    def mean(seeds: list[int]) -> float:
        return float(np.mean([values[a, b] for a, b in combinations(seeds, 2)]))

    every = list(range(5))
    pseudovalues = [5 * mean(every) - 4 * mean([seed for seed in every if seed != out]) for out in every]
    assert over_pairs(values) == pytest.approx(interval(np.array(pseudovalues)))


def towards(rng: np.random.Generator, mean: np.ndarray, shared: np.ndarray) -> np.ndarray:
    """Networks [seed, direction] at length one, about a mean, that partly share what chance does."""
    vectors = mean + shared + rng.normal(size=shared.shape)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def beyond(rng: np.random.Generator, seeds: int, difference: float) -> np.ndarray:
    """What two seeds of an arm are more alike than two arms [seed, seed], in a world where the truth is known."""
    centre, step = np.eye(20)[:2] * [[8], [difference]]
    shared = rng.normal(size=(seeds, 20))
    a, b = (towards(rng, centre + side * step, shared) for side in (-1, 1))
    return np.asarray((a @ a.T + b @ b.T - a @ b.T - b @ a.T) / 2)


@pytest.mark.parametrize(("seeds", "difference"), [(3, 0.0), (5, 0.0), (5, 4.0)])
def test_the_interval_covers_at_its_rate_or_above(seeds: int, difference: float) -> None:
    rng = np.random.default_rng(0)
    many = beyond(rng, 3000, difference)
    truth = over_pairs(many).mean
    found = [over_pairs(beyond(rng, seeds, difference)) for _ in range(1000)]
    assert np.mean([low <= truth <= high for _, _, low, high in found]) > 0.94
    assert np.mean([mean for _, mean, *_ in found]) == pytest.approx(truth, abs=0.01)
    assert (np.mean([low > 0 for *_, low, _ in found]) > 0.9) == bool(difference)


def test_the_stage_joins_what_was_aligned(tmp_path: Path) -> None:
    pairs = small_alignment.pairs(RUNS)
    parts = {"own": pairs[pairs["kind"] != "arms"], "none": pairs[:0], "arms": pairs[pairs["kind"] == "arms"]}
    for name, part in parts.items():
        tables.write_frame(tmp_path / f"{name}.tsv", part)
    aligned = [tmp_path / f"{name}.tsv" for name in parts]
    stage.run(aligned=aligned, alignment=tmp_path / "alignment.tsv", apart=tmp_path / "apart.tsv")
    joined = tables.read(tmp_path / "alignment.tsv")
    assert len(joined) == len(pairs) and list(joined) == alignment.ALIGNMENT
    found = tables.read(tmp_path / "apart.tsv")
    pd.testing.assert_frame_equal(found, distances.apart(pairs), check_dtype=False)


def test_a_study_of_single_networks_has_empty_tables(tmp_path: Path) -> None:
    tables.write(tmp_path / "none.tsv", alignment.ALIGNMENT, [])
    stage.run(aligned=[tmp_path / "none.tsv"], alignment=tmp_path / "alignment.tsv", apart=tmp_path / "apart.tsv")
    assert list(tables.read(tmp_path / "apart.tsv")) == distances.APART
