"""What the figures of learning curves show of known data."""

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from superposition import curves, plotting, plugins
from tests.small_results import MANY_ARMS, areas, efficiency, experiments, penalties, study_arms

ARMS = ("baseline", "random", "better", "worse")
GAINS = {"better": 0.06, "worse": -0.1}


def rounds(seeds: tuple[int, ...] = (0, 1, 2)) -> pd.DataFrame:
    """Experiments in which one arm gains on random after the first round, and one loses."""
    frame = experiments(seeds, ARMS)
    return frame.assign(accuracy=frame["accuracy"] + (frame["round"] > 1) * frame["arm"].map(GAINS).fillna(0))


def drawn(name: str, frame: pd.DataFrame, **tables: pd.DataFrame) -> Figure:
    """A figure of these experiments, and of tables that are given beside them."""
    with matplotlib.rc_context(plotting.STYLE):
        drawing: Figure = plugins.load("figure", name).draw({"experiments": frame, **tables}, 180)
    return drawing


def words(drawing: Figure) -> list[str]:
    """All that is written in the figure."""
    return [text.get_text() for text in drawing.findobj(Text) if text.get_text()]


def test_21_arms_look_different() -> None:
    looks = [plotting.arm_look(position) for position in range(21)]
    for part in ("marker", "linestyle"):
        assert len({f"{look['color']} {look[part]}" for look in looks}) == 21


def test_arms_look_the_same_in_every_figure() -> None:
    frame = experiments(arms=MANY_ARMS)
    shown = drawn("learning_curves", frame), drawn("query_time", frame)
    looks = [
        {line.get_label(): (line.get_color(), line.get_marker()) for line in figure.axes[0].lines} for figure in shown
    ]
    assert all(looks[1][arm] == looks[0][arm] for arm in MANY_ARMS[1:])
    listed = drawn("areas", frame, areas=areas(arms=MANY_ARMS)).axes[0]
    names = [label.get_text() for label in listed.get_yticklabels()]
    marks = [line for line in listed.lines if line.get_markersize() == 5]
    assert [(mark.get_color(), mark.get_marker()) for mark in marks] == [looks[0][arm] for arm in names]


def test_areas_stand_in_order_with_their_intervals() -> None:
    figure = drawn("areas", rounds(), areas=curves.areas(rounds()))
    axis = figure.axes[0]
    assert [label.get_text() for label in axis.get_yticklabels()] == ["better", "random", "worse"]
    means = [line.get_xdata()[0] for line in axis.lines if line.get_markersize() == 5]
    assert means == pytest.approx([85.5, 81, 73.5])
    half = 4.302652729911275 / 3**0.5  # t(0.975; 2), and a standard deviation of 1
    assert axis.collections[0].get_segments()[0][:, 0] == pytest.approx([85.5 - half, 85.5 + half])
    assert figure.get_supxlabel() == "From 100 to 300 labelled samples. Mean and 95 % t interval over 3 seeds."


def test_areas_of_one_seed_have_no_interval() -> None:
    figure = drawn("areas", rounds((0,)), areas=curves.areas(rounds((0,))))
    assert figure.get_supxlabel() == "From 100 to 300 labelled samples. One seed: no interval."


def test_efficiency_is_drawn_where_every_seed_has_one() -> None:
    frame = rounds()
    beyond = (frame["arm"] == "better") & (frame["seed"] == 2) & (frame["labelled"] == 300)
    frame.loc[~beyond & (frame["arm"] == "better") & (frame["labelled"] == 300), "accuracy"] = 0.8
    figure = drawn("efficiency", frame, efficiency=curves.efficiency(frame, study_arms(ARMS)))
    lines = {line.get_label(): line for line in figure.axes[0].lines}
    assert lines["better"].get_xdata().tolist() == [100, 200]
    assert lines["better"].get_ydata() == pytest.approx([1, 1.3])
    assert lines["worse"].get_ydata() == pytest.approx([1, 0.5, 200 / 300])
    assert "3 seeds; bands: ± 1 standard deviation. Dashed: random." in figure.get_supxlabel()
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["better", "worse"]


def test_penalties_stand_in_cells_with_means_in_the_margins() -> None:
    frame = rounds()
    distinct = frame.assign(samples=frame["arm"])
    figure = drawn("penalties", distinct, penalties=curves.penalties(distinct, study_arms(ARMS)))
    axis = figure.axes[0]
    assert axis.yaxis_inverted()
    names = [label.get_text() for label in axis.get_yticklabels()]
    assert names == ["random", "better", "worse", "mean"] == [label.get_text() for label in axis.get_xticklabels()]
    cells = np.array([text.get_text() for text in axis.texts]).reshape(4, 4)
    assert cells.tolist() == [["", "0", "67", "33"], ["67", "", "67", "67"], ["0", "0", "", "0"], ["33", "0", "67", ""]]
    assert "3 checkpoints a pair. Pairs: 3;" in figure.get_supxlabel()


def test_penalties_of_one_seed_say_that_nothing_is_tested() -> None:
    shown = words(drawn("penalties", experiments((0,)), penalties=penalties((0,))))
    assert "Nothing to test: a paired t-test takes two arms with several rounds, and two seeds." in shown


@pytest.mark.parametrize(
    ("name", "why"), [("areas", "No arms with several rounds"), ("efficiency", "No arm has a random")]
)
def test_figures_say_why_they_are_empty(name: str, why: str) -> None:
    baseline = {"arms": ("baseline",)}
    figure = drawn(name, experiments(**baseline), areas=areas(**baseline), efficiency=efficiency(**baseline))
    assert any(text.startswith(why) for text in words(figure))


@pytest.mark.parametrize(("seconds", "scale"), [(2.0, "linear"), (50.0, "log")])
def test_query_time_takes_a_log_scale_for_a_wide_range(seconds: float, scale: str) -> None:
    frame = rounds()
    slow = frame["query_seconds"].where(frame["arm"] != "worse", seconds * frame["query_seconds"])
    training, query = drawn("query_time", frame.assign(query_seconds=slow)).axes
    assert (training.get_yscale(), query.get_yscale()) == ("linear", scale)
    assert not any("$" in label.get_text() for label in query.get_yticklabels())
    assert query.lines[0].get_ydata()[-2:].tolist() == [2, 2]


def test_query_time_of_one_round_says_that_there_is_no_query() -> None:
    assert "No arm has a second round" in words(drawn("query_time", experiments(arms=("baseline",))))
