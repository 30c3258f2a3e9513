"""What the figure of pictures that excite units shows of known files."""

from typing import Any

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from superposition import plotting, plugins, unit_files
from superposition.images import read_split
from tests import small_picks, small_units

ARMS = (("base", 0, 1), ("al", 0, 3))


def drawn(runs: tuple[tuple[str, int, int], ...] = ARMS, matches: pd.DataFrame | None = None, **options: Any) -> Figure:
    given = {**small_units.of_runs(runs), **small_units.files(runs, **options), "images": [small_picks.image_file()]}
    if matches is not None:
        given["matches"] = matches
    with matplotlib.rc_context(plotting.STYLE):
        figure: Figure = plugins.load("figure", "maximised").draw(given, 180.0)
        figure.draw_without_rendering()
    return figure


def said(axis: Axes) -> list[str]:
    """Below the pictures, from left to right and from above."""
    return [text.get_text().replace("\n", " ") for text in axis.texts]


def pictures(arm: int, unit: int) -> np.ndarray:
    """The first start of an arm's unit."""
    arrays = unit_files.read(small_units.files(ARMS)["maximised"][arm], small_units.LAYER)
    return arrays["images"][arrays["units"].tolist().index(unit), 0]


def test_a_row_has_the_unit_its_match_and_the_same_number() -> None:
    [axis] = drawn().axes
    shown = [image.get_array() for image in axis.images][::2]
    expected = [(0, 1), (1, 2), (1, 1), (0, 4), (1, 5), (1, 4)]
    assert len(shown) == 6
    assert all(np.array_equal(one, pictures(*of)) for one, of in zip(shown, expected, strict=True))
    assert [tick.get_text() for tick in axis.get_yticklabels()] == ["1", "4"]
    assert [tick.get_text() for tick in axis.get_xticklabels()] == ["base", "matched: al", "same number: al"]


def test_matches_and_verdicts_are_said() -> None:
    [axis] = drawn().axes
    verdict = "no test image excites it more"
    assert said(axis)[:3] == [
        f"unit 1 {verdict}",
        f"unit 2, r = 0.850, mutual {verdict}",
        f"unit 1, r = 0.100 {verdict}",
    ]
    assert said(axis)[4].startswith("unit 5, r = 0.700, not mutual")
    [beaten] = drawn(beaten=7).axes
    assert said(beaten)[0] == "unit 1 not a maximiser: 7 of 10 test images excite it more"


def test_beside_each_picture_are_the_test_images_that_excite_the_unit_most() -> None:
    [axis] = drawn().axes
    top = unit_files.read(small_units.files(ARMS)["units"][1], small_units.LAYER)["top"][2]
    stored = read_split(small_picks.image_file(), "test", top).images
    mosaic = axis.images[3].get_array()
    assert mosaic.shape == (17, 35, 3)
    assert np.array_equal(mosaic[:8, :8], stored[0]) and np.array_equal(mosaic[:8, 27:], stored[3])
    assert np.array_equal(mosaic[9:, :8], stored[4]) and (mosaic[9:, 9:] == 255).all(), "there are five"


@pytest.mark.parametrize(("arms", "blocks"), [(1, 1), (2, 1), (3, 2), (4, 3)])
def test_one_block_a_contrast(arms: int, blocks: int) -> None:
    figure = drawn(tuple((f"arm {number}", 0, 2) for number in range(arms)))
    assert len(figure.axes) == blocks
    assert (figure.axes[0].get_xlabel() == "picture") == (arms == 1), "nothing to compare"


def test_each_setting_is_named() -> None:
    titles = [axis.get_title() for axis in drawn(settings=("native", "as_coded")).axes]
    assert titles == [
        "avgpool, pictures made at the images' own size",
        "avgpool, pictures made as the paper's notebook does",
    ]


def test_a_unit_without_a_match_says_why() -> None:
    matches = small_units.of_runs(ARMS)["matches"].astype({"match": float})
    matches.loc[matches["unit"] == 1, ["match", "correlation", "same_index"]] = np.nan
    [axis] = drawn(matches=matches).axes
    assert said(axis)[1:3] == [
        "no match: it answers all test images alike",
        "unit 1, r = – no test image excites it more",
    ]
    assert len(axis.images) == 10
