"""The paper's numbers (Devkar 2024, arXiv 2412.16168) beside a study's own: read as its notebook does, and otherwise.

published.tsv, beside this file, has each number as the paper prints it and as the author's notebook shows it
(github.com/akankshanc/STALL), and says where.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pandas import DataFrame

from superposition import summaries, tables
from superposition.config import UNTRAINED, Arm
from superposition.headlines import QUANTITY
from superposition.statistics import Interval, interval

BASELINE, ACTIVE = "baseline", "active learning"
AS_CODED = "as coded"
FIRST = ("as_coded", "as_written", "least_confidence")


class Reading(NamedTuple):
    """One way to read one of the paper's numbers."""

    number: str
    reading: str
    layer: str
    metric: str
    quantity: str


TWICE, HOOK, FEATURES = "layer4+layer4.1+layer4.1.conv2", "layer4.1.conv2", "avgpool"
READINGS = (
    Reading("mean cosine", AS_CODED, TWICE, "cosine_as_coded", "mean"),
    Reading("mean cosine", "by a forward hook", HOOK, "cosine", "sample.mean"),
    Reading("mean cosine", "by a forward hook, centred", HOOK, "cosine", "sample.centred.mean"),
    Reading("mean cosine", "on the features", FEATURES, "cosine", "sample.mean"),
    Reading("sd of the cosine", AS_CODED, TWICE, "cosine_as_coded", "sd"),
    Reading("sd of the cosine", "by a forward hook", HOOK, "cosine", "sample.sd"),
    Reading("silhouette", AS_CODED, "layer4", "clusters_as_coded", "silhouette"),
    Reading("silhouette", "on the features", FEATURES, "silhouette", "mean"),
    Reading("Davies-Bouldin", AS_CODED, "layer4", "clusters_as_coded", "davies_bouldin"),
    Reading("Davies-Bouldin", "on the features", FEATURES, "davies_bouldin", "index"),
    Reading("accuracy", AS_CODED, "logits", "accuracy", "top1"),
)
PAPER = ["paper", "printed", "notebook", "source", "note"]
COLUMNS = ["dataset", *Reading._fields, *PAPER, "arm", *Interval._fields]


def numbers() -> DataFrame:
    """What the paper prints: dataset, paper (which of its two arms), number, printed, notebook, source, note."""
    return tables.read(Path(__file__).with_suffix(".tsv"))


def beside(scalars: DataFrame, arms: Mapping[str, Arm]) -> DataFrame:
    """Each reading of the paper's numbers on those of the study's datasets that the paper has, for every arm that
    answers to one of the paper's, and for the control; columns `COLUMNS`.

    printed, notebook, source, note: at the reading that the notebook has. n, mean, low, high: over seeds, after the
    arm's last round, with Student's 95 % interval; empty where nothing was measured. `arm` is empty where none answers
    to the paper's, `paper` for the control.
    """
    printed = numbers().assign(reading=AS_CODED)
    datasets = scalars.loc[scalars["dataset"].isin(printed["dataset"]), ["dataset"]].drop_duplicates()
    compared = DataFrame(counterparts(arms), columns=["paper", "arm"])
    found = datasets.merge(DataFrame(READINGS), how="cross").merge(compared, how="cross")
    found = found.merge(printed, how="left", on=["dataset", "number", "reading", "paper"])
    found = found.merge(_measured(scalars), how="left", on=[*QUANTITY, "arm"])[COLUMNS]
    return found.fillna({"source": "", "note": ""})


def counterparts(arms: Mapping[str, Arm]) -> list[tuple[str, str]]:
    """Arms of the paper, each with the study's that answers to it, or with "" where none does; ("", control).

    To the paper's baseline: trained once; where one of these is called so, it alone. To its active learning: several
    rounds of least confidence.
    """
    once = [name for name, arm in arms.items() if arm.trained and arm.rounds == 1]
    baselines = [name for name in once if name == BASELINE] or once or [""]
    several = [name for name, arm in arms.items() if arm.rounds > 1 and arm.strategy == "least_confidence"]
    active = [name for name in dict.fromkeys([*FIRST, *several]) if name in several] or [""]
    control = [("", name) for name in arms if name == UNTRAINED]
    return [*((BASELINE, name) for name in baselines), *((ACTIVE, name) for name in active), *control]


def _measured(scalars: DataFrame) -> DataFrame:
    """Every quantity of each arm over seeds, after its last round."""
    values = summaries.last_rounds(scalars).groupby([*QUANTITY, "arm"], sort=False)["value"]
    rows = [[*of, *interval(value.to_numpy())] for of, value in values]
    return DataFrame(rows, columns=[*QUANTITY, "arm", *Interval._fields])


def side_by_side(found: DataFrame) -> dict[str, Any]:
    """One dataset's rows of `beside` as the report shows them: a row a reading; in each, a group for either arm of the
    paper and one for the control, with what the paper says and a cell for each of the study's arms."""
    rows = [
        {**dict(zip(Reading._fields, reading, strict=True)), "groups": _groups(of_reading)}
        for reading, of_reading in found.groupby([*Reading._fields], sort=False)
    ]
    return {"rows": rows, "notes": [note for note in found["note"].unique() if note]}


def _groups(of_reading: DataFrame) -> list[dict[str, Any]]:
    return [
        {"paper": paper, "printed": group["printed"].iloc[0], "notebook": group["notebook"].iloc[0]}
        | {"cells": group[["arm", *Interval._fields]].to_dict("records")}
        for paper, group in of_reading.groupby("paper", sort=False)
    ]
