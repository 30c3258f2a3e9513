"""The stage that draws figures of toy models, from files to pictures; and what single figures show."""

from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from superposition import plotting, plugins
from superposition.config import Figure as Style
from superposition.errors import InputError
from superposition.stages import toy_draw
from superposition.toys.config import Bounds, Models, Selection
from superposition.toys.phases import REGIONS
from tests.small_toys import bounds, measured, models, polygon, results, selection, trained, write

STYLE = Style(width_mm=100, dpi=50)


def names(folder: Path) -> list[str]:
    return sorted(item.name for item in folder.iterdir())


def test_draws_from_the_files_that_a_figure_needs(tmp_path: Path) -> None:
    paths = write(tmp_path, results(models()))
    out = {kind: tmp_path / "out" / f"plane.{kind}" for kind in ("svg", "png")}
    toy_draw.run(figure="plane", files=[paths["models"], paths["summary"]], style=STYLE, **out)
    assert names(tmp_path / "out") == ["plane.png", "plane.svg"]
    with Image.open(out["png"]) as png:
        assert png.width == pytest.approx(100 / 25.4 * 50, abs=1)


def test_a_damaged_file_is_named_and_nothing_is_drawn(tmp_path: Path) -> None:
    paths = write(tmp_path, results(models()))
    paths["models"].write_bytes(b"no HDF5")
    with pytest.raises(InputError, match=r"models\.h5"):
        toy_draw.run(
            figure="plane",
            files=[paths["models"], paths["summary"]],
            style=STYLE,
            svg=tmp_path / "out" / "plane.svg",
            png=tmp_path / "out" / "plane.png",
        )
    assert not (tmp_path / "out").exists()


def test_a_drawing_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = write(tmp_path, results(bounds(densities=[0.1])))
    monkeypatch.setattr(plotting, "save", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        toy_draw.run(
            figure="limits",
            files=[paths["bounds"]],
            style=STYLE,
            svg=tmp_path / "limits.svg",
            png=tmp_path / "limits.png",
        )
    assert names(tmp_path) == ["bounds.tsv"]


def test_a_figure_that_does_not_exist_is_refused_with_the_choices(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"toy_figure: 'plain' is none of .*plane"):
        toy_draw.run(figure="plain", files=[], style=STYLE, svg=tmp_path / "a.svg", png=tmp_path / "a.png")


def drawn(figure: str, toy: Models | Bounds | Selection, given: dict[str, Any] | None = None) -> Figure:
    """A figure of a toy, as large as in print; given: what it shows, where it is not random."""
    with matplotlib.rc_context(plotting.STYLE):
        drawing: Figure = plugins.load("toy_figure", figure).draw(given or results(toy), 180.0)
    return drawing


def said(drawing: Figure) -> str:
    """The small print below the panels."""
    return str(drawing.get_supxlabel()).strip()


def key(drawing: Figure) -> list[str]:
    return [text.get_text() for legend in drawing.legends for text in legend.get_texts()]


def test_regular_polygons_are_counted_over_seeds_alike() -> None:
    toy = models(features=5, densities=[0.5, 0.1], seeds=[0, 1, 2])
    weights = np.stack([polygon(5), polygon(5), np.eye(2, 5), np.eye(2, 5), polygon(5), np.eye(2, 5)])
    titles = [axis.get_title() for axis in drawn("plane", toy, measured(toy, trained(toy, weights))).axes]
    assert titles == ["1−S = 0.5\nregular 5: 2 of 3", "1−S = 0.1\nregular 5: 1 of 3"]


def test_more_models_than_fit_are_shown_at_equal_distances() -> None:
    drawing = drawn("plane", models(densities={"start": 1, "stop": 0.01, "points": 23}))
    assert len(drawing.axes) == 12 and said(drawing) == "12 of 23 models, at equal distances."
    titles = [axis.get_title().partition("\n")[0] for axis in drawing.axes]
    assert titles[0] == "1−S = 1" and titles[-1] == "1−S = 0.01" and len(set(titles)) == 12


def test_only_the_first_seed_is_shown_and_that_is_said() -> None:
    toy = models(seeds=[5, 6], activations=["linear", "relu"])
    assert said(drawn("plane", toy)) == "Seed 5, one of 2."
    found = results(toy)
    shown = [axis.patches for axis in drawn("biases", toy, found).axes]
    first = found["features"][found["features"]["seed"] == 5]
    heights = [bar.get_height() for bars in shown for bar in bars]
    assert heights == pytest.approx(first["bias"].tolist())


def test_matrices_show_answers_down_and_features_across() -> None:
    toy = models(features=3, densities=[0.5], tied=False)
    found = results(toy)
    learnt = found["models"].models
    shown = np.asarray(drawn("matrices", toy, found).axes[0].images[0].get_array())
    assert shown[:, :3] == pytest.approx(learnt.decoder[0].T @ learnt.encoder[0])
    assert shown[:, -1] == pytest.approx(learnt.bias[0])


def test_models_without_bias_have_none_to_point_at() -> None:
    drawing = drawn("matrices", models(bias=False))
    labels = [axis.get_xlabel() for axis in drawing.axes]
    assert "bias" not in said(drawing) and not [label for label in labels if "bias" in label]


def test_untied_matrices_are_called_what_they_are() -> None:
    labels = [axis.get_xlabel() for axis in drawn("matrices", models(tied=False)).axes]
    assert not [label for label in labels if "WᵀW" in label]


def test_lines_are_means_over_seeds() -> None:
    toy = models(seeds=[0, 1, 2], activations=["linear", "relu"])
    found = results(toy)
    lines = {line.get_label(): line for line in drawn("losses", toy, found).axes[1].lines}
    assert list(lines) == ["linear", "relu"]
    for activation, line in lines.items():
        of_it = found["summary"][found["summary"]["activation"] == activation]
        means = of_it.groupby("density")["represented"].mean()
        assert dict(zip(line.get_xdata(), line.get_ydata(), strict=True)) == pytest.approx(
            {1 / density: mean for density, mean in means.items()}
        )


@pytest.mark.parametrize(
    ("figure", "toy"),
    [("losses", models()), ("dimensionality", models()), ("packed", selection()), ("chosen", selection())],
)
def test_panels_of_different_quantities_are_each_labelled(figure: str, toy: Models | Selection) -> None:
    labels = [axis.get_ylabel() for axis in drawn(figure, toy).axes]
    assert len(labels) > 1 and all(labels) and len(set(labels)) == len(labels)


def test_every_region_of_the_map_is_in_its_key() -> None:
    """Also those that no best model is in."""
    toy = models(features=3, densities=[0.9], importance={"shape": "last", "at": [0.1]}, seeds=[0, 1, 2])
    weights = np.array([[[1, 0, 0], [0, 1, 0]], [[1, -1, 0], [0, 0, 1]], [[1, 0, 0], [0, 0, 1]]])
    errors = np.repeat([[0.1], [0.2], [0.3]], 3, axis=1)
    drawing = drawn("phases", toy, measured(toy, trained(toy, weights, errors)))
    assert key(drawing) == [REGIONS["dropped"], REGIONS["others"]]


def test_a_map_that_agrees_nearly_everywhere_is_not_said_to_agree_everywhere() -> None:
    toy = models(
        features=2, dimensions=1, densities=[0.01], importance={"shape": "last", "at": list(np.linspace(1.1, 5, 250))}
    )
    weights = np.array([[[1.0, -1]]] * 249 + [[[1.0, 0]]])
    assert "100%" not in said(drawn("phases", toy, measured(toy, trained(toy, weights))))


@pytest.mark.parametrize("sizes", [[[2, 4], [2, 8]], [[2, 8], [3, 12]]])
def test_limits_show_the_bounds_of_every_size(sizes: list[list[int]]) -> None:
    """Where a number of dimensions has one size only, no line can be drawn, so that a mark must be."""
    toy = bounds(sizes=sizes)
    found = results(toy)
    lines = drawn("limits", toy, found).axes[0].lines
    for column in ("upper", "improvement", "random"):
        expected = sorted(zip(found["bounds"]["features"], found["bounds"][column], strict=True))
        seen = [line for line in lines if len(line.get_xdata()) > 1 or line.get_marker() != "None"]
        points = {point for line in seen for point in zip(line.get_xdata(), line.get_ydata(), strict=True)}
        assert set(expected) <= points


def test_figures_of_bounds_without_densities_say_so() -> None:
    [axis] = drawn("improvement", bounds()).axes
    assert [text.get_text() for text in axis.texts] == ["No densities are named."]


def test_choosing_is_shown_after_the_last_round_beside_the_prediction() -> None:
    toy = selection(seeds=[0, 1], arms=["random", "k_center"])
    found = results(toy)
    drawing = drawn("chosen", toy, found)
    assert key(drawing) == ["random", "k_center"] and said(drawing).startswith("After round 3.")
    last = found["features"][found["features"]["round"] == 3]
    expected = last[last["arm"] == "k_center"].groupby("feature")[["norm", "norm.predicted"]].mean()
    heights = [line.get_ydata() for line in drawing.axes[1].lines[2:]]
    assert heights[0] == pytest.approx(expected["norm"]) and heights[1] == pytest.approx(expected["norm.predicted"])


def test_rounds_are_shown_over_the_samples_that_models_were_given() -> None:
    toy = selection(arms=["random", "k_center"])
    found = results(toy)
    panel = drawn("packed", toy, found).axes[2]
    norms = found["rounds"][(found["rounds"]["quantity"] == "norm") & (found["rounds"]["arm"] == "random")]
    measured_line, predicted = panel.lines[:2]
    assert list(measured_line.get_xdata()) == list(predicted.get_xdata()) == [20, 40, 60]
    means = norms.groupby("given")[["value", "predicted"]].mean()
    assert measured_line.get_ydata() == pytest.approx(means["value"].to_numpy())
    assert predicted.get_ydata() == pytest.approx(means["predicted"].to_numpy())
