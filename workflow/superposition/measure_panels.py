"""What figures of all headline measures share: a panel for each measure and layer, and one key of the arms."""

from collections.abc import Iterator, Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from pandas import DataFrame

from superposition import headlines, plotting, wording

COLUMNS = 3
PANEL_MM = 42
TICKS_MM = 8
NOTE_MM = 6
KEY_COLUMNS = 4
LETTERS = 26


def grid(
    rounds: DataFrame, looks: Mapping[str, dict[str, Any]], width_mm: float
) -> tuple[Figure, list[tuple[Axes, DataFrame]]]:
    """The figure, and each panel with the rows of its measure.

    rounds: layer, metric, quantity and whatever is drawn; looks: of the arms, for the key.
    """
    of_measures = list(rounds.groupby(headlines.MEASURE, sort=False))
    columns = min(COLUMNS, len(of_measures))
    rows = -(-len(of_measures) // columns)
    key_mm = plotting.KEY_MM * -(-len(looks) // KEY_COLUMNS)
    figure, axes = plotting.panels(width_mm, rows, columns, height_mm=PANEL_MM + (key_mm + NOTE_MM) / rows, share=False)
    for axis, ((layer, metric, quantity), _) in zip(axes.flat, of_measures, strict=False):
        axis.set_title(plotting.fitting(f"{metric}, {layer}", width_mm / columns - TICKS_MM))
        axis.set_ylabel(quantity)
        axis.grid(alpha=0.25, linewidth=0.5)
    for axis in axes.flat[len(of_measures) :]:
        axis.remove()
    figure.legend(handles=list(_key(looks)), loc="outside upper center", ncols=KEY_COLUMNS)
    return figure, list(zip(axes.flat, (measured for _, measured in of_measures), strict=False))


def _key(looks: Mapping[str, dict[str, Any]]) -> Iterator[Line2D]:
    for arm, look in looks.items():
        yield Line2D([], [], markersize=4, label=wording.shortened(arm, LETTERS), **look)
