"""What the report's sections say of one dataset, from the study's tables."""

from collections.abc import Mapping
from typing import Any

from pandas import DataFrame

from superposition import curves, headlines, picks, published, summaries, verdicts, wording
from superposition.config import Study

COMPARED = ["a", "round_a", "b", "round_b"]


def of_dataset(name: str, study: Study, tables: Mapping[str, DataFrame]) -> dict[str, Any]:
    """What the templates need to know of a dataset.

    tables: measures, experiments, contrasts, adjusted, published, areas, efficiency, picked, queries, overlaps, and
    apart where features are compared, of any datasets.
    """
    frames = {table: frame[frame["dataset"] == name] for table, frame in tables.items()}
    contrasts = [verdicts.contrast(a, b, study, frames["contrasts"], frames["experiments"]) for a, b in study.contrasts]
    return {
        "name": name,
        "contrasts": contrasts,
        "verdicts": verdicts.table(contrasts),
        "adjusted": [_adjusted(frames["adjusted"], a, b) for a, b in study.contrasts],
        "published": published.side_by_side(frames["published"]),
        "some_earlier": any(contrast["earlier"] for contrast in contrasts),
        "measures": _measures(frames["measures"], list(study.arms)),
        "curves": _curves(frames, study),
        "picks": picks.by_arm(frames["picked"], frames["queries"], frames["overlaps"]).to_dict("records"),
        "apart": [_apart(frames["apart"], told) for told in contrasts if "apart" in frames and told["rows"]],
    }


def _adjusted(adjusted: DataFrame, a: str, b: str) -> dict[str, Any]:
    """What is left of the headline quantities of a contrast at equal labels and accuracy."""
    rows = headlines.only(adjusted[(adjusted["a"] == a) & (adjusted["b"] == b)]).to_dict("records")
    return {"a": a, "b": b, "rows": [{**row, "beyond": wording.beyond_accuracy(row)} for row in rows]}


def _measures(scalars: DataFrame, arms: list[str]) -> list[dict[str, Any]]:
    """One entry a quantity, with (mean, sd, n) of each arm."""
    rows = []
    for (_, layer, metric, quantity), row in summaries.by_arm(scalars).iterrows():
        cells = [{statistic: row[statistic, arm] for statistic in ("mean", "std", "count")} for arm in arms]
        headline = headlines.is_headline(metric, quantity)
        rows.append({"layer": layer, "metric": metric, "quantity": quantity, "headline": headline, "cells": cells})
    return rows


def _curves(frames: Mapping[str, DataFrame], study: Study) -> list[dict[str, Any]]:
    """One entry an arm with several rounds: what its curves come to, and the labels that they span."""
    areas, rounds = frames["areas"], frames["experiments"]
    rows = curves.of_arms(areas, frames["efficiency"], rounds, study.arms).reset_index().to_dict("records")
    span = areas[["from", "to"]].head(1).to_dict("records")
    return [{**row, **span[0], "verdict": wording.verdict(row["difference"], row["low"], row["high"])} for row in rows]


def _apart(apart: DataFrame, contrast: dict[str, Any]) -> dict[str, Any]:
    """How alike the features of a contrast's arms are, after the rounds that are told of it."""
    first = contrast["rows"][0]
    told = apart[(apart[COMPARED] == [first[column] for column in COMPARED]).all(axis=1)]
    return {**contrast, "rows": [{**row, "verdict": wording.alikeness(row)} for row in told.to_dict("records")]}
