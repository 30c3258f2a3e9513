"""Write the study's report: one HTML page that needs nothing beside it."""

import base64
import platform
from importlib import metadata
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, StrictUndefined
from pandas import DataFrame

from superposition import curves, headlines, picks, plugins, published, summaries, verdicts, wording
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
COMPARED = ["a", "round_a", "b", "round_b"]


def run(*, study: str, tables: list[Path], figures: list[Path], report: Path) -> None:
    """Write the study's report: one HTML page that needs nothing beside it.

    study: the whole config as JSON; tables: measures, experiments, contrasts, adjusted and published, areas and
    efficiency, picked, queries and overlaps, and apart where features are compared, each .tsv; figures:
    {dataset}/{figure}.svg.
    """
    config = Study.model_validate_json(study)
    frames = {path.stem: table_files.read(path) for path in tables}
    page = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    page.filters.update(number=wording.number, percent=wording.percent, duration=wording.duration)
    page.filters.update(enumeration=wording.enumeration, caution=wording.caution)
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
    compared = of_dataset["contrasts"], of_dataset["experiments"]
    contrasts = [verdicts.contrast(a, b, study, *compared) for a, b in study.contrasts]
    return {
        "name": name,
        "contrasts": contrasts,
        "verdicts": verdicts.table(contrasts),
        "adjusted": [_adjusted(of_dataset["adjusted"], a, b) for a, b in study.contrasts],
        "published": published.side_by_side(of_dataset["published"]),
        "some_earlier": any(contrast["earlier"] for contrast in contrasts),
        "measures": _measures(of_dataset["measures"], list(study.arms)),
        "curves": _curves(of_dataset, study),
        "picks": _picks(of_dataset),
        "apart": [_apart(of_dataset["apart"], told) for told in contrasts if "apart" in of_dataset and told["rows"]],
        "figures": [_figure(path) for path in figures if path.parent.name == name],
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


def _curves(frames: dict[str, DataFrame], study: Study) -> list[dict[str, Any]]:
    """One entry an arm with several rounds: what its curves come to, and the labels that they span."""
    areas, rounds = frames["areas"], frames["experiments"]
    rows = curves.of_arms(areas, frames["efficiency"], rounds, study.arms).reset_index().to_dict("records")
    span = areas[["from", "to"]].head(1).to_dict("records")
    return [{**row, **span[0], "verdict": wording.verdict(row["difference"], row["low"], row["high"])} for row in rows]


def _picks(frames: dict[str, DataFrame]) -> list[dict[str, Any]]:
    """One entry an arm that had a choice: what it chose."""
    return picks.by_arm(frames["picked"], frames["queries"], frames["overlaps"]).to_dict("records")


def _apart(apart: DataFrame, contrast: dict[str, Any]) -> dict[str, Any]:
    """How alike the features of a contrast's arms are, after the rounds that are told of it."""
    first = contrast["rows"][0]
    told = apart[(apart[COMPARED] == [first[column] for column in COMPARED]).all(axis=1)]
    return {**contrast, "rows": [{**row, "verdict": wording.alikeness(row)} for row in told.to_dict("records")]}


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
