"""How many samples each round adds."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from superposition.errors import InputError
from superposition.rounds import boundaries


@pytest.mark.parametrize(
    ("pool", "rounds", "query", "first", "ends"),
    [
        (50_000, 10, 0.1, 0.1, list(range(0, 50_001, 5_000))),
        (1_437, 5, 1 / 5, 1 / 5, [0, 287, 575, 862, 1150, 1437]),
        (100, 3, 40, 40, [0, 40, 80, 100]),
        (100, 2, 10, 10, [0, 10, 20]),
        (100, 1, 1.0, 1.0, [0, 100]),
        (50_000, 4, 2_000, 1_000, [0, 1_000, 3_000, 5_000, 7_000]),
        (100, 3, 0.2, 5, [0, 5, 25, 45]),
    ],
)
def test_known_cases(pool: int, rounds: int, query: float, first: float, ends: list[int]) -> None:
    assert boundaries(pool, rounds, query, first) == ends


@given(pool=st.integers(1, 10_000), rounds=st.integers(1, 50))
def test_equal_shares_use_up_the_pool(pool: int, rounds: int) -> None:
    if rounds > pool:
        return
    ends = boundaries(pool, rounds, 1 / rounds, 1 / rounds)
    sizes = [end - start for start, end in pairwise(ends)]
    assert ends[-1] == pool
    assert max(sizes) - min(sizes) <= 1


SIZES = st.integers(2, 500) | st.floats(0.001, 1)


@given(pool=st.integers(1, 1_000), rounds=st.integers(1, 20), query=SIZES, first=SIZES)
def test_every_round_has_samples_or_the_config_is_refused(pool: int, rounds: int, query: float, first: float) -> None:
    try:
        ends = boundaries(pool, rounds, query, first)
    except InputError as error:
        assert f"don't fit a pool of {pool}" in str(error)
    else:
        assert len(ends) == rounds + 1
        assert all(start < end <= pool for start, end in pairwise(ends))


def test_rounds_that_find_the_pool_empty_are_refused() -> None:
    with pytest.raises(InputError, match="rounds: 4 rounds of query 40 don't fit a pool of 100: round 4 has nothing"):
        boundaries(100, 4, 40, 40)
