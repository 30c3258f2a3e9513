"""What the report says of contrasts: which measures differ between two arms, by how much, and how sure that is."""

from typing import Any

from pandas import DataFrame

from superposition import comparisons, headlines, wording
from superposition.config import Study


def contrast(a: str, b: str, study: Study, contrasts: DataFrame, experiments: DataFrame) -> dict[str, Any]:
    """What there is to say of two arms on a dataset: of the last rounds that more than chance tells apart."""
    every = contrasts[(contrasts["a"] == a) & (contrasts["b"] == b)]
    if every.empty:
        return {"a": a, "b": b, "rows": [], "earlier": False}
    alike = comparisons.train_alike(study.arms[a], study.arms[b])
    shown = comparisons.telling(every, alike)
    first = shown.iloc[0]
    return {
        "a": a,
        "b": b,
        "rows": [_said(row) for row in shown.to_dict("records")],
        "earlier": bool((first[comparisons.ROUNDS] < every[comparisons.ROUNDS].max()).any()),
        "moment_a": moment(a, first["round_a"], study, experiments),
        "moment_b": moment(b, first["round_b"], study, experiments),
        "same_samples": bool(shown["same_samples"].all()),
        "alike": alike,
        "seeds": int(shown["n"].max()),
    }


def _said(row: dict[str, Any]) -> dict[str, Any]:
    return {
        **row,
        "headline": headlines.is_headline(row["metric"], row["quantity"]),
        "verdict": wording.verdict(row["difference"], row["low"], row["high"]),
        "direction": wording.direction(row["difference"]),
        "judgement": wording.judgement(row),
        "statement": wording.statement(row),
    }


def moment(arm: str, round_: int, study: Study, experiments: DataFrame) -> str:
    """`random after round 4 (1,150 samples)`; an arm with a single round goes without its number."""
    row = experiments[(experiments["arm"] == arm) & (experiments["round"] == round_)].iloc[0]
    newest = f"the newest {row['trained_on']:,} of " if row["trained_on"] < row["labelled"] else ""
    after = f" after round {round_}" if study.arms[arm].rounds > 1 else ""
    return f"{arm}{after} ({newest}{row['labelled']:,} samples)"


def table(contrasts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One entry a headline quantity and layer, with a cell a contrast: its row, or None where it was not measured.

    Those that differ for certain in any contrast come first, then those that may. Contrasts without rows have no cells.
    """
    told = [{_measure(row): row for row in found["rows"] if row["headline"]} for found in contrasts if found["rows"]]
    measures = dict.fromkeys(measure for rows in told for measure in rows)
    entries = [
        {**dict(zip(headlines.MEASURE, measure, strict=True)), "cells": [rows.get(measure) for rows in told]}
        for measure in measures
    ]
    return sorted(entries, key=_doubt)


def _doubt(entry: dict[str, Any]) -> int:
    """0 for what is certain in one cell or more, 1 for what is not certain there, else 2."""
    judged = {cell["judgement"] for cell in entry["cells"] if cell}
    return 0 if "certain" in judged else 1 if "not certain" in judged else 2


def _measure(row: dict[str, Any]) -> tuple[str, ...]:
    return tuple(row[column] for column in headlines.MEASURE)
