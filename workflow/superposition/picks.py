"""What was chosen: every sample's way through a run, and what the lists of each round are made of.

The tables of one run hold one row a sample of the train split; round 1 is drawn at random, so that nothing is said of
predictions or scores before round 2. All functions take and return data frames.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from pandas import DataFrame, Series
from scipy.special import entr

from superposition import tables

REPLICATE = ["dataset", "arm", "seed"]
PICKS = [*tables.RUN, "id", "label", "predicted", "score", "rank", "final"]
PICKED = [*tables.RUN, "label", "class", "picked", "share", "pool_share"]
QUANTILES = {"score_low": 0.0, "score_q1": 0.25, "score_median": 0.5, "score_q3": 0.75, "score_high": 1.0}
QUERIES = [
    *tables.RUN,
    "strategy",
    "offered",
    "picked",
    "entropy",
    "most_picked",
    "most_share",
    "wrong",
    *QUANTILES,
]
AGES = [*tables.RUN, "n", "correct"]


def trace(lists: Sequence[DataFrame], final: DataFrame) -> DataFrame:
    """Every sample's way through a run, ascending by id: round, id, label, predicted, score, rank, final.

    lists: the run's sample lists in the order of rounds; final: id, label, final of the whole train split, where final
    is the class that the last round's network predicts. `round` is empty for samples that no list has.
    """
    taken = pd.concat([frame.assign(round=number) for number, frame in enumerate(lists, start=1)])
    joined = final.sort_values("id").merge(taken.drop(columns=["label", "dataset"]), on="id", how="left")
    return joined.astype(dict.fromkeys(["round", "predicted", "rank"], "Int64")).reset_index(drop=True)


def picked(picks: DataFrame, classes: Sequence[str]) -> DataFrame:
    """How a run's lists are spread over the classes, one row a round and class.

    picked, share: number and share of the list; pool_share: the class's share of what the list was chosen from.
    """
    counts, offered = _counts(picks, len(classes))
    columns = {"picked": counts, "share": _shares(counts), "pool_share": _shares(offered)}
    frame = DataFrame({name: values.stack() for name, values in columns.items()}).reset_index()
    frame["class"] = [classes[label] for label in frame["label"]]
    return _placed(frame, picks)[PICKED]


def queries(picks: DataFrame, classes: Sequence[str], strategy: str) -> DataFrame:
    """One row a round of a run: what was on offer, how many were picked, and what the list is like.

    entropy: of its classes, over its highest value ln(number of classes); most_picked, most_share: the class that has
    most of it (the first of equals); wrong: the share that the network took for another class; score_*: the quartiles
    of its scores.
    """
    counts, offered = _counts(picks, len(classes))
    shares = _shares(counts)
    taken = picks[picks["round"].notna()]
    wrong = (taken["predicted"] != taken["label"]).astype(float).where(taken["predicted"].notna())
    scores = taken.groupby("round")["score"]
    rows = {
        "strategy": Series(strategy, counts.index),
        "offered": offered.sum(axis=1),
        "picked": counts.sum(axis=1),
        "entropy": entr(shares).sum(axis=1) / np.log(len(classes)),
        "most_picked": shares.idxmax(axis=1).map(lambda label: classes[label]),
        "most_share": shares.max(axis=1),
        "wrong": wrong.groupby(taken["round"]).mean(),
        **{name: scores.quantile(share) for name, share in QUANTILES.items()},
    }
    return _placed(DataFrame(rows).rename_axis("round").reset_index(), picks)[QUERIES]


def ages(picks: DataFrame) -> DataFrame:
    """Of the samples taken in each round of a run, and of those never taken (round empty): their number, and the share
    that the last round's network predicts right."""
    correct = picks["final"] == picks["label"]
    rows = correct.groupby(picks["round"], dropna=False).agg(n="size", correct="mean")
    return _placed(rows.reset_index().astype({"round": "Int64"}), picks)[AGES]


def first_and_last(picks: DataFrame, each: int) -> DataFrame:
    """The first and the last `each` picks of every class and arm after round 1, in one seed; picks: of several arms.

    place: 0 to each - 1 for the first, each to 2 each - 1 for the last; a pick that is both counts as one of the first.
    """
    queried = picks[picks["round"] > 1].sort_values(["round", "rank"])
    classes = queried.groupby(["arm", "label"])
    before, after = classes.cumcount(), classes.cumcount(ascending=False)
    place = before.where(before < each, 2 * each - 1 - after)
    return queried.assign(place=place)[(before < each) | (after < each)]


def several_rounds(table: DataFrame) -> list[str]:
    """The arms that have a second round, or all if none has; table: arm, round."""
    last = table.groupby("arm", sort=False)["round"].max()
    return list(last.index[(last > 1) | (last.max() == 1)])


def with_choice(queries: DataFrame) -> DataFrame:
    """The rounds that a strategy chose for: not the first, and not those that took all that was left."""
    return queries[(queries["round"] > 1) & (queries["picked"] < queries["offered"])]


def by_arm(picked: DataFrame, queries: DataFrame, overlaps: DataFrame) -> DataFrame:
    """What each arm chose, over all seeds and all rounds in which it had a choice; arms without such rounds left out.

    arm; most_picked, share, pool_share: of `most_picked`; entropy, wrong: means; overlap, chance: mean Jaccard of all
    labelled so far with those of `other`, the first arm that chooses at random, and what two random choices would have.
    All of one dataset.
    """
    chosen = with_choice(queries)
    means = chosen.groupby("arm", sort=False)[["entropy", "wrong"]].mean()
    at_random = chosen.loc[chosen["strategy"] == "random", "arm"]
    other = at_random.iloc[0] if len(at_random) else ""
    against = _against(other, overlaps).merge(chosen[tables.RUN], on=tables.RUN)
    common = against.groupby("arm")[["jaccard_so_far", "chance_so_far"]].mean()
    common = common.rename(columns={"jaccard_so_far": "overlap", "chance_so_far": "chance"})
    return most_picked(picked, queries).join(means).join(common).assign(other=other).reset_index()


def most_picked(picked: DataFrame, queries: DataFrame) -> DataFrame:
    """Of each arm that had a choice [arm], over all seeds and rounds in which it had one: the class with most picks
    (most_picked), its share of them, and pool_share, of what they were chosen from."""
    sizes = with_choice(queries)[[*tables.RUN, "picked"]].rename(columns={"picked": "size"})
    lists = picked.merge(sizes, on=tables.RUN)
    lists["expected"] = lists["pool_share"] * lists["size"]
    totals = lists.groupby(["arm", "label", "class"], sort=False)[["picked", "expected", "size"]].sum().reset_index()
    most = totals.loc[totals.groupby("arm", sort=False)["picked"].idxmax()].set_index("arm")
    shares = {"share": most["picked"] / most["size"], "pool_share": most["expected"] / most["size"]}
    return DataFrame({"most_picked": most["class"], **shares})


def _against(other: str, overlaps: DataFrame) -> DataFrame:
    """The overlaps of `other` with each arm, which stands in the column `arm`."""
    pairs = [overlaps[overlaps[one] == other].assign(arm=overlaps[arm]) for one, arm in (("a", "b"), ("b", "a"))]
    return pd.concat(pairs)


def _counts(picks: DataFrame, classes: int) -> tuple[DataFrame, DataFrame]:
    """Of each class, how many a round picked and how many it could pick from, both [round, label]."""
    taken = picks[picks["round"].notna()]
    counts = pd.crosstab(taken["round"].astype(int), taken["label"]).reindex(columns=range(classes), fill_value=0)
    sizes = picks["label"].value_counts().reindex(range(classes), fill_value=0)
    return counts, sizes - counts.cumsum() + counts


def _shares(counts: DataFrame) -> DataFrame:
    return counts.div(counts.sum(axis=1), axis=0)


def _placed(frame: DataFrame, picks: DataFrame) -> DataFrame:
    """The frame with the dataset, arm and seed of the picks, which are of one run."""
    place: dict[str, Any] = picks[REPLICATE].iloc[0].to_dict()
    return frame.assign(**place)
