"""What the figure of alike networks shows of known data."""

import matplotlib
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.container import ErrorbarContainer
from matplotlib.figure import Figure
from matplotlib.text import Text

from superposition import plotting
from superposition.figures import alignment
from tests.small_results import ARMS, all_tables


def drawn(**choice: tuple) -> Figure:
    """The figure of a small study: random against baseline, least_confidence against random, and rounds."""
    with matplotlib.rc_context(plotting.STYLE):
        return alignment.draw(all_tables(**choice), 180)


def bars(axis: Axes) -> ErrorbarContainer:
    """The line between the two arms, with its bars."""
    (found,) = axis.containers
    assert isinstance(found, ErrorbarContainer)
    return found


def test_a_row_a_layer_and_contrast_and_one_for_the_rounds() -> None:
    axes = drawn(layers=("layer4", "avgpool")).axes
    assert [axis.get_title(loc="left") for axis in axes[::2]] == [
        f"{what}, {layer}"
        for layer in ("layer4", "avgpool")
        for what in (
            "random against baseline",
            "least_confidence against random",
            "each round against the one before",
        )
    ]
    assert {axis.get_ylabel() for axis in axes[::2]} == {"linear CKA"}
    assert {axis.get_ylabel() for axis in axes[1::2]} == {"cosine CKA"}


@pytest.mark.parametrize(("column", "quantity"), [(0, "cka"), (1, "cosine_cka")])
def test_lines_are_the_means_of_the_table(column: int, quantity: str) -> None:
    apart = all_tables()["apart"].query("a == 'least_confidence' and quantity == @quantity")
    axis = drawn().axes[2 + column]
    first, second, same_seed, *_ = axis.lines
    for line, name in ((first, "within_a"), (second, "within_b"), (same_seed, "same_seed")):
        assert line.get_xdata().tolist() == [1, 2, 3]
        assert line.get_ydata().tolist() == pytest.approx(apart[name].tolist())
    assert first.get_color() == plotting.arm_look(ARMS.index("least_confidence"))["color"]
    assert bars(axis).lines[0].get_ydata().tolist() == pytest.approx(apart["between"].tolist())


def test_an_arm_with_a_single_round_is_level() -> None:
    _, baseline, *_ = drawn().axes[0].lines
    assert baseline.get_color() == plotting.arm_look(0)["color"]
    assert len(set(baseline.get_ydata())) == 1 and len(baseline.get_xdata()) == 3


def test_drift_stands_at_the_later_round() -> None:
    pairs = all_tables()["alignment"].query("kind == 'rounds' and a == 'random'")
    line = drawn().axes[4].lines[0]
    assert line.get_xdata().tolist() == [2, 3]
    assert line.get_ydata().tolist() == pytest.approx(pairs.groupby("round_b")["cka"].mean().tolist())


def test_the_same_network_in_both_arms_is_left_out() -> None:
    tables = all_tables()
    apart = tables["apart"].assign(same_seed=tables["apart"]["same_seed"].mask(tables["apart"]["round_a"] == 1, 1))
    with matplotlib.rc_context(plotting.STYLE):
        figure = alignment.draw({**tables, "apart": apart}, 180)
    assert np.isnan(figure.axes[0].lines[2].get_ydata()).tolist() == [True, False, False]


def test_no_scale_leads_beyond_0_and_1() -> None:
    tables = all_tables()
    wide = tables["apart"].assign(between_sd=2)
    with matplotlib.rc_context(plotting.STYLE):
        axis = alignment.draw({**tables, "apart": wide}, 180).axes[0]
    assert axis.get_ylim() == (-0.02, 1.02)


def words(figure: Figure) -> str:
    return " ".join(text.get_text() for text in figure.findobj(Text))


def test_one_seed_says_what_is_missing() -> None:
    said = words(drawn(seeds=(4,)))
    assert "One seed: nothing shows how far two seeds of one arm are apart." in said


def test_rounds_alone_need_no_key_of_two_arms() -> None:
    figure = drawn(arms=("random",))
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["random"]


def test_a_single_network_says_what_it_takes() -> None:
    said = words(drawn(seeds=(4,), arms=("baseline",)))
    assert "it takes the arms of a contrast, or an arm with two rounds" in said
