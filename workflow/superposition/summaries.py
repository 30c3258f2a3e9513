"""What the study's tables say of its runs: one row a round, one row an arm."""

from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any

from pandas import DataFrame

from superposition import headlines, tables
from superposition import samples as sample_lists
from superposition.config import Arm
from superposition.headlines import QUANTITY

SETTINGS = ["network", "weights", "batch_size", "optimiser", "lr", "schedule", "augment"]
EXPERIMENTS = [
    *tables.RUN,
    "strategy",
    "between_rounds",
    *SETTINGS,
    "precision",
    "labelled",
    "trained_on",
    "samples",
    "accuracy",
    "epochs",
    "seconds",
    "images_per_s",
    "peak_memory_mb",
    "query_seconds",
]


def last_rounds(frame: DataFrame) -> DataFrame:
    """The rows of each arm's last round on its dataset."""
    return frame[frame["round"] == frame.groupby(["dataset", "arm"])["round"].transform("max")]


def by_arm(scalars: DataFrame) -> DataFrame:
    """Mean, sd (sample, n - 1) and n over seeds of every quantity, after each arm's last round.

    Rows [dataset, layer, metric, quantity], in the order in which they were measured; columns [statistic, arm].
    """
    spread = last_rounds(scalars).groupby([*QUANTITY, "arm"], sort=False)["value"].agg(["mean", "std", "count"])
    rows = scalars[QUANTITY].drop_duplicates()
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


def experiments(
    histories: list[Path], samples: list[Path], efforts: list[Path], scalars: DataFrame, arms: Mapping[str, Arm]
) -> DataFrame:
    """One row a round: its settings, how many samples were labelled so far and how many it trained on, a digest of the
    latter's ids, test accuracy, time and memory, the seconds that its query took in all, and every headline quantity.

    The paths name the round: {dataset}/{arm}/seed{seed}/round{round}/NAME. `accuracy` stays empty where it was not
    measured, `query_seconds` in first rounds. `precision` is the one that it was trained at, whatever was asked for.
    """
    frame = DataFrame([_trained(path) for path in histories])
    counted = DataFrame([_counted(path, samples, arms) for path in samples])
    queried = DataFrame([_queried(path) for path in efforts], columns=[*tables.RUN, "query_seconds"])
    accuracy = scalars[(scalars["metric"] == "accuracy") & (scalars["quantity"] == "top1")]
    frame = frame.merge(counted, on=tables.RUN, how="left").merge(
        accuracy[[*tables.RUN, "value"]].rename(columns={"value": "accuracy"}), on=tables.RUN, how="left"
    )
    frame = frame.merge(queried, on=tables.RUN, how="left")
    settings = DataFrame([_settings(arms[arm]) for arm in frame["arm"]], index=frame.index)
    frame = frame.join(settings)[EXPERIMENTS]
    results = headlines.side_by_side(headlines.after_rounds(scalars, frame))
    return frame.merge(results.reset_index(), on=tables.RUN, how="left")


def _settings(arm: Arm) -> dict[str, Any]:
    training = arm.training
    of_training = {name: getattr(training, name) for name in ("network", "weights", "batch_size", "schedule")}
    updates = {"optimiser": training.optimiser.name, "lr": training.optimiser.lr}
    own = {"strategy": arm.strategy, "between_rounds": arm.between_rounds, "augment": " ".join(training.augment)}
    return {**own, **of_training, **updates}


def _place(path: Path) -> dict[str, Any]:
    dataset, arm, seed, round_ = path.parts[-5:-1]
    return {
        "dataset": dataset,
        "arm": arm,
        "seed": int(seed.removeprefix("seed")),
        "round": int(round_.removeprefix("round")),
    }


def _counted(newest: Path, lists: list[Path], arms: Mapping[str, Arm]) -> dict[str, str | int]:
    place = _place(newest)
    of_run = [path for path in lists if path.parents[1] == newest.parents[1]]
    so_far = [path for path in of_run if _place(path)["round"] <= place["round"]]
    arm = arms[place["arm"]]
    labelled = sample_lists.read_ids(so_far if arm.trained else [])
    ids = sample_lists.read_ids([newest]) if arm.trained and arm.labelled == "newest" else labelled
    digest = blake2b(ids.astype("<i8").tobytes(), digest_size=4).hexdigest()
    return {**place, "labelled": len(labelled), "trained_on": len(ids), "samples": digest}


def _trained(path: Path) -> dict[str, str | int | float]:
    history = tables.read(path)
    return {
        **_place(path),
        "precision": history["precision"].iloc[-1] if len(history) else "",
        "epochs": len(history),
        "seconds": history["seconds"].sum(),
        "images_per_s": history["images_per_s"].median(),
        "peak_memory_mb": history["peak_memory_mb"].max(),
    }


def _queried(path: Path) -> dict[str, str | int | float]:
    return {**_place(path), "query_seconds": tables.read(path)[tables.EFFORT].sum(axis=1).sum()}
