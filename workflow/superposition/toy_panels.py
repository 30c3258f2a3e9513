"""What figures of toy models share: which models they show, what these are called, matrices and bars."""

from typing import Any, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.image import AxesImage
from matplotlib.ticker import LogLocator, NullFormatter
from pandas import DataFrame, Series

from superposition import plotting

AXES = ["activation", "hidden", "importance", "occurrence", "density"]
MOST = 12
"""Models that a figure shows one by one."""
FEW = 40
"""Times as large as the lowest number the highest is, up to which there are few powers of ten between them."""
SIGNED: dict[str, Any] = {"cmap": "RdBu_r", "vmin": -1, "vmax": 1}
INTERFERENCE = ScalarMappable(Normalize(0, 1), "viridis")


def shown(rows: DataFrame, most: int = MOST) -> DataFrame:
    """The first seed's models, or so many of them at equal distances, with their `name`."""
    first = rows[rows["seed"] == rows["seed"].iloc[0]]
    chosen = first.loc[spread(first.index.to_numpy(), most)]
    return chosen.assign(name=names(chosen))


def spread(values: np.ndarray, most: int) -> np.ndarray:
    """The values, or so many of them at equal distances."""
    return np.asarray(values[np.linspace(0, len(values) - 1, min(most, len(values))).round().astype(int)])


def names(rows: DataFrame) -> list[str]:
    """What tells the models apart: the density, above it whatever else is not the same for all."""
    alone = all(rows[axis].nunique() == 1 for axis in AXES[:-1])
    densities = [f"1−S = {density:.3g}" for density in rows["density"]]
    return densities if alone else ["\n".join(lines) for lines in zip(kinds(rows), densities, strict=True)]


def kinds(rows: DataFrame) -> list[str]:
    """What tells the models apart but for their density, one a row."""
    varying = [axis for axis in AXES[:-1] if rows[axis].nunique() > 1]
    return [_kind(row, varying) or row["activation"] for _, row in rows.iterrows()]


def _kind(row: "Series[Any]", varying: list[str]) -> str:
    said = {
        "activation": row["activation"],
        "hidden": "hidden relu" if row["hidden"] == "relu" else "",
        "importance": f"I: {row['importance']:.3g}",
        "occurrence": row["occurrence"],
    }
    return ", ".join(text for axis, text in said.items() if text and axis in varying)


def logarithmic(axis: Axes, which: str) -> None:
    """Logarithmic scales, x, y or both, of an axis that is drawn: with plain numbers at the powers of ten, and between
    them where there are few."""
    for name in which:
        scale = {"x": axis.xaxis, "y": axis.yaxis}[name]
        axis.set(**{f"{name}scale": "log"})
        low, high = scale.get_view_interval()
        if high < FEW * low:
            scale.set_major_locator(LogLocator(subs=(1, 2, 5)))
        scale.set_major_formatter("{x:g}")
        scale.set_minor_formatter(NullFormatter())


def first_seed(rows: DataFrame, counted: int) -> str:
    """Which models are shown, in a sentence; counted: those that are."""
    seeds = rows["seed"].nunique()
    of_first = f"Seed {rows['seed'].iloc[0]}, one of {seeds}. " if seeds > 1 else ""
    all_of_it = len(rows) // seeds
    return of_first + (f"{counted} of {all_of_it} models, at equal distances. " if counted < all_of_it else "")


def matrix(axis: Axes, values: np.ndarray, aspect: Literal["equal", "auto"]) -> AxesImage:
    """A matrix in diverging colours about 0, its cells square (equal) or as the panel is (auto)."""
    axis.set(xticks=[], yticks=[])
    axis.spines[:].set_visible(True)
    return axis.imshow(values, interpolation="nearest", aspect=aspect, **SIGNED)


def bars(axis: Axes, norms: np.ndarray, interference: np.ndarray) -> None:
    """Norms of features, coloured by the interference on each."""
    axis.bar(np.arange(1, len(norms) + 1), norms, 1.0, color=INTERFERENCE.to_rgba(np.minimum(interference, 1)))
    axis.set_xlim(0.5, len(norms) + 0.5)


def lines(axis: Axes, rows: DataFrame, quantity: str) -> None:
    """Mean over seeds of each kind of model over 1/(1−S), in a band of one standard deviation."""
    for position, (kind, of_kind) in enumerate(rows.assign(kind=kinds(rows)).groupby("kind", sort=False)):
        values = of_kind.set_index(1 / of_kind["density"])[quantity]
        plotting.over_seeds(axis, values, position, str(kind))
    logarithmic(axis, "x")
    axis.set_xlabel("1/(1−S)")
    axis.grid(alpha=0.25, linewidth=0.5)
