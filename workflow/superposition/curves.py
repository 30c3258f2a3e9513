"""What learning curves say of arms: the area under them, the labels that an arm saves, and who beats whom.

A curve is test accuracy over the number of labelled samples, for one seed of an arm with several rounds.
"""

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

import numpy as np
from pandas import DataFrame, Series

from superposition.comparisons import train_alike
from superposition.config import Arm
from superposition.statistics import PairedDifference, paired_difference

AREAS = ["dataset", "arm", "seed", "rounds", "from", "to", "area_linear", "area_log"]
REACHED = ["dataset", "arm", "seed", "round", "labelled", "accuracy"]
EFFICIENCY = [*REACHED, "reference", "reference_labelled", "efficiency"]
PENALTIES = ["dataset", "a", "b", "checkpoints", "wins", "losses", "penalty"]


def references(arms: Mapping[str, Arm]) -> dict[str, str]:
    """The random arm that each arm is measured against: the first with several rounds that differs from it in nothing
    but how samples are chosen.

    Arms without one are left out: what their training adds would pass for a merit of the choice, above all where it
    goes on from a network that has seen labels which the arm never asked for.
    """
    several = {name: arm for name, arm in arms.items() if arm.rounds > 1}
    random = {name: arm for name, arm in several.items() if arm.strategy == "random"}
    alike = {
        name: [other for other in random if _regimen(random[other]) == _regimen(several[name])] for name in several
    }
    return {name: found[0] for name, found in alike.items() if found}


def _regimen(arm: Arm) -> tuple[Any, ...]:
    return arm.labelled, arm.between_rounds, arm.start, arm.training


def _with_curves(experiments: DataFrame) -> DataFrame:
    """The rounds of arms that have more than one, where accuracy was measured."""
    measured = experiments.dropna(subset="accuracy").sort_values("round", kind="stable")
    return measured[measured.groupby(["dataset", "arm"])["round"].transform("max") > 1]


def areas(experiments: DataFrame) -> DataFrame:
    """Area under each curve, by the trapezoid rule, over the range of labelled samples that all of a dataset's curves
    have in common, as a share of that range: a mean accuracy (Zhan et al. 2021).

    area_linear: over the number labelled; area_log: over its logarithm, which gives early rounds more weight (Guyon et
    al. 2011). Both are empty where the curves have no range in common.
    """
    of_datasets = _with_curves(experiments).groupby("dataset", sort=False)
    return DataFrame([row for dataset, rounds in of_datasets for row in _areas(dataset, rounds)], columns=AREAS)


def _areas(dataset: str, rounds: DataFrame) -> Iterator[list[Any]]:
    runs = rounds.groupby(["arm", "seed"], sort=False)
    start, end = runs["labelled"].min().max(), runs["labelled"].max().min()
    for (arm, seed), run in runs:
        labelled, accuracy = run["labelled"].to_numpy(), run["accuracy"].to_numpy()
        linear = mean_height(labelled, accuracy, start, end)
        log = mean_height(np.log(labelled), accuracy, np.log(start), np.log(end))
        yield [dataset, arm, seed, len(run), start, end, linear, log]


def mean_height(x: np.ndarray, y: np.ndarray, start: float, end: float) -> float:
    """Mean of the straight lines through the points (x ascending) between two positions; nan if they span nothing."""
    if not start < end:
        return float("nan")
    at = np.concatenate([[start], x[(start < x) & (x < end)], [end]])
    return float(np.trapezoid(np.interp(at, x, y), at) / (end - start))


def efficiency(experiments: DataFrame, arms: Mapping[str, Arm]) -> DataFrame:
    """Labelling efficiency of each round of each arm that has a reference (`references`): the labels that the reference
    needs, with the same seed, for the accuracy that the arm has after the round, over those the arm used (Beck et al.
    2021).

    Empty where the reference never has that accuracy, or has more from its first round on.
    """
    runs = dict(iter(_with_curves(experiments).groupby(["dataset", "arm", "seed"], sort=False)))
    of_arms, rows = references(arms), []
    for (dataset, arm, seed), run in runs.items():
        reference = runs.get((dataset, of_arms.get(arm), seed))
        if reference is None or of_arms[arm] == arm:
            continue
        points = reference["labelled"].to_numpy(), reference["accuracy"].to_numpy()
        for reached in run[REACHED].itertuples(index=False):
            needed = labels_needed(*points, reached.accuracy)
            rows.append([*reached, of_arms[arm], needed, needed / reached.labelled])
    return DataFrame(rows, columns=EFFICIENCY)


def labels_needed(labelled: np.ndarray, accuracy: np.ndarray, wanted: float) -> float:
    """Labels at which a curve, made monotone (the best so far) and straight between its rounds, first has an accuracy;
    nan below its first round and above its best."""
    best = np.maximum.accumulate(accuracy)
    if not best[0] <= wanted <= best[-1]:
        return float("nan")
    first = int(np.argmax(best >= wanted))
    step = slice(max(first - 1, 0), first + 1)
    return float(np.interp(wanted, best[step], labelled[step]))


def penalties(experiments: DataFrame, arms: Mapping[str, Arm]) -> DataFrame:
    """Pairwise penalty matrix (Ash et al. 2020): the share of checkpoints at which arm a is better than arm b, by a
    paired two-sided t-test over seeds at .05.

    A checkpoint is a number of labelled samples that both arms have with two seeds or more. Those at which only chance
    tells the arms apart, because they trained alike on the same samples, are left out: a win there would be a false
    one, and a tie no evidence. The penalty is empty without checkpoints.
    """
    rows = []
    for dataset, rounds in _with_curves(experiments).groupby("dataset", sort=False):
        for a, b in combinations(rounds["arm"].unique(), 2):
            of_a, of_b = (rounds[rounds["arm"] == arm] for arm in (a, b))
            pairs = of_a.merge(of_b, on=["seed", "labelled"], suffixes=("_a", "_b"))
            checkpoints, wins, losses = _compared(pairs, train_alike(arms[a], arms[b]))
            rows += [[dataset, a, b, checkpoints, wins, losses], [dataset, b, a, checkpoints, losses, wins]]
    table = DataFrame(rows, columns=PENALTIES[:-1])
    return table.assign(penalty=table["wins"] / table["checkpoints"].where(table["checkpoints"] > 0))


def _compared(pairs: DataFrame, alike: bool) -> tuple[int, int, int]:
    """Checkpoints, and those at which a or b is significantly better: 0 lies outside the 95 % interval of their
    difference exactly where the t-test's p is below .05."""
    differences = [
        paired_difference(checkpoint["accuracy_a"], checkpoint["accuracy_b"])
        for _, checkpoint in pairs.groupby("labelled")
        if len(checkpoint) > 1 and not (alike and (checkpoint["samples_a"] == checkpoint["samples_b"]).all())
    ]
    return len(differences), sum(d.low > 0 for d in differences), sum(d.high < 0 for d in differences)


def of_all_seeds(efficiencies: DataFrame) -> DataFrame:
    """The rows of rounds in which every seed of the arm has a labelling efficiency.

    A mean over some seeds would leave out those that are beyond the reference's reach: the best.
    """
    has_one = efficiencies["efficiency"].notna()
    return efficiencies[has_one.groupby([efficiencies["arm"], efficiencies["round"]]).transform("all")]


def of_arms(areas: DataFrame, efficiencies: DataFrame, experiments: DataFrame, arms: Mapping[str, Arm]) -> DataFrame:
    """What a dataset's curves come to, rows [arm]: areas (mean and sd over seeds), the reference and the paired
    difference of the linear area to its, the last labelling efficiency that every seed has and the number of labels it
    has it `at`, mean seconds of a query and a training.

    What an arm doesn't have is missing; the reference of an arm without one is an empty text.
    """
    spread = areas.groupby("arm", sort=False).agg(
        seeds=("seed", "nunique"),
        linear_mean=("area_linear", "mean"),
        linear_std=("area_linear", "std"),
        log_mean=("area_log", "mean"),
        log_std=("area_log", "std"),
    )
    spread["reference"] = [references(arms).get(arm, "") for arm in spread.index]
    reached = of_all_seeds(efficiencies).groupby(["arm", "labelled"])["efficiency"].mean()
    last = reached.reset_index("labelled").groupby("arm").last().rename(columns={"labelled": "at"})
    seconds = experiments.groupby("arm")[["query_seconds", "seconds"]].mean()
    return spread.join(_differences(areas, spread["reference"])).join(last).join(seconds)


def _differences(areas: DataFrame, of_arms: Series) -> DataFrame:
    """The paired difference of each arm's linear area to its reference's, rows [arm]."""
    of_seeds = areas.dropna().pivot(index="seed", columns="arm", values="area_linear")
    compared = [arm for arm in of_seeds if of_arms[arm] not in ("", arm)]
    pairs = [of_seeds[[arm, of_arms[arm]]].dropna().to_numpy().T for arm in compared]
    return DataFrame([paired_difference(*pair) for pair in pairs], index=compared, columns=PairedDifference._fields)
