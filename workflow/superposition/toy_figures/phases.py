"""Which of its features a model keeps where it has one dimension too few, as trained and by closed form."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from pandas import DataFrame

from superposition import plotting, toy_panels
from superposition.toys import phases
from superposition.toys.phases import REGIONS

OF = "models"
NEEDS = ("summary", "features")
SHOWS = {
    "surplus": 1,
    "importance.shape": "last",
    "values": "uniform",
    "decay": 1.0,
    "occurrence": ["independent"],
    "activations": ["relu"],
    "hidden": ["linear"],
    "tied": True,
    "bias": True,
    "target": "identity",
}
CAPTION = (
    "What becomes of the last of the features, over how rare features are (to the right) and how much the last one "
    "counts (as Elhage et al. 2022 show it). Left: all trained models; where those of a point differ, colours mix. "
    "Middle: the best of them. Right: what costs least by closed form, which the best model is compared with."
)
COLOURS = {"dropped": "#d9d9d9", "alone": "#D55E00", "shared": "#0072B2", "others": "#009E73"}


def draw(given: Mapping[str, Any], width_mm: float) -> Figure:
    """Three maps side by side, and how far the best models agree with the closed form."""
    points = phases.points(given["features"], given["summary"])
    figure, axes = plotting.panels(width_mm, 1, 3, height_mm=75)
    mixed = sum(points[[region]].to_numpy() * np.array(to_rgb(colour)) for region, colour in COLOURS.items())
    best, closed = (np.array([to_rgb(COLOURS[region]) for region in points[name]]) for name in ("trained", "closed"))
    maps = {"all models": np.asarray(mixed), "best model": best, "closed form": closed}
    for axis, (title, colours) in zip(axes.flat, maps.items(), strict=True):
        _map(axis, points, colours)
        axis.set(title=title, xlabel="1/(1−S)")
        toy_panels.logarithmic(axis, "xy")
    axes[0, 0].set_ylabel("importance of the last feature")
    there = {*points["closed"], *(region for region in REGIONS if points[region].any())}
    patches = [Patch(color=COLOURS[region], label=text) for region, text in REGIONS.items() if region in there]
    figure.legend(handles=patches, loc="outside upper center", ncols=2)
    models = given["summary"]["seed"].nunique()
    dropped = f"{models} models a point, the worst of which is left out. " if models > 1 else ""
    plotting.note(
        figure,
        f"{dropped}The best agrees with the closed form at {points['agree'].sum()} of {len(points)} points.",
    )
    return figure


def _map(axis: Axes, points: DataFrame, colours: np.ndarray) -> None:
    """A square a point, on logarithmic scales; colours: RGB [point, 3]."""
    x, y = 1 / points["density"], points["importance"]
    across, up = np.unique(x), np.unique(y)
    grid = np.zeros((len(up), len(across), 3))
    grid[np.searchsorted(up, y), np.searchsorted(across, x)] = colours
    axis.pcolormesh(_edges(across), _edges(up), grid, rasterized=True)


def _edges(centres: np.ndarray) -> np.ndarray:
    """Between logarithmic centres, and as far beyond the outer ones."""
    places = np.log(centres)
    if len(places) == 1:
        return np.exp(places[0] + np.array([-0.5, 0.5]))
    middles = (places[:-1] + places[1:]) / 2
    return np.exp(np.concatenate([[2 * places[0] - middles[0]], middles, [2 * places[-1] - middles[-1]]]))
