"""What the figures of the picks show of known data."""

from itertools import combinations
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from superposition import plotting, plugins
from tests import small_picks
from tests.small_results import ARMS, MANY_ARMS, all_tables


def drawn(name: str, width_mm: float = 180, **tables: pd.DataFrame | list[Path]) -> Figure:
    """A figure of the small study, some of its tables changed."""
    given = {**all_tables(), "images": [small_picks.image_file()], **tables}
    with matplotlib.rc_context(plotting.STYLE):
        figure: Figure = plugins.load("figure", name).draw(given, width_mm)
        figure.draw_without_rendering()
    return figure


def shares(values: dict[str, list[float]], arm: str = "a", seed: int = 0) -> pd.DataFrame:
    """picked.tsv of an arm whose classes were each a quarter of what was on offer, or used up (nan)."""
    rows = [
        {"arm": arm, "seed": seed, "round": round_, "label": label, "class": name, "picked": 0, "share": share}
        for label, (name, of_class) in enumerate(values.items())
        for round_, share in enumerate(of_class, start=1)
    ]
    frame = pd.DataFrame(rows).assign(dataset="digits", pool_share=0.25)
    used_up = frame["share"].isna()
    return frame.assign(share=frame["share"].fillna(0), pool_share=frame["pool_share"].where(~used_up, 0))


def test_classes_are_shown_against_what_was_on_offer() -> None:
    picked = shares({"cat": [0.25, 0.5], "dog": [0.25, 0], "emu": [0.25, 0.125], "fox": [0.25, float("nan")]})
    image = drawn("picked_classes", picked=picked).axes[0].images[0]
    values = image.get_array()
    assert values[:, 1].filled(99).tolist() == [1, -2, -1, 99], "twice, none, half, and none left"
    assert values[:, 0].tolist() == [0, 0, 0, 0]


def test_the_class_with_most_picks_of_a_round_has_a_point() -> None:
    more = [
        shares({"cat": [0.3, 0.6], "dog": [0.7, 0.4]}, seed=0),
        shares({"cat": [0.6, 0.2], "dog": [0.4, 0.8]}, seed=1),
    ]
    axis = drawn("picked_classes", picked=pd.concat(more)).axes[0]
    assert axis.lines[0].get_ydata().tolist() == [1, 1]


def test_panels_say_which_class_an_arm_took_most() -> None:
    titles = [axis.get_title() for axis in drawn("picked_classes").axes]
    assert [title.split("\n")[0] for title in titles if title] == ["random", "least_confidence"]
    assert all("\nmost: class " in title and title.endswith("% on offer") for title in titles if title)


@pytest.mark.parametrize(("classes", "named"), [(20, True), (200, False)])
def test_many_classes_are_numbered(classes: int, named: bool) -> None:
    picked = shares({f"name {label}": [1 / classes] * 2 for label in range(classes)})
    axis = drawn("picked_classes", picked=picked).axes[0]
    assert axis.get_ylabel() == ("class" if named else "class (number)")
    assert ("name 7" in [tick.get_text() for tick in axis.get_yticklabels()]) == named


def test_entropy_and_errors_are_means_in_per_cent() -> None:
    queries = all_tables()["queries"]
    left, right = drawn("queries").axes
    for axis, column, rounds in ((left, "entropy", [1, 2, 3]), (right, "wrong", [2, 3])):
        line = {line.get_label(): line for line in axis.lines}["random"]
        means = 100 * queries[queries["arm"] == "random"].groupby("round")[column].mean().dropna()
        assert line.get_xdata().tolist() == rounds
        assert line.get_ydata() == pytest.approx(means.tolist())


@pytest.mark.parametrize("name", ["queries", "ages"])
def test_an_arm_keeps_its_look_and_those_with_one_round_are_left_out(name: str) -> None:
    lines = [line for line in drawn(name).axes[0].lines if line.get_label() in ARMS]
    assert [line.get_label() for line in lines] == ["random", "least_confidence"]
    assert [line.get_color() for line in lines] == plotting.ARM_COLOURS[1:3]


def test_scores_have_a_panel_an_arm_with_its_own_scale() -> None:
    queries = all_tables()["queries"]
    scores = [column for column in queries if column.startswith("score")]
    larger = queries.assign(**{name: queries[name] * np.where(queries["arm"] == "random", 1000, 1) for name in scores})
    axes = drawn("scores", queries=larger).axes
    assert [axis.get_title() for axis in axes] == ["random", "least_confidence\n(random)"]
    assert axes[0].get_ylim()[1] > 100 > axes[1].get_ylim()[1]


def test_those_never_taken_stand_apart() -> None:
    axis = drawn("ages").axes[0]
    assert [tick.get_text() for tick in axis.get_xticklabels()] == ["1", "2", "3", "never"]
    ages = all_tables()["ages"]
    assert "never" not in [
        tick.get_text() for tick in drawn("ages", ages=ages[ages["round"].notna()]).axes[0].get_xticklabels()
    ]


def of_pairs(rounds: int, arms: tuple[str, ...]) -> pd.DataFrame:
    """overlaps.tsv: every pair shares a fifth, where chance would give a tenth or two."""
    rows = [[round_, a, b] for round_ in range(2, rounds + 1) for a, b in combinations(arms, 2)]
    frame = pd.DataFrame(rows, columns=["round", "a", "b"]).assign(dataset="digits", seed=0, jaccard=0.2)
    return frame.assign(chance=np.where(frame["a"] == arms[0], 0.1, 0.2))


def test_overlap_shows_four_rounds_from_the_second_to_the_last() -> None:
    titles = [axis.get_title() for axis in drawn("overlap", overlaps=of_pairs(11, ("a", "b", "c"))).axes]
    assert [title.split("\n")[0] for title in titles if title] == [f"round {number}" for number in (2, 5, 8, 11)]
    assert {title.split("\n")[1] for title in titles if title} == {"by chance: 10 to 20 %"}


@pytest.mark.parametrize(("count", "numbers"), [(2, ["20"]), (8, ["20"] * 28), (9, [])])
def test_overlap_has_numbers_while_there_are_few_arms(count: int, numbers: list[str]) -> None:
    axis = drawn("overlap", overlaps=of_pairs(2, tuple(f"arm {n}" for n in range(count)))).axes[0]
    assert [text.get_text() for text in axis.texts] == numbers


@pytest.mark.parametrize(
    ("name", "said"), [("scores", "No arm has"), ("overlap", "No two arms have"), ("gallery", "No arm has")]
)
def test_a_study_without_second_rounds_is_told_so(name: str, said: str) -> None:
    figure = drawn(name, **all_tables(arms=("baseline",)))
    assert [text.get_text() for text in figure.axes[0].texts] == [f"{said} a second round."]


def test_the_gallery_names_what_was_predicted_and_marks_what_was_wrong() -> None:
    picks = all_tables()["picks"]
    block = drawn("gallery", picks=picks[picks["seed"] == 0]).axes[0]
    assert block.get_title() == "random" and len(block.images) == 40
    said = [text.get_text() for text in block.texts]
    crosses = said.count("×")
    names = [text for text in said if text != "×"]
    right = sum(name == f"class {number // 4}" for number, name in enumerate(names))
    assert len(names) == 40 and crosses == len(block.patches) == 40 - right > 0


def test_the_gallery_shows_the_images_themselves() -> None:
    block = drawn("gallery").axes[0]
    first = all_tables()["picks"].query("arm == 'random' and seed == 0 and round == 2 and label == 0")
    stored = small_picks.images.read_split(
        small_picks.image_file(), "train", first.nsmallest(1, "rank")["id"].to_numpy()
    )
    assert np.array_equal(block.images[0].get_array(), stored.images[0])
    assert {image.get_interpolation() for image in block.images} == {"nearest"}


@pytest.mark.parametrize("width_mm", [120, 180])
def test_nothing_overlaps_in_the_gallery(width_mm: float) -> None:
    """Not even with many arms and long names."""
    long_names = small_picks.image_file("an extraordinarily long name")
    figure = drawn("gallery", width_mm, **all_tables(seeds=(0,), arms=MANY_ARMS[:7]), images=[long_names])
    texts = [text for text in figure.findobj(Text) if text.get_text().strip() not in ("", "×") and text.get_visible()]
    boxes = np.array([text.get_window_extent().extents for text in texts])
    for number, box in enumerate(boxes):
        apart = (boxes[:, 0] > box[2]) | (boxes[:, 2] < box[0]) | (boxes[:, 1] > box[3]) | (boxes[:, 3] < box[1])
        assert apart.sum() == len(boxes) - 1, texts[number].get_text()
