"""What each figure shows of known data."""

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure

from superposition import plotting
from superposition.errors import InputError
from superposition.figures import cosine, learning_curves, tsne
from tests.small_results import ARMS, distributions, embeddings, experiments, measures


def curves(frame: pd.DataFrame) -> Figure:
    """The learning curves of a table of experiments."""
    with matplotlib.rc_context(plotting.STYLE):
        return learning_curves.draw({"experiments": frame}, 180)


def layout(frame: pd.DataFrame) -> Figure:
    """The t-SNE figure of a table of embeddings."""
    with matplotlib.rc_context(plotting.STYLE):
        return tsne.draw({"embeddings": frame}, 180)


def test_learning_curves_show_the_mean_in_per_cent() -> None:
    lines = {line.get_label(): line for line in curves(experiments()).axes[0].lines}
    assert lines["random"].get_xdata().tolist() == [100, 200, 300]
    assert lines["random"].get_ydata() == pytest.approx([71, 81, 91])


def test_learning_curves_draw_one_round_as_a_level() -> None:
    levels = [line for line in curves(experiments()).axes[0].lines if list(line.get_xdata()) == [0, 1]]
    assert [line.get_ydata()[0] for line in levels] == pytest.approx([91])


def test_learning_curves_say_what_the_band_is() -> None:
    assert "3 seeds; bands: ± 1 standard deviation" in curves(experiments()).get_supxlabel()
    assert "One seed: no spread" in curves(experiments(seeds=(0,))).get_supxlabel()
    uneven = pd.concat([experiments(), experiments(seeds=(3,), arms=("random",))])
    assert "3 to 4 seeds" in curves(uneven).get_supxlabel()


def test_learning_curves_list_arms_in_the_order_of_the_study() -> None:
    texts = [text.get_text() for text in curves(experiments()).legends[0].get_texts()]
    assert texts == ["baseline", "random", "least_confidence"]


def test_learning_curves_need_accuracy() -> None:
    with pytest.raises(InputError, match="learning_curves needs accuracy among the study's metrics"):
        curves(experiments().assign(accuracy=np.nan))


def test_cosine_marks_the_mean_over_seeds() -> None:
    figure = cosine.draw({"measures": measures(), "distributions": distributions()}, 180)
    titled = {axis.get_title(): axis for axis in figure.axes[:3]}
    assert list(titled) == ["baseline", "random", "least_confidence"]
    assert titled["random"].lines[0].get_xdata()[0] == pytest.approx(0.51)
    assert titled["least_confidence"].texts[0].get_text() == "0.610"


def test_cosine_panels_of_a_row_share_their_scales() -> None:
    axes = cosine.draw({"measures": measures(), "distributions": distributions()}, 180).axes
    assert len({(axis.get_xlim(), axis.get_ylim()) for axis in axes[:3]}) == 1


def test_cosine_needs_its_metric() -> None:
    with pytest.raises(InputError, match="figures: cosine needs cosine among the study's metrics"):
        cosine.draw({"measures": measures(), "distributions": distributions().iloc[:0]}, 180)


def test_tsne_shows_last_rounds_of_the_first_seed() -> None:
    last = embeddings()
    more = pd.concat([last.assign(round=1), last, last.assign(seed=1)])
    assert [axis.get_title() for axis in layout(more).axes] == [
        "baseline\nseed 0, round 1",
        "random\nseed 0, round 3",
        "least_confidence\nseed 0, round 3",
    ]


def test_tsne_gives_each_of_20_classes_its_own_look() -> None:
    figure = layout(embeddings(classes=20))
    handles = figure.legends[0].legend_handles
    assert len({(handle.get_color(), handle.get_marker()) for handle in handles}) == 20
    assert len(figure.legends[0].get_texts()) == 20


def test_tsne_of_many_classes_has_a_scale_and_no_legend() -> None:
    figure = layout(embeddings(classes=100))
    assert not figure.legends
    assert "class (number)" in [axis.get_xlabel() for axis in figure.axes]


def test_tsne_of_many_classes_leaves_the_last_row_unfilled() -> None:
    figure = layout(embeddings(arms=(*ARMS, "as_written"), classes=100))
    assert [axis.get_xlabel() for axis in figure.axes] == ["t-SNE 1 (no unit)"] * 4 + ["class (number)"]


def test_tsne_points_are_pixels_in_the_svg() -> None:
    points = [artist for artist in layout(embeddings()).axes[0].collections if isinstance(artist, PathCollection)]
    assert points and all(artist.get_rasterized() for artist in points)


def test_long_class_names_are_cut() -> None:
    figure = layout(embeddings().assign(**{"class": "an extraordinarily long name"}))
    assert "an extraordinar…" in [text.get_text() for text in figure.axes[0].texts]
