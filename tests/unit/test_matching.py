"""Units matched by rank correlation, against scipy's own and against known permutations."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from superposition import matching, tables
from superposition.activations import Activations
from superposition.errors import InputError
from superposition.identity import Network
from superposition.stages import match
from tests.small_results import CODE, activations, write_features


def of_units(values: np.ndarray) -> Activations:
    """Activations with these values [sample, unit]."""
    return replace(activations(n=len(values)), values=values.astype(np.float32), head=None, weights=None)


def correlated(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return matching.correlations(*(matching.responses(of_units(values), "here") for values in (a, b)))


def random_values(seed: int, n: int = 2500, units: int = 7) -> np.ndarray:
    """float32 [sample, unit] far from zero, in more than one block of rows."""
    return (50 + np.random.default_rng(seed).normal(size=(n, units))).astype(np.float32)


def test_correlations_are_scipys() -> None:
    a, b = random_values(0), random_values(1, units=5) + random_values(0)[:, :5]
    a[:, 0] = np.maximum(a[:, 0], 50)  # many equal, as after a ReLU
    expected = spearmanr(a, b).statistic[:7, 7:]
    found = correlated(a, b)
    assert found.shape == (7, 5)
    assert np.allclose(found, expected, atol=1e-6)
    assert np.allclose(np.diag(correlated(a, a)), 1, atol=1e-6)


def test_scale_and_shift_of_a_unit_do_not_matter_but_its_sign_does() -> None:
    a, b = random_values(0), random_values(1)
    assert np.allclose(correlated(a, 1000 * b - 7), correlated(a, b), atol=1e-4)
    assert np.allclose(correlated(a, -b), -correlated(a, b), atol=1e-6)


def test_a_few_samples_with_long_features_do_not_decide() -> None:
    a, b = random_values(0), random_values(1)
    lengths = np.ones((len(a), 1))
    lengths[:20] = 1000
    assert np.abs(np.corrcoef(a * lengths, b * lengths, rowvar=False)).min() > 0.9
    assert np.abs(correlated(a * lengths, b * lengths)).max() < 0.1


def test_permuted_units_find_one_another() -> None:
    a, order = random_values(0), np.random.default_rng(1).permutation(7)
    rows = [*matching.matches(correlated(a, a[:, order]))]
    assert [order[match] for _, match, *_ in rows] == [*range(7)]
    assert [row[2] for row in rows] == pytest.approx([1] * 7, abs=1e-6)
    assert [row[4] for row in rows] == [1] * 7
    expected = spearmanr(a).statistic
    assert [row[3] for row in rows] == pytest.approx([expected[unit, order[unit]] for unit in range(7)], abs=1e-6)


def test_a_match_is_mutual_if_it_holds_both_ways() -> None:
    rows = [*matching.matches(np.array([[0.9, 0.1], [0.8, -0.5], [0.7, 0.2]]))]
    assert rows == [[0, 0, 0.9, 0.9, 1], [1, 0, 0.8, -0.5, 0], [2, 0, 0.7, pytest.approx(np.nan, nan_ok=True), 0]]


def test_the_highest_correlation_counts_not_the_strongest_and_of_equals_the_first() -> None:
    assert [row[1] for row in matching.matches(np.array([[-0.9, 0.1, 0.1], [-0.3, -0.2, -0.4]]))] == [1, 1]


def test_units_that_never_change_have_no_correlation_and_are_no_match() -> None:
    a, b = random_values(0), random_values(1)
    a[:, 2], b[:, 4] = 1 / 3, -7
    found = correlated(a, b)
    assert np.isnan(found[2]).all() and np.isnan(found[:, 4]).all() and np.isnan(found).sum() == 13
    rows = [*matching.matches(found)]
    assert rows[2][:2] == [2, None] and np.isnan(rows[2][2:4]).all() and rows[2][4] == 0
    assert np.isnan(rows[4][3]) and rows[4][1] is not None
    assert 4 not in [row[1] for row in rows]


def test_samples_are_paired_by_id_and_must_be_the_same() -> None:
    shown = activations()
    order = np.random.default_rng(0).permutation(60)
    known = {name: getattr(shown, name)[order] for name in ("values", "logits", "labels", "ids")}
    first, turned = (matching.responses(of, name) for of, name in ((shown, "a.h5"), (replace(shown, **known), "b.h5")))
    assert np.allclose(np.diag(matching.correlations(first, turned)), 1, atol=1e-6)
    with pytest.raises(InputError, match=r"^a.h5 and b.h5: not of the same samples; delete both and run again$"):
        matching.correlations(first, turned._replace(ids=turned.ids + 1))


def test_pairs_are_of_last_rounds_both_ways_and_of_each_with_its_earlier_ones() -> None:
    networks = [Network("x", 0, 1), Network("y", 0, 2), Network("y", 0, 1), Network("y", 0, 3)]
    x, last = networks[0], networks[3]
    assert [*matching.pairs(networks)] == [(x, last), (last, x), (last, networks[1]), (last, networks[2])]


def between(rows: list[list[Any]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["layer", "a", "b", "unit", "match"])


def test_counterparts_come_after_the_units_asked_for_each_once() -> None:
    table = between(
        [
            ["fc", "base", "al", 3, 9.0],
            ["fc", "base", "al", 5, 3.0],
            ["fc", "base", "al", 6, 7.0],
            ["fc", "other", "al", 3, 8.0],
            ["fc", "al", "base", 3, 6.0],
            ["pool", "base", "al", 3, 4.0],
            ["fc", "base", "al", 2, np.nan],
        ]
    )
    units = {"fc": [5, 3, 2], "pool": []}
    assert matching.counterparts(table, "al", ["base"], units) == {"fc": [5, 3, 2, 9]}
    assert matching.counterparts(table, "base", [], units) == {"fc": [5, 3, 2]}


def write(folder: Path) -> list[Path]:
    """Features of two arms, the second of which has the first's units in another order after its second round."""
    shown = activations()
    turned = replace(shown, values=shown.values[:, ::-1].copy())
    files = [("1", 1, shown), ("b", 1, activations(seed=1)), ("b", 2, turned)]
    return [
        write_features(folder / f"{arm}.{round_}.h5", values, arm=arm, seed=4, round_=round_)
        for arm, round_, values in files
    ]


def test_the_stage_writes_a_row_for_each_unit_and_pair(tmp_path: Path) -> None:
    match.run(features=write(tmp_path), written_by=CODE, layers=["avgpool"], matches=tmp_path / "matches.tsv")
    table = tables.read(tmp_path / "matches.tsv")
    assert [*table.columns] == matching.MATCHES
    assert set(zip(table["a"], table["round_a"], table["b"], table["round_b"], strict=True)) == {
        ("1", 1, "b", 2),
        ("b", 2, "1", 1),
        ("b", 2, "b", 1),
    }
    assert set(table["dataset"]) == {"digits"} and set(table["seed"]) == {4} and set(table["layer"]) == {"avgpool"}
    assert table["match"][table["a"] == "1"].tolist() == [7, 6, 5, 4, 3, 2, 1, 0]
    assert table["mutual"][table["a"] != table["b"]].all()


def test_features_of_other_code_are_not_matched(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=f"written by code {CODE}, not f00d; delete it and run again"):
        match.run(features=write(tmp_path), written_by="f00d", layers=["avgpool"], matches=tmp_path / "matches.tsv")
