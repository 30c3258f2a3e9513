"""What every figure keeps to, whatever it shows."""

import re
from pathlib import Path

import matplotlib
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from pandas import DataFrame

from superposition import plotting, plugins, tables
from superposition.config import Figure as Style
from superposition.report import illustrations
from superposition.stages import draw
from tests import small_units
from tests.small_figures import assert_a_picture, unreadable
from tests.small_picks import image_file
from tests.small_results import ARMS, MANY_ARMS, all_tables

FIGURES = plugins.names("figure")
FILES = {"embeddings": "tsne.avgpool.tsv"}


@pytest.fixture(params=FIGURES)
def figure(request: pytest.FixtureRequest) -> str:
    """Each figure in turn."""
    return str(request.param)


def drawn(figure: str, **choice: tuple) -> Figure:
    """The figure of a small study, laid out at 180 mm."""
    shown = all_tables(**choice)
    with matplotlib.rc_context(plotting.STYLE):
        drawing: Figure = plugins.load("figure", figure).draw(inputs(figure, shown), 180.0)
        drawing.draw_without_rendering()
    return drawing


def needs(figure: str) -> tuple[str, ...]:
    """The tables that a figure reads."""
    names: tuple[str, ...] = plugins.declared("figure", figure)["NEEDS"]
    return names


def inputs(figure: str, shown: dict[str, DataFrame]) -> dict[str, DataFrame | list[Path]]:
    """What a figure is given: tables, and the paths of other files."""
    rounds = shown["experiments"].groupby(["arm", "seed"], sort=False)["round"].max()
    runs = tuple((arm, seed, last) for (arm, seed), last in rounds.items())
    files = small_units.files(runs, layer=shown["embeddings"]["layer"].iloc[0])
    given = {**shown, **files, "images": [image_file()]}
    return {name: given[name] for name in needs(figure)}


def sections() -> set[str]:
    """Where the report shows figures."""
    pages = Path(illustrations.__file__).parent.glob("*.html")
    return {name for page in pages for name in re.findall(r"figures\(dataset, '(\w+)'\)", page.read_text("utf-8"))}


def draw_files(figure: str, folder: Path, style: Style) -> tuple[Path, Path]:
    """The figure's SVG and PNG, made by the stage from tables on disk."""
    paths = []
    for name, shown in inputs(figure, all_tables()).items():
        if isinstance(shown, list):
            paths += shown
        else:
            paths.append(folder / FILES.get(name, f"{name}.tsv"))
            tables.write_frame(paths[-1], shown)
    svg, png = folder / f"{figure}.svg", folder / f"{figure}.png"
    draw.run(figure=figure, dataset="digits", tables=paths, style=style, svg=svg, png=png)
    return svg, png


def test_declares_what_it_reads_and_says(figure: str) -> None:
    assert set(needs(figure)) <= {*all_tables(), "images", "maximised", "units"}
    assert plugins.declared("figure", figure)["CAPTION"].endswith(".")
    assert plugins.declared("figure", figure)["SECTION"] in sections()
    assert plugins.summary("figure", figure).endswith(".")


@pytest.mark.parametrize("choice", [{}, {"seeds": (4,), "arms": ("baseline",)}, {"arms": ("random", "baseline")}])
def test_every_axis_is_labelled(figure: str, choice: dict[str, tuple]) -> None:
    grid = [axis for axis in drawn(figure, **choice).axes if axis.get_subplotspec()]
    assert grid
    for axis in grid:
        assert axis.get_xlabel()
        shared = axis.get_shared_y_axes()
        assert any(other.get_ylabel() for other in grid if other is axis or shared.joined(axis, other))


CHOICES = [("baseline",), ARMS, (*ARMS, "as_written", "as_coded"), MANY_ARMS]


@pytest.mark.parametrize(("arms", "seeds"), [*((arms, (0, 1, 2)) for arms in CHOICES), (MANY_ARMS, (4,))])
def test_type_is_readable_and_inside_the_page(figure: str, arms: tuple[str, ...], seeds: tuple[int, ...]) -> None:
    assert unreadable(drawn(figure, arms=arms, seeds=seeds)) == []


@pytest.mark.parametrize("figure", [name for name in FIGURES if "measures" in needs(name)])
def test_30_measures_are_readable(figure: str) -> None:
    assert unreadable(drawn(figure, layers=tuple(f"layer{number}.1.conv2" for number in range(1, 16)))) == []


def test_files_are_equal_byte_for_byte_and_as_large_as_asked(figure: str, tmp_path: Path) -> None:
    style = Style(width_mm=120, dpi=100)
    first, second = (draw_files(figure, tmp_path / name, style) for name in ("a", "b"))
    for one, other in zip(first, second, strict=True):
        assert one.read_bytes() == other.read_bytes()
    assert_a_picture(*first, width_px=120 / 25.4 * 100)


def test_names_are_drawn_as_they_are(figure: str, tmp_path: Path) -> None:
    names = {"arm": "random", "a": "random", "b": "random", "reference": "random", "layer": "avgpool"}
    hostile = {column: {name: "$\\frac$_<c>"} for column, name in names.items()}
    shown = {name: frame.replace(hostile) for name, frame in all_tables().items()}
    with matplotlib.rc_context(plotting.STYLE):
        drawing = plugins.load("figure", figure).draw(inputs(figure, shown), 180.0)
        plotting.save(drawing, tmp_path / "f.svg", 72, "svg")
    assert any("$\\frac$_<c>" in text.get_text() for text in drawing.findobj(Text))
