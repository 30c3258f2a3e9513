"""What every figure of toy models keeps to, whatever it shows."""

from functools import cache
from pathlib import Path
from typing import Any

import matplotlib
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from superposition import plotting, plugins
from superposition.config import Figure as Style
from superposition.errors import InputError
from superposition.stages import toy_draw
from superposition.toys import checks
from superposition.toys.config import Bounds, Models, Selection
from tests import small_toys
from tests.small_figures import assert_a_picture, overlapping, unreadable
from tests.small_toys import bounds, models, selection

Toy = Models | Bounds | Selection

FIGURES = plugins.names("toy_figure")
FILES = {
    "models": {"models", "summary", "features"},
    "bounds": {"bounds"},
    "selections": {"features", "rounds", "contrasts"},
}
"""What is known of each kind of toy."""
CHECKS: dict[str, Any] = {
    "models": checks.check_models,
    "bounds": checks.check_bounds,
    "selections": checks.check_selection,
}
FOUR = ["linear", "relu", "power3", "relu2"]
LAST = {"shape": "last", "at": {"start": 0.1, "stop": 10, "points": 15}}
MANY = {"start": 1, "stop": 0.01, "points": 16}
FIVE = ["random", "highest_loss", "largest_norm", "most_active", "k_center"]
TOYS: dict[str, dict[str, Toy]] = {
    "models": {
        "small": models(),
        "one model": models(densities=[0.1], seeds=[3, 4]),
        "four activations": models(features=40, dimensions=5, densities=[0.9, 0.5, 0.1], activations=FOUR),
        "20 densities": models(dimensions=5, densities={**MANY, "points": 20}),
        "400 features": models(features=400, dimensions=30, densities=[1, 0.01]),
        "groups": models(
            features=4,
            densities=[0.3, 0.1, 0.03, 0.01],
            occurrence=["independent", "correlated", "anticorrelated"],
            seeds=[0, 1, 2],
        ),
        "pentagons": models(features=5, densities=[1, 0.3, 0.1, 0.05, 0.03, 0.01], seeds=range(10)),
        "no bias": models(bias=False),
        "two units": models(tied=False, hidden=["linear", "relu"]),
        "units": models(
            features=100, dimensions=40, densities=[1, 0.1, 0.01, 0.003], tied=False, values="symmetric", seeds=[0, 1]
        ),
        "a grid": models(features=2, dimensions=1, densities=[0.5, 0.1], importance={"shape": "last", "at": [0.5, 2]}),
        "225 points": models(features=3, densities={**MANY, "points": 15}, importance=LAST, seeds=[0, 1, 2]),
    },
    "bounds": {
        "small": bounds(densities=[1e-3, 0.1]),
        "one density": bounds(densities=[0.1]),
        "limits": bounds(activation="relu", values="uniform", sizes=[[2, 3], [2, 4], [2, 5], [3, 8]]),
        "many sizes": bounds(
            sizes=[[d, n * d] for d in (2, 3, 4) for n in (2, 3, 5)], densities={**MANY, "start": 1e-6, "stop": 1}
        ),
    },
    "selections": {
        "two arms": selection(arms=["random", "k_center"], rounds=2),
        "one seed": selection(seeds=[7], rounds=2),
        "five arms": selection(
            arms=FIVE, features=40, dimensions=5, decay=0.9, rounds=10, pool=20_000, query=500, seeds=[0, 1, 2]
        ),
    },
}
SENSELESS = [("biases", "225 points")]
"""What a study may ask for, and would be a page of 225 panels."""


def shows(figure: str, name: str) -> bool:
    """Whether a study may ask for the figure of a toy."""
    toy = TOYS[of(figure)][name].model_copy(update={"figures": [figure]})
    try:
        CHECKS[of(figure)]("toy", toy)
    except InputError:
        return False
    return (figure, name) not in SENSELESS


def of(figure: str) -> str:
    """The kind of toys that a figure is of."""
    kind: str = plugins.declared("toy_figure", figure)["OF"]
    return kind


def needs(figure: str) -> tuple[str, ...]:
    """The files that a figure reads."""
    names: tuple[str, ...] = plugins.declared("toy_figure", figure)["NEEDS"]
    return names


SHOWN = [(figure, name) for figure in FIGURES for name in TOYS[of(figure)] if shows(figure, name)]
"""Every figure with every toy that it can show."""
of_every_toy = pytest.mark.parametrize(("figure", "name"), SHOWN)


@cache
def results(kind: str, name: str) -> dict[str, Any]:
    """What is found out of a toy, once."""
    return small_toys.results(TOYS[kind][name])


@cache
def drawn(figure: str, name: str) -> Figure:
    """The figure of a toy, laid out at 180 mm, for the second time, as in files."""
    found = results(of(figure), name)
    with matplotlib.rc_context(plotting.STYLE):
        given = {file: found[file] for file in needs(figure)}
        drawing: Figure = plugins.load("toy_figure", figure).draw(given, 180.0)
        for _ in range(2):
            drawing.draw_without_rendering()
    return drawing


@pytest.mark.parametrize("figure", FIGURES)
def test_declares_what_it_reads_and_says(figure: str) -> None:
    assert needs(figure) and set(needs(figure)) <= FILES[of(figure)]
    assert plugins.declared("toy_figure", figure)["CAPTION"].endswith(".")
    assert plugins.summary("toy_figure", figure).endswith(".")


@pytest.mark.parametrize("figure", FIGURES)
def test_can_show_small_toys_and_large_ones(figure: str) -> None:
    assert len([name for shown, name in SHOWN if shown == figure]) > 1


@of_every_toy
def test_every_axis_is_labelled(figure: str, name: str) -> None:
    grid = [axis for axis in drawn(figure, name).axes if axis.get_subplotspec()]
    assert grid
    for axis in grid:
        assert any(other.get_xlabel().strip() for other in grid if below(axis, other))
        assert any(other.get_ylabel().strip() for other in grid if left_of(axis, other))


def below(axis: Axes, other: Axes) -> bool:
    """Whether the other is this one, or shares its scale."""
    return other is axis or axis.get_shared_x_axes().joined(axis, other)


def left_of(axis: Axes, other: Axes) -> bool:
    """Whether the other is this one, shares its scale, or opens its row."""
    same_row = axis.get_subplotspec().rowspan == other.get_subplotspec().rowspan
    opens = same_row and other.get_subplotspec().colspan.start == 0
    return other is axis or axis.get_shared_y_axes().joined(axis, other) or opens


@of_every_toy
def test_type_is_readable_and_inside_the_page(figure: str, name: str) -> None:
    assert unreadable(drawn(figure, name)) == []
    assert overlapping(drawn(figure, name)) == []


@pytest.mark.parametrize("figure", FIGURES)
def test_files_are_equal_byte_for_byte_and_as_large_as_asked(figure: str, tmp_path: Path) -> None:
    name = next(name for shown, name in SHOWN if shown == figure)
    paths = small_toys.write(tmp_path, results(of(figure), name))
    files, pictures = [paths[file] for file in needs(figure)], []
    for folder in (tmp_path / "a", tmp_path / "b"):
        svg, png = folder / f"{figure}.svg", folder / f"{figure}.png"
        toy_draw.run(figure=figure, files=files, style=Style(width_mm=120, dpi=100), svg=svg, png=png)
        pictures.append((svg, png))
    for one, other in zip(*pictures, strict=True):
        assert one.read_bytes() == other.read_bytes()
    assert_a_picture(*pictures[0], width_px=120 / 25.4 * 100)
