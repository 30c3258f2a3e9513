"""What the study's tables say of its runs: one row a round, one row a contrast."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from pandas import DataFrame, Series

from superposition import tables
from superposition.config import Arm
from superposition.statistics import PairedDifference, paired_difference

EXPERIMENTS = [
    *tables.RUN,
    "strategy",
    "between_rounds",
    "labelled",
    "trained_on",
    "accuracy",
    "epochs",
    "seconds",
    "images_per_s",
    "peak_memory_mb",
]


def last_rounds(frame: DataFrame) -> DataFrame:
    """The rows of each arm's last round on its dataset."""
    return frame[frame["round"] == frame.groupby(["dataset", "arm"])["round"].transform("max")]


def contrasts(scalars: DataFrame, pairs: Sequence[tuple[str, str]]) -> DataFrame:
    """Every quantity of each pair of arms, compared seed by seed after each arm's last round; seeds that only one has
    are left out."""
    rows = []
    for place, group in last_rounds(scalars).groupby(["dataset", "layer", "metric", "quantity"], sort=False):
        by_seed = group.pivot(index="seed", columns="arm", values="value")
        for a, b in pairs:
            both = by_seed.reindex(columns=[a, b]).dropna()
            if len(both):
                rows.append([*place, a, b, *paired_difference(both[a].to_numpy(), both[b].to_numpy())])
    return DataFrame(rows, columns=["dataset", "layer", "metric", "quantity", "a", "b", *PairedDifference._fields])


def by_arm(scalars: DataFrame) -> DataFrame:
    """Mean, sd (sample, n - 1) and n over seeds of every quantity, after each arm's last round.

    Rows [dataset, layer, metric, quantity], in the order in which they were measured; columns [statistic, arm].
    """
    keys = ["dataset", "layer", "metric", "quantity"]
    spread = last_rounds(scalars).groupby([*keys, "arm"], sort=False)["value"].agg(["mean", "std", "count"])
    rows = scalars[keys].drop_duplicates()
    return spread.unstack("arm").reindex(rows)


def effort(experiments: DataFrame) -> DataFrame:
    """What each arm cost, rows [dataset, arm]: seeds, rounds, final number labelled, training time a seed, speed, peak
    memory."""
    runs = experiments.groupby(["dataset", "arm", "seed"], sort=False).agg(
        rounds=("round", "max"),
        labelled=("labelled", "max"),
        seconds=("seconds", "sum"),
        images_per_s=("images_per_s", "median"),
        peak_memory_mb=("peak_memory_mb", "max"),
    )
    return (
        runs.reset_index()
        .groupby(["dataset", "arm"], sort=False)
        .agg(
            seeds=("seed", "nunique"),
            rounds=("rounds", "max"),
            labelled=("labelled", "max"),
            seconds=("seconds", "mean"),
            images_per_s=("images_per_s", "median"),
            peak_memory_mb=("peak_memory_mb", "max"),
        )
    )


def experiments(histories: list[Path], samples: list[Path], scalars: DataFrame, arms: Mapping[str, Arm]) -> DataFrame:
    """One row a round: its settings, the samples labelled so far and those trained on, test accuracy, time and memory.

    The paths name the round: {dataset}/{arm}/seed{seed}/round{round}/NAME. `accuracy` stays empty where it was not
    measured.
    """
    frame = DataFrame([_trained(path) for path in histories])
    queried = DataFrame([{**_place(path), "queried": len(tables.read(path))} for path in samples]).sort_values(
        tables.RUN
    )
    queried["labelled"] = queried.groupby(tables.RUN[:-1])["queried"].cumsum()
    accuracy = scalars[(scalars["metric"] == "accuracy") & (scalars["quantity"] == "top1")]
    frame = frame.merge(queried, on=tables.RUN, how="left").merge(
        accuracy[[*tables.RUN, "value"]].rename(columns={"value": "accuracy"}), on=tables.RUN, how="left"
    )
    frame["strategy"] = [arms[arm].strategy for arm in frame["arm"]]
    frame["between_rounds"] = [arms[arm].between_rounds for arm in frame["arm"]]
    newest = Series([arms[arm].labelled == "newest" for arm in frame["arm"]], dtype=bool)
    frame["trained_on"] = frame["queried"].where(newest, frame["labelled"])
    return frame[EXPERIMENTS]


def _place(path: Path) -> dict[str, str | int]:
    dataset, arm, seed, round_ = path.parts[-5:-1]
    return {
        "dataset": dataset,
        "arm": arm,
        "seed": int(seed.removeprefix("seed")),
        "round": int(round_.removeprefix("round")),
    }


def _trained(path: Path) -> dict[str, str | int | float]:
    history = tables.read(path)
    return {
        **_place(path),
        "epochs": len(history),
        "seconds": history["seconds"].sum(),
        "images_per_s": history["images_per_s"].median(),
        "peak_memory_mb": history["peak_memory_mb"].max(),
    }
