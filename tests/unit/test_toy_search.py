"""The search for the best weights, beside what is known of them."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from pandas import DataFrame

from superposition import tables
from superposition.stages import toy_bound
from superposition.toys import improvement
from superposition.toys.config import spelt_out
from superposition.toys.moments import moment
from superposition.toys.search import COLUMNS, search
from tests.small_toys import bounds

CUBIC = bounds(sizes=[[2, 8]], densities=[1e-5, 0.1, 1], starts=8, steps=200)
PENTAGON = bounds(activation="relu", values="uniform", sizes=[[2, 5]], starts=8, steps=200)


@cache
def found(values: str = "sign") -> DataFrame:
    """The cubic's bounds, by density."""
    return search(CUBIC.model_copy(update={"values": values})).set_index("density")


def test_rare_features_reach_the_bound() -> None:
    """Four lines at equal angles are a design: K(2, 3) = 3.2."""
    at = found()
    assert at["upper"].to_numpy() == pytest.approx(3.2)
    for density in (0, 1e-5):
        assert 0.999 < at["improvement"][density] / at["upper"][density] < 1 + 1e-9


def test_common_features_get_a_dimension_each() -> None:
    at = found()
    assert at["kept"].tolist() == [2, 2, 2, 2]
    assert at["improvement"][[0.1, 1]].tolist() == pytest.approx([2, 2], rel=0.01)


@pytest.mark.parametrize("values", ["sign", "symmetric", "normal"])
def test_improvements_are_worth_what_the_moments_say(values: str) -> None:
    """mu_4^2 / mu_6 of a feature that is kept alone."""
    worth = moment(values, 4) ** 2 / moment(values, 6)
    at = found(values)
    assert at["upper"].to_numpy() == pytest.approx(3.2 * worth) and at["kept"].to_numpy() == pytest.approx(2 * worth)
    assert at["random"].to_numpy() == pytest.approx(8 * 3.2 / (8 + 3.2 - 1) * worth)
    assert at["improvement"][1e-5] == pytest.approx(3.2 * worth, rel=0.01)


def test_the_pentagon_is_the_best_of_relu() -> None:
    """N = 5 / (1 + 2 cos^2 72); worth 1/3 = mu_2^2 / mu_2 of values from 0 to 1."""
    (row,) = search(PENTAGON).to_dict("records")
    assert row["density"] == 0
    assert 3 * row["improvement"] == pytest.approx(4.198, abs=1e-3)
    assert row["improvement"] == pytest.approx(row["upper"], rel=1e-3)
    assert row["kept"] == pytest.approx(2 / 3) and row["crossover"] == 0.5


def test_what_is_found_stands_between_what_is_known() -> None:
    for values in ("sign", "symmetric", "normal"):
        at = found(values)
        assert (at["median"] <= at["improvement"]).all() and (at["random"] <= at["upper"]).all()
        assert (at["improvement"] >= 0.99 * at["kept"]).all()
        assert np.diff(at["improvement"]).max() < 1e-3


def test_the_search_beats_many_random_weights() -> None:
    toy = CUBIC.model_copy(update={"starts": 4, "steps": 100})
    weights = torch.randn(5_000, 2, 8, dtype=torch.float64, generator=torch.Generator().manual_seed(0)) / 2
    at = search(toy).set_index("density")
    for density in (1e-5, 0.1):
        drawn = improvement.improvement(weights, 3, "sign", density) / density
        assert at["improvement"][density] > float(drawn.max())


def test_the_table_has_a_row_a_size_and_density_and_one_for_the_limit() -> None:
    toy = bounds(sizes=[[2, 4], [3, 7], [2, 5]], densities={"start": 1e-4, "stop": 0.1, "points": 4})
    table = search(toy)
    assert table.columns.to_list() == COLUMNS and table.notna().all(axis=None)
    assert table[["dimensions", "features"]].drop_duplicates().to_numpy().tolist() == [[2, 4], [3, 7], [2, 5]]
    assert table["density"].tolist() == [0, *spelt_out(toy.densities or [])] * 3
    assert table["crossover"].tolist() == pytest.approx(np.repeat([1 / 8, 1 / 27, 1 / 8], 5))


def test_without_densities_there_are_limits_only() -> None:
    assert search(bounds(sizes=[[2, 4], [2, 5]]))["density"].tolist() == [0, 0]


def test_one_start_is_its_own_median() -> None:
    table = search(bounds(densities=[0.01], starts=1))
    assert table["median"].tolist() == table["improvement"].tolist()


def test_the_best_start_and_the_median_one_stand_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    ends = torch.tensor([0.1, 0.4, 0.2], dtype=torch.float64)
    monkeypatch.setattr(improvement, "best", lambda _, *of: (ends.expand(*of[-1], -1), None))
    table = search(bounds(densities=[0.5, 0.1]))
    assert table["improvement"].tolist() == pytest.approx([0.4, 0.8, 4])
    assert table["median"].tolist() == pytest.approx([0.2, 0.4, 2])


def test_the_seed_decides_over_the_starts() -> None:
    one, same, other = (search(bounds(seed=seed, starts=4)) for seed in (1, 1, 2))
    assert one.equals(same) and not one["median"].equals(other["median"])


def test_a_size_is_searched_alike_whatever_else_is() -> None:
    alone, among = search(bounds(sizes=[[2, 5]])), search(bounds(sizes=[[2, 4], [2, 5]], densities=[0.1]))
    limit = among[(among["features"] == 5) & (among["density"] == 0)]
    assert limit.to_numpy().tolist() == alone.to_numpy().tolist()


def test_the_stage_writes_what_is_found(tmp_path: Path) -> None:
    toy = bounds(densities=[0.1])
    toy_bound.run(toy=toy.model_dump_json(), bounds=tmp_path / "toys" / "a" / "bounds.tsv")
    assert [path.name for path in (tmp_path / "toys" / "a").iterdir()] == ["bounds.tsv"]
    written = tables.read(tmp_path / "toys" / "a" / "bounds.tsv")
    assert written.to_numpy() == pytest.approx(search(toy).to_numpy(), rel=1e-12)
