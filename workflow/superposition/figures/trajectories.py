"""Every measure over the number of labelled samples, arms side by side, one panel a measure and layer.

A line is the mean over seeds, its band one standard deviation to either side. An arm with a single round is a point,
and a dashed line across so that the others can be read against it.
"""

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from pandas import DataFrame, Series

from superposition import headlines, measure_panels, plotting

NEEDS = ("measures", "experiments")
SECTION = "trajectories"
CAPTION = (
    "The measures that the report shows first, over the number of labelled training samples, one panel a measure and "
    "layer. Lines: mean over seeds; bands and bars: one standard deviation to either side. "
    "An arm with a single round is drawn as a point, with a dashed line at its height. "
    "Each panel has a scale of its own."
)


def draw(tables: Mapping[str, DataFrame], width_mm: float) -> Figure:
    """Panels in the order in which the study names its measures."""
    rounds = headlines.after_rounds(tables["measures"], tables["experiments"])
    looks = plotting.arm_looks(tables["experiments"])
    figure, panels = measure_panels.grid(rounds, looks, width_mm)
    for axis, measured in panels:
        for position, (arm, look) in enumerate(looks.items()):
            values = measured[measured["arm"] == arm].set_index("labelled")["value"]
            plotting.over_seeds(axis, values, position, arm)
            if values.index.nunique() == 1:
                _level(axis, values, look)
        axis.set_xlabel("labelled samples")
        axis.xaxis.set_major_formatter("{x:,.0f}")
    plotting.note(figure, f"{plotting.averaged(rounds)} Dashed across: arms with one round.")
    return figure


def _level(axis: Axes, values: Series, look: dict[str, Any]) -> None:
    mean, spread = values.mean(), values.std()
    axis.errorbar([values.index[0]], [mean], [spread], capsize=2, elinewidth=0.9, color=look["color"])
    axis.axhline(mean, color=look["color"], linewidth=0.8, linestyle=(0, (4, 2)))
