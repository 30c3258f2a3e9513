"""How alike two arms' features are, beside two seeds of one arm, and how far features drift from round to round.

On the left linear CKA, on the right that of features at length one, which a few long ones can't decide.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from pandas import DataFrame, Series

from superposition import plotting, wording
from superposition.apart import ROUNDING

NEEDS = ("alignment", "apart", "experiments")
SECTION = "alike"
CAPTION = (
    "How alike two networks arrange the test samples: linear centred kernel alignment (CKA) of their features, 1 for "
    "the same arrangement; cosine CKA: of features at length one, because a few samples with long features can decide "
    "the other. Grey: the two arms, with different seeds (solid) or with the same seed (dotted), which gives them the "
    "same first weights and samples; left out where it gives them the same network. Colours: two seeds of the same "
    "arm. Arms differ by more than their seeds where the solid grey line lies below half-way between the colours. "
    "The last row of a layer: each round against the one before it."
)
QUANTITIES = {"cka": "linear CKA", "cosine_cka": "cosine CKA"}
PANEL_MM = 38
MARGINS_MM = 14
NOTE_MM = 6
KEY_COLUMNS = 4
LETTERS = 26
DIFFERENT_SEEDS: dict[str, Any] = {"color": "#777777", "linewidth": 2.4, "marker": "*", "markersize": 7, "zorder": 1.8}
SAME_SEED: dict[str, Any] = {"color": "#777777", "linestyle": (0, (1, 1)), "marker": "."}
Looks = Mapping[str, dict[str, Any]]
Row = tuple[str, Callable[[Axes, DataFrame, str, Looks], None], DataFrame]
"""Title, what draws its panels, and of what."""


def draw(tables: Mapping[str, DataFrame], width_mm: float) -> Figure:
    """A row a layer and pair of arms, and one a layer for the rounds; a column a quantity."""
    rows = list(_rows(tables["alignment"], tables["apart"]))
    if not rows:
        why = "Nothing to compare: it takes the arms of a contrast, or an arm with two rounds."
        return plotting.nothing(width_mm, why, "round", "linear CKA")
    looks = plotting.arm_looks(tables["experiments"])
    key = list(_key(rows, looks))
    key_mm = plotting.KEY_MM * -(-len(key) // KEY_COLUMNS)
    height_mm = PANEL_MM + (key_mm + NOTE_MM) / len(rows)
    figure, axes = plotting.panels(width_mm, len(rows), len(QUANTITIES), height_mm=height_mm, share=False)
    for of_row, (title, panel, values) in zip(axes, rows, strict=True):
        of_row[0].set_title(plotting.fitting(title, width_mm - MARGINS_MM), loc="left")
        for axis, (quantity, label) in zip(of_row, QUANTITIES.items(), strict=True):
            axis.set_ylabel(label)
            axis.grid(alpha=0.25, linewidth=0.5)
            panel(axis, values, quantity, looks)
            _within_range(axis)
            plotting.count_rounds(axis)
    figure.align_ylabels()
    figure.legend(handles=key, loc="outside upper center", ncols=KEY_COLUMNS)
    plotting.note(figure, _said(tables["experiments"]))
    return figure


def _rows(alignment: DataFrame, apart: DataFrame) -> Iterator[Row]:
    for layer, pairs in alignment.groupby("layer", sort=False):
        for (a, b), contrast in apart[apart["layer"] == layer].groupby(["a", "b"], sort=False):
            yield f"{a} against {b}, {layer}", _contrast, contrast
        drift = pairs[pairs["kind"] == "rounds"]
        if len(drift):
            yield f"each round against the one before, {layer}", _drift, drift


def _contrast(axis: Axes, contrast: DataFrame, quantity: str, looks: Looks) -> None:
    values = contrast[contrast["quantity"] == quantity]
    rounds = values[["round_a", "round_b"]].max(axis=1)
    for side in ("a", "b"):
        _arm(axis, rounds, values[f"within_{side}"], values[f"within_{side}_sd"], looks[values[side].iloc[0]])
    axis.plot(rounds, values["same_seed"].mask(values["same_seed"] > 1 - ROUNDING), **SAME_SEED)
    axis.errorbar(rounds, values["between"], values["between_sd"], elinewidth=0.9, capsize=2, **DIFFERENT_SEEDS)


def _arm(axis: Axes, rounds: Series, mean: Series, spread: Series, look: dict[str, Any]) -> None:
    """A line in a band, or a point with a bar."""
    axis.plot(rounds, mean, markersize=4, **look)
    if len(rounds) == 1:
        axis.errorbar(rounds, mean, spread, elinewidth=0.9, capsize=2, color=look["color"])
    axis.fill_between(rounds, mean - spread, mean + spread, color=look["color"], alpha=0.15, linewidth=0)


def _drift(axis: Axes, drift: DataFrame, quantity: str, looks: Looks) -> None:
    for position, arm in enumerate(looks):
        values = drift[drift["a"] == arm].set_index("round_b")[quantity]
        if len(values):
            plotting.over_seeds(axis, values, position, arm)


def _within_range(axis: Axes) -> None:
    """Leave out what no alignment can reach, where a band does."""
    low, high = axis.get_ylim()
    axis.set_ylim(max(low, -0.02), min(high, 1.02))


def _key(rows: list[Row], looks: Looks) -> Iterator[Line2D]:
    compared = {arm for *_, values in rows for arm in (*values["a"], *values["b"])}
    for arm in (arm for arm in looks if arm in compared):
        yield Line2D([], [], markersize=4, label=wording.shortened(arm, LETTERS), **looks[arm])
    if any(panel is _contrast for _, panel, _ in rows):
        yield Line2D([], [], label="two arms, different seeds", **DIFFERENT_SEEDS)
        yield Line2D([], [], label="two arms, same seed", **SAME_SEED)


def _said(experiments: DataFrame) -> str:
    if experiments["seed"].nunique() == 1:
        return "One seed: nothing shows how far two seeds of one arm are apart."
    return f"{plotting.seed_count(experiments)}: mean over pairs of networks. Bands and bars: ± 1 standard deviation."
