"""Whether two arms arrange samples otherwise than chance does: how alike they are, beside seeds of the same arm.

between = mean similarity of arm a with one seed and arm b with another; within = mean similarity of two seeds of the
same arm, averaged over both arms; apart = within - between. CKA is a scalar product of vectors of length one (centred
Gram matrices), so apart estimates, without bias, half the squared distance of the two arms' mean vectors: a kernel
two-sample statistic (Gretton et al. 2012, JMLR 13, 723-773).

Arms that do not differ are 0 apart on average, whatever seeds do; high means that they differ by more than seeds do.
Arms of the same seed are not part of it: they share their first weights and samples, which can make them alike whatever
else tells the arms apart. It can't tell what differs, and few seeds show only large differences.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from pandas import DataFrame, Series

from superposition import similarity
from superposition.statistics import Interval, interval

COMPARED = ["dataset", "layer", "a", "round_a", "b", "round_b"]
SHOWN = ["within_a", "within_b", "between", "same_seed"]
APART = [*COMPARED, "quantity", *SHOWN, *(f"{name}_sd" for name in SHOWN), "seeds", "apart", "low", "high"]
ROUNDING = 1e-6  # of single precision: arms that have the same networks are 0 apart


def apart(pairs: DataFrame) -> DataFrame:
    """One row a dataset, layer, pair of arms, pair of rounds and quantity.

    pairs: the columns of `alignment.ALIGNMENT`. within_a, within_b, between, same_seed: means over pairs of networks,
    and their standard deviations; low, high: the ends of the 95 % interval of apart. What takes more seeds is empty.
    """
    seeds = pairs[pairs["kind"] == "seeds"]
    crossed = pairs[pairs["kind"] == "arms"].groupby(COMPARED, sort=False)
    return DataFrame([row for key, arms in crossed for row in _rows(list(key), arms, seeds)], columns=APART)


def over_pairs(values: np.ndarray) -> Interval:
    """Mean over all pairs of different seeds of symmetric `values` [seed, seed], with the jackknife's 95 % t interval
    (Arvesen 1969, doi:10.1214/aoms/1177697287): pairs that share a seed are not independent, seeds are.

    Too wide rather than too narrow (Efron & Stein 1981, doi:10.1214/aos/1176345462). nan for one seed, and ends nan for
    two.
    """
    n = len(values)
    if n == 1:
        return Interval(1, *[float("nan")] * 3)
    of_seeds = (values * (1 - np.eye(n))).sum(axis=1) / (n - 1)
    mean = of_seeds.mean()
    if n == 2:
        return Interval(2, float(mean), *[float("nan")] * 2)
    return interval(mean + 2 * (n - 1) / (n - 2) * (of_seeds - mean))


def _rows(key: list[Any], arms: DataFrame, pairs_of_seeds: DataFrame) -> Iterator[list[Any]]:
    """The rows of one pair of arms and rounds; arms: every network of one against every network of the other."""
    dataset, layer, a, round_a, b, round_b = key
    here = pairs_of_seeds[(pairs_of_seeds["dataset"] == dataset) & (pairs_of_seeds["layer"] == layer)]
    seeds = arms["seed_a"].unique()
    upper, others = np.triu_indices(len(seeds), 1), ~np.eye(len(seeds), dtype=bool)
    for quantity in similarity.QUANTITIES:
        between = _square(arms, seeds, quantity)
        within_a, within_b = (
            _square(here[(here["a"] == arm) & (here["round_a"] == round_)], seeds, quantity)
            for arm, round_ in ((a, round_a), (b, round_b))
        )
        beyond = (within_a + within_a.T + within_b + within_b.T - between - between.T) / 2
        beyond[np.abs(beyond) < ROUNDING] = 0
        shown = [Series(v) for v in (within_a[upper], within_b[upper], between[others], between.diagonal())]
        moments = [*(values.mean() for values in shown), *(values.std() for values in shown)]
        yield [*key, quantity, *moments, *over_pairs(beyond)]


def _square(pairs: DataFrame, seeds: np.ndarray, quantity: str) -> np.ndarray:
    """What pairs have [seed_a, seed_b]; 0 where there is no pair."""
    values = pairs.pivot(index="seed_a", columns="seed_b", values=quantity)
    return values.reindex(index=seeds, columns=seeds).fillna(0).to_numpy(np.float64)
