"""The map of a dataset's samples: what Bokeh draws of it, and what the page's script knows of each sample."""

import base64
from pathlib import Path
from typing import Any

import numpy as np
from bokeh.embed import json_item
from bokeh.models import BoxZoomTool, ColumnDataSource, PanTool, Range1d, WheelZoomTool
from bokeh.palettes import Plasma256
from bokeh.plotting import figure
from pandas import DataFrame, Series

from superposition import plotting
from superposition.report import scripts

SAMPLE = ["split", "id", "label"]
CHOSEN = ["round", "rank", "score"]
EDGE = 1.04
DOT_PX = (3.0, 9.0)
PALEST, DARKEST = 225, 50


def write(assets: Path, dataset: str, embeddings: DataFrame, picks: DataFrame) -> dict[str, Any] | None:
    """Write {dataset}.map.js; what the macro `map_section` needs to know of it, or None where nothing is laid out.

    embeddings: rows of the dataset, of one seed's last rounds (columns `tables.EMBEDDING`); of several layers the last
    one is shown. picks: rows of the dataset and that seed (columns `picks.PICKS`).
    """
    if embeddings.empty:
        return None
    layer = embeddings["layer"].iloc[-1]
    points = embeddings[embeddings["layer"] == layer]
    samples = points[SAMPLE].drop_duplicates().sort_values(["split", "id"], ignore_index=True)
    arms = [_arm(name, place, points, picks, samples) for place, name in enumerate(points["arm"].unique())]
    tests = int((samples["split"] == "test").sum())
    rounds = 0 if picks["round"].isna().all() else int(picks["round"].max())
    known = {
        "plot": _plot(len(samples)),
        "class_colours": plotting.CLASS_COLOURS,
        "round_colours": _shades(rounds),
        "ids": samples["id"].tolist(),
        "labels": samples["label"].tolist(),
        "tests": tests,
        "arms": arms,
    }
    scripts.assignment(assets / f"{dataset}.map.js", "maps", dataset, value=known)
    shown = {"layer": layer, "seed": int(points["seed"].iloc[0]), "test": tests, "train": len(samples) - tests}
    return {"dataset": dataset, **shown, "arms": [(arm["name"], arm["round"]) for arm in arms]}


def _arm(name: str, place: int, points: DataFrame, picks: DataFrame, samples: DataFrame) -> dict[str, Any]:
    """One network's map, in the order of the samples: positions in a square from -1 to 1, and predicted, else -1."""
    own = points[points["arm"] == name]
    placed = samples.merge(own, on=SAMPLE, how="left")
    position = placed[["x", "y"]]
    low, high = position.min(), position.max()
    scaled = (position - (low + high) / 2) / ((high - low).max() / 2 or 1)
    return {
        "name": name,
        "round": int(own["round"].iloc[0]),
        "colour": plotting.cycled(plotting.ARM_COLOURS, place),
        "x": _packed(scaled["x"]),
        "y": _packed(scaled["y"]),
        "predicted": placed["predicted"].fillna(-1).astype(int).tolist(),
        "picks": _picks(picks[picks["arm"] == name], samples.loc[samples["split"] == "train", ["id"]]),
    }


def _picks(picks: DataFrame, train: DataFrame) -> dict[str, list[Any]] | None:
    """Round, rank and score with which an arm picked each training sample; None where it picks none."""
    if picks["round"].isna().all() or train.empty:
        return None
    chosen = train.merge(picks, on="id", how="left")[CHOSEN].astype(object)
    return {column: [_short(value) for value in chosen[column]] for column in CHOSEN}


def _short(value: float) -> float | int | None:
    """Four digits at most; what is missing stays out."""
    if value != value:
        return None
    return int(value) if value == int(value) else float(f"{value:.4g}")


def _packed(values: Series) -> str:
    """float32, little endian, as base64."""
    return base64.b64encode(values.to_numpy("<f4").tobytes()).decode("ascii")


def _shades(number: int) -> list[str]:
    """So many colours, from dark to pale, that are seen on white and on black."""
    return [Plasma256[int(position)] for position in np.linspace(DARKEST, PALEST, number)]


def _plot(samples: int) -> Any:
    """A square for Bokeh, without samples: the page's script fills it in."""
    plot = figure(
        x_range=Range1d(start=-EDGE, end=EDGE),
        y_range=Range1d(start=-EDGE, end=EDGE),
        tools=[
            PanTool(name="pan"),
            BoxZoomTool(name="box", match_aspect=True),
            WheelZoomTool(modifiers={"ctrl": True}),
        ],
        toolbar_location=None,
        sizing_mode="stretch_width",
        aspect_ratio=1,
        min_border=0,
        background_fill_alpha=0,
        border_fill_alpha=0,
        outline_line_color=None,
    )
    plot.axis.visible = plot.grid.visible = False
    source = ColumnDataSource({column: [] for column in ("x", "y", "colour", "marker")}, name="samples")
    size_px = float(np.clip(450 / np.sqrt(samples), *DOT_PX))
    plot.scatter("x", "y", marker="marker", color="colour", fill_alpha=0.8, size=size_px, source=source, name="dots")
    return json_item(plot)
