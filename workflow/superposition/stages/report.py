"""Write the study's report: one HTML page that needs nothing beside it."""

import base64
import platform
from importlib import metadata
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, StrictUndefined
from pandas import DataFrame

from superposition import curves, picks, plugins, summaries, wording
from superposition import tables as table_files
from superposition.config import Study
from superposition.files import replacing

PACKAGES = [
    "torch",
    "torchvision",
    "numpy",
    "scipy",
    "scikit-learn",
    "openTSNE",
    "pandas",
    "h5py",
    "matplotlib",
    "snakemake",
]


def run(*, study: str, tables: list[Path], figures: list[Path], report: Path) -> None:
    """Write the study's report: one HTML page that needs nothing beside it.

    study: the whole config as JSON; tables: measures, experiments and contrasts, areas and efficiency, picked, queries
    and overlaps, each .tsv; figures: {dataset}/{figure}.svg.
    """
    config = Study.model_validate_json(study)
    frames = {path.stem: table_files.read(path) for path in tables}
    page = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    page.filters.update(number=wording.number, percent=wording.percent, duration=wording.duration)
    page.filters.update(enumeration=wording.enumeration)
    html = page.from_string(Path(__file__).with_suffix(".html").read_text(encoding="utf-8")).render(
        study=config,
        datasets=[_dataset(name, config, frames, figures) for name in config.datasets],
        metrics={name: plugins.summary("metric", name) for name in config.metrics},
        effort=summaries.effort(frames["experiments"]).reset_index().to_dict("records"),
        settings=yaml.safe_dump(config.model_dump(mode="json"), sort_keys=False, allow_unicode=True),
        versions={"python": platform.python_version(), **_versions()},
    )
    with replacing(report) as temporary:
        temporary.write_text(html, encoding="utf-8")


def _dataset(name: str, study: Study, frames: dict[str, DataFrame], figures: list[Path]) -> dict[str, Any]:
    of_dataset = {table: frame[frame["dataset"] == name] for table, frame in frames.items()}
    contrasts = [_contrast(a, b, study, of_dataset) for a, b in study.contrasts]
    return {
        "name": name,
        "contrasts": contrasts,
        "some_earlier": any(contrast["earlier"] for contrast in contrasts),
        "measures": _measures(of_dataset["measures"], list(study.arms)),
        "curves": _curves(of_dataset, study),
        "picks": _picks(of_dataset),
        "figures": [_figure(path) for path in figures if path.parent.name == name],
    }


def _contrast(a: str, b: str, study: Study, frames: dict[str, DataFrame]) -> dict[str, Any]:
    """What the report says of two arms: of the last rounds that more than chance tells apart."""
    every = frames["contrasts"][(frames["contrasts"]["a"] == a) & (frames["contrasts"]["b"] == b)]
    if every.empty:
        return {"a": a, "b": b, "rows": [], "earlier": False}
    alike = summaries.train_alike(study.arms[a], study.arms[b])
    shown = summaries.telling(every, alike)
    first = shown.iloc[0]
    return {
        "a": a,
        "b": b,
        "rows": [_compared(row) for row in shown.to_dict("records")],
        "earlier": bool((first[summaries.ROUNDS] < every[summaries.ROUNDS].max()).any()),
        "moment_a": _moment(a, first["round_a"], study, frames["experiments"]),
        "moment_b": _moment(b, first["round_b"], study, frames["experiments"]),
        "same_samples": bool(shown["same_samples"].all()),
        "alike": alike,
    }


def _compared(row: dict[str, Any]) -> dict[str, Any]:
    headline = _is_headline(row["metric"], row["quantity"])
    return {**row, "headline": headline, "verdict": wording.verdict(row["difference"], row["low"], row["high"])}


def _moment(arm: str, round_: int, study: Study, experiments: DataFrame) -> str:
    """`random after round 4 (1,150 samples)`; an arm with a single round goes without its number."""
    row = experiments[(experiments["arm"] == arm) & (experiments["round"] == round_)].iloc[0]
    newest = f"the newest {row['trained_on']:,} of " if row["trained_on"] < row["labelled"] else ""
    after = f" after round {round_}" if study.arms[arm].rounds > 1 else ""
    return f"{arm}{after} ({newest}{row['labelled']:,} samples)"


def _measures(scalars: DataFrame, arms: list[str]) -> list[dict[str, Any]]:
    """One entry a quantity, with (mean, sd, n) of each arm."""
    rows = []
    for (_, layer, metric, quantity), row in summaries.by_arm(scalars).iterrows():
        cells = [{statistic: row[statistic, arm] for statistic in ("mean", "std", "count")} for arm in arms]
        headline = _is_headline(metric, quantity)
        rows.append({"layer": layer, "metric": metric, "quantity": quantity, "headline": headline, "cells": cells})
    return rows


def _curves(frames: dict[str, DataFrame], study: Study) -> list[dict[str, Any]]:
    """One entry an arm with several rounds: what its curves come to, and the labels that they span."""
    areas, rounds = frames["areas"], frames["experiments"]
    rows = curves.of_arms(areas, frames["efficiency"], rounds, study.arms).reset_index().to_dict("records")
    span = areas[["from", "to"]].head(1).to_dict("records")
    return [{**row, **span[0], "verdict": wording.verdict(row["difference"], row["low"], row["high"])} for row in rows]


def _picks(frames: dict[str, DataFrame]) -> list[dict[str, Any]]:
    """One entry an arm that had a choice: what it chose."""
    return picks.by_arm(frames["picked"], frames["queries"], frames["overlaps"]).to_dict("records")


def _is_headline(metric: str, quantity: str) -> bool:
    """A metric may name (`HEADLINE`) what to show first; the rest is folded away."""
    return quantity in plugins.declared("metric", metric).get("HEADLINE", (quantity,))


def _figure(svg: Path) -> dict[str, str]:
    encoded = base64.b64encode(svg.read_bytes()).decode("ascii")
    return {
        "source": f"data:image/svg+xml;base64,{encoded}",
        "alt": plugins.summary("figure", svg.stem),
        "caption": plugins.declared("figure", svg.stem)["CAPTION"],
        "section": plugins.declared("figure", svg.stem)["SECTION"],
    }


def _versions() -> dict[str, str]:
    installed = {distribution.name.lower() for distribution in metadata.distributions()}
    return {name: metadata.version(name) for name in PACKAGES if name.lower() in installed}
