"""Contrasts beyond what accuracy and the number of labels explain.

At equal numbers of labelled samples an arm that chooses well is also the more accurate one, and a measure may follow
accuracy alone. So the differences between two arms are split: one part in proportion to their difference in accuracy,
and the rest.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pandas import DataFrame

from superposition import headlines, tables
from superposition.comparisons import paired, train_alike
from superposition.config import Arm
from superposition.headlines import QUANTITY
from superposition.statistics import Adjusted, adjusted_difference, holm, interval

FOUND = [*QUANTITY, "a", "b", "rounds", "n", "difference", "low", "high", *Adjusted._fields]
ADJUSTED = [*FOUND, "comparisons", "adjusted_p_holm"]


def adjusted(
    scalars: DataFrame, experiments: DataFrame, pairs: Sequence[tuple[str, str]], arms: Mapping[str, Arm]
) -> DataFrame:
    """Every quantity but accuracy of each pair of arms, at equal numbers of labelled samples, over all rounds that more
    than chance tells apart: the mean `difference` a - b with its 95 % interval over `n` seeds, and what is left of it
    at equal accuracy, see `adjusted_difference`.

    Pairs of arms that never have as many labelled samples are left out, and seeds that lack a round. `comparisons` is
    the number of a contrast's headline quantities, for which `adjusted_p_holm` is corrected; both are empty for others.
    """
    of_rounds = experiments[[*tables.RUN, "samples", "labelled", "accuracy"]]
    values = (
        scalars[scalars["metric"] != "accuracy"].merge(of_rounds, on=tables.RUN).dropna(subset=["value", "accuracy"])
    )
    rows = [row for a, b in pairs for row in _adjusted(values, a, b, train_alike(arms[a], arms[b]))]
    found = DataFrame(rows, columns=FOUND).reindex(columns=ADJUSTED)
    tested = headlines.only(found).dropna(subset="adjusted_p")
    for family in tested.groupby(["dataset", "a", "b"]).groups.values():
        found.loc[family, "comparisons"] = len(family)
        found.loc[family, "adjusted_p_holm"] = holm(found.loc[family, "adjusted_p"].to_numpy())
    return found


def _adjusted(values: DataFrame, a: str, b: str, alike: bool) -> Iterator[list[Any]]:
    pairs = paired(values, a, b)
    pairs = pairs[(pairs["labelled_a"] == pairs["labelled_b"]) & ~(alike & (pairs["samples_a"] == pairs["samples_b"]))]
    for name in ("value", "accuracy"):
        pairs[name] = pairs[f"{name}_a"] - pairs[f"{name}_b"]
    for key, of_quantity in pairs.groupby(QUANTITY, sort=False):
        table = of_quantity.pivot(index="seed", columns="labelled_a", values=["value", "accuracy"]).dropna()
        if table.empty:
            continue
        differences, accuracy = table["value"].to_numpy(), table["accuracy"].to_numpy()
        n, difference, low, high = interval(differences.mean(axis=1))
        found = adjusted_difference(differences, accuracy)
        yield [*key, a, b, differences.shape[1], n, difference, low, high, *found]
