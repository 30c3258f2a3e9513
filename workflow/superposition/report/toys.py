"""What the report says of toy models, from their tables."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pandas import DataFrame

from superposition import plugins, tables, toy_panels, wording
from superposition.config import Study
from superposition.toys import phases
from superposition.toys.config import Bounds, Models, Selection
from superposition.toys.packed import QUANTITIES

MOST_ROWS = 60
"""Rows of a table that the page shows."""
TIGHT = 0.99
"""Share of a bound from which it counts as reached."""


def of_study(study: Study, paths: list[Path], assets: Path) -> list[dict[str, Any]]:
    """What the templates need to know of each toy model; its figures are copied to `assets`.

    paths: {toy}/{table}.tsv and {toy}/{figure}.svg, of any toys.
    """
    return [
        _toy(name, study, [path for path in paths if path.parent.name == name], assets) for name in study.toys.names
    ]


def _toy(name: str, study: Study, paths: list[Path], assets: Path) -> dict[str, Any]:
    settings = study.toys[name]
    frames = {path.stem: tables.read(path) for path in paths if path.suffix == ".tsv"}
    match settings:
        case Models():
            said = {"kind": "models", "rows": _by_setting(frames["summary"]), "found": _packed(settings, frames)}
        case Bounds():
            said = {"kind": "bounds", "rows": frames["bounds"].to_dict("records"), "found": _reached(frames["bounds"])}
        case Selection():
            rows = _last(frames["contrasts"])
            said = {"kind": "selection", "rows": rows, "found": _changed(rows, settings.arms[0])}
    figures = [_figure(path, assets / f"toys.{name}.{path.name}") for path in paths if path.suffix == ".svg"]
    return {"name": name, "settings": settings, "figures": figures, "most_rows": MOST_ROWS, **said}


def _figure(figure: Path, copy: Path) -> dict[str, str]:
    shutil.copyfile(figure, copy)
    caption = plugins.declared("toy_figure", figure.stem)["CAPTION"]
    return {"file": copy.name, "alt": plugins.summary("toy_figure", figure.stem), "caption": caption}


def _by_setting(summary: DataFrame) -> list[dict[str, Any]]:
    """One entry for models that differ in their seeds only: means, and how many are the most common regular polygon."""
    groups = summary.groupby(toy_panels.AXES, sort=False)
    measured = ["loss", "loss_over_mean", "represented", "dimensions_per_feature", "largest_overlap", "filled"]
    return groups[measured].mean().assign(seeds=groups.size()).reset_index().to_dict("records")


def _packed(toy: Models, frames: Mapping[str, DataFrame]) -> list[str]:
    """Sentences about how many features are represented, about regular polygons and about phases."""
    summary = frames["summary"].assign(kind=toy_panels.kinds(frames["summary"]))
    said = []
    if summary["density"].nunique() > 1 and summary["importance"].nunique() == 1:
        said = [_rise(str(kind), rows) for kind, rows in summary.groupby("kind", sort=False)]
    if "plane" in toy.figures:
        groups = summary.groupby(["kind", "density"], sort=False)
        said += [_regular(kind, density, rows) for (kind, density), rows in groups]
    if "phases" in toy.figures:
        points = phases.points(frames["features"], frames["summary"])
        where = f"{points['agree'].sum()} of {len(points)} points"
        said.append(f"The best trained model of a point is in the region that costs least by closed form at {where}.")
    return [sentence for sentence in said if sentence]


def _rise(kind: str, rows: DataFrame) -> str:
    means = rows.groupby("density")["represented"].mean()
    rare, common = means.index.min(), means.index.max()
    return (
        f"{kind}: {means[common]:.3g} features represented where one is present with probability {common:.3g}, "
        f"{means[rare]:.3g} with {rare:.3g}."
    )


def _regular(kind: str, density: float, rows: DataFrame) -> str:
    corners = rows.loc[rows["polygon"] > 0, "polygon"]
    if corners.empty:
        return ""
    common = corners.mode()[0]
    seeds = f"{(corners == common).sum()} of {len(rows)} seeds"
    return f"{kind}, probability {density:.3g}: a regular polygon of {common:.0f} corners in {seeds}."


def _reached(bounds: DataFrame) -> list[str]:
    """Sentences about how tight the bounds are."""
    limit, dense = bounds[bounds["density"] == 0], bounds[bounds["density"] > 0]
    tight = (limit["improvement"] >= TIGHT * limit["upper"]).sum()
    said = [
        f"In the limit of rare features the best weights found reach {wording.percent(TIGHT)} of the upper bound at "
        f"{tight} of {_counted(len(limit), 'size')}."
    ]
    for (dimensions, features), rows in dense.groupby(["dimensions", "features"], sort=False):
        rare, common = rows.loc[rows["density"].idxmin()], rows.loc[rows["density"].idxmax()]
        said.append(
            f"{features} features in {_counted(dimensions, 'dimension')}: {rare['improvement'] / rare['upper']:.4f} of "
            f"the bound at the lowest density, {rare['density']:.3g}; {common['improvement'] / common['kept']:.3f} "
            f"times what one feature a dimension gives at the highest, {common['density']:.3g}."
        )
    return said


def _last(contrasts: DataFrame) -> list[dict[str, Any]]:
    """The contrasts after the last round, each with what there is to say of it."""
    rows = contrasts[contrasts["round"] == contrasts["round"].max()].to_dict("records")
    return [
        {
            **row,
            "meaning": QUANTITIES[str(row["quantity"])],
            "verdict": wording.verdict(row["difference"], row["low"], row["high"]),
            "certain": row["p_holm"] <= wording.SIGNIFICANCE,
        }
        for row in rows
    ]


def _changed(rows: list[dict[str, Any]], reference: str) -> list[str]:
    """A sentence an arm: whether it changes how many features are packed."""
    said = []
    for row in (row for row in rows if row["quantity"] == "represented"):
        size = f"{wording.number(abs(row['difference']))} {'more' if row['difference'] > 0 else 'fewer'} than"
        how = size if row["difference"] else "as many as"
        mean, expected = (wording.number(row[column]) for column in ("mean_a", "predicted"))
        said.append(
            f"{row['a']}: {mean} features represented, {how} with {reference}{_interval(row)}: "
            f"{wording.judgement(row)}. To first order, a difference of {expected} was to be expected."
        )
    return said


def _interval(row: dict[str, Any]) -> str:
    """` (95 % 0.5 to 2.5)`, turned to the difference's direction; nothing for one seed."""
    if row["n"] == 1:
        return ""
    ends = [row["low"], row["high"]] if row["difference"] >= 0 else [-row["high"], -row["low"]]
    return f" (95\u00a0% {wording.number(ends[0])} to {wording.number(ends[1])})"


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"
