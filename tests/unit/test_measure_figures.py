"""What the figures of all headline measures show of known data."""

import matplotlib
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure
from matplotlib.text import Text
from scipy.stats import spearmanr

from superposition import headlines, plotting, plugins
from tests.small_results import ARMS, MANY_ARMS, experiments, measures


def rising(seeds: tuple[int, ...] = (0, 1, 2), arms: tuple[str, ...] = ARMS) -> pd.DataFrame:
    """The small study's measures; neuron cosines rise with the round, sample cosines fall."""
    frame = measures(seeds, arms)
    slope = frame["quantity"].map({"neuron.mean_absolute": 0.2, "sample.mean": -0.2}).fillna(0)
    return frame.assign(value=frame["value"] + slope * frame["round"])


def drawn(name: str, shown: pd.DataFrame, rounds: pd.DataFrame | None = None) -> Figure:
    """A figure of these measures."""
    tables = {"measures": shown, "experiments": experiments() if rounds is None else rounds}
    with matplotlib.rc_context(plotting.STYLE):
        drawing: Figure = plugins.load("figure", name).draw(tables, 180)
    return drawing


def titles(drawing: Figure) -> list[tuple[str, str]]:
    """Title and label of each panel."""
    return [(axis.get_title(), axis.get_ylabel()) for axis in drawing.axes]


def test_after_rounds_keeps_headlines_of_rounds_that_were_trained() -> None:
    untrained = measures().assign(round=0)
    found = headlines.after_rounds(pd.concat([untrained, measures()]), experiments())
    assert set(found["quantity"]) == {"top1", "sample.mean", "neuron.mean_absolute"} and found["round"].min() == 1
    row = found[(found["arm"] == "random") & (found["round"] == 2)].iloc[0]
    assert (row["labelled"], row["accuracy"]) == (200, pytest.approx(0.8))


def test_trajectories_have_a_panel_a_measure_and_a_line_an_arm() -> None:
    figure = drawn("trajectories", rising())
    assert titles(figure) == [
        ("accuracy, logits", "top1"),
        ("cosine, avgpool", "sample.mean"),
        ("cosine, avgpool", "neuron.mean_absolute"),
    ]
    lines = {line.get_label(): line for line in figure.axes[2].lines}
    assert lines["random"].get_xdata().tolist() == [100, 200, 300]
    assert lines["random"].get_ydata() == pytest.approx([0.31, 0.51, 0.71])
    assert lines["least_confidence"].get_color() == plotting.arm_look(2)["color"]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == list(ARMS)


def test_trajectories_have_a_band_over_seeds() -> None:
    band = drawn("trajectories", rising()).axes[2].collections
    heights = [path.vertices[:, 1] for collection in band for path in collection.get_paths()]
    assert any(np.isclose(ends.min(), 0.30) and np.isclose(ends.max(), 0.72) for ends in heights)


def test_an_arm_of_one_round_is_a_point_and_a_level() -> None:
    axis = drawn("trajectories", rising()).axes[1]
    levels = [line.get_ydata()[0] for line in axis.lines if list(line.get_xdata()) == [0, 1]]
    assert levels == pytest.approx([0.31])


def test_against_accuracy_has_a_mark_a_round_and_seed() -> None:
    figure = drawn("against_accuracy", rising())
    assert titles(figure) == [("cosine, avgpool", "sample.mean"), ("cosine, avgpool", "neuron.mean_absolute")]
    baseline, random, _ = figure.axes[1].lines
    assert baseline.get_xdata().tolist() == pytest.approx([90, 91, 92])
    assert sorted(random.get_xdata()) == pytest.approx([70, 71, 72, 80, 81, 82, 90, 91, 92])
    assert random.get_linestyle() == "None" and random.get_color() == plotting.arm_look(1)["color"]


def test_against_accuracy_gives_the_rank_correlation() -> None:
    labels = [axis.get_xlabel() for axis in drawn("against_accuracy", rising(arms=("random",))).axes]
    seeds, rounds = np.tile([0, 1, 2], 3), np.repeat([1, 2, 3], 3)
    expected = [spearmanr(10 * rounds + seeds, slope * rounds + 0.01 * seeds).statistic for slope in (-0.2, 0.2)]
    assert labels == [f"test accuracy (%); ρ = {rho:.2f}".replace("-", "−") for rho in expected]


def test_against_accuracy_of_accuracy_alone_says_so() -> None:
    accuracy = measures()[measures()["metric"] == "accuracy"]
    words = [text.get_text() for text in drawn("against_accuracy", accuracy).findobj(Text)]
    assert "Nothing but accuracy was measured." in words


@given(st.permutations(range(8)), st.permutations(range(8)))
def test_correlations_equal_scipy(a: list[int], b: list[int]) -> None:
    found = headlines.correlations(pd.DataFrame({"a": np.exp(a), "b": b, "constant": 1}))
    assert found.loc["a", "b"] == pytest.approx(spearmanr(a, b).statistic)
    assert found["constant"].isna().all()


def test_agreement_numbers_its_measures_and_writes_correlations_below_the_diagonal() -> None:
    figure = drawn("agreement", rising(seeds=(0,), arms=("random",)))
    axis = figure.axes[0]
    names = [label.get_text() for label in axis.get_yticklabels()]
    assert names == [
        "accuracy top1, logits  1",
        "cosine sample.mean, avgpool  2",
        "cosine neuron.mean_absolute, avgpool  3",
    ]
    cells = {(*text.get_position(), text.get_text()) for text in axis.texts}
    assert cells == {(0, 1, "−100"), (0, 2, "100"), (1, 2, "−100")}
    assert figure.get_supxlabel().startswith("3 rounds: 1 arm, one seed. Numbers: hundredths.")


def test_agreement_leaves_blank_what_does_not_vary() -> None:
    shown = rising(seeds=(0,), arms=("random",))
    constant = shown["quantity"] == "neuron.mean_absolute"
    axis = drawn("agreement", shown.assign(value=shown["value"].mask(constant, 0.5))).axes[0]
    assert [text.get_text() for text in axis.texts] == ["−100"]


@pytest.mark.parametrize(
    ("layers", "said", "numbers"), [(12, "tenths", {"10", "-10", "−10"}), (20, "", set())], ids=["25", "41"]
)
def test_agreement_of_many_measures_has_shorter_numbers_or_none(layers: int, said: str, numbers: set[str]) -> None:
    shown = measures((0,), ("random",), tuple(f"layer{number}" for number in range(layers)))
    figure = drawn("agreement", shown.assign(value=shown["value"] + shown["round"]))
    assert {text.get_text() for text in figure.axes[0].texts} <= numbers
    assert ("Numbers:" in figure.get_supxlabel()) == bool(said) and said in figure.get_supxlabel()


def test_agreement_of_a_single_round_says_what_it_takes() -> None:
    words = [text.get_text() for text in drawn("agreement", measures((0,), ("baseline",))).findobj(Text)]
    assert "Correlations take two measures and 3 rounds or seeds." in words


def test_measures_and_arms_look_as_in_the_other_figures() -> None:
    rounds = experiments(arms=MANY_ARMS)
    key = drawn("trajectories", measures(arms=MANY_ARMS), rounds).legends[0]
    looks = [(line.get_color(), line.get_marker()) for line in key.get_lines()]
    assert looks == [(look["color"], look["marker"]) for look in plotting.arm_looks(rounds).values()]
