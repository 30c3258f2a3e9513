"""What the report says of contrasts, first and in full."""

import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from superposition import verdicts, wording
from tests import small_report
from tests.small_report import STUDY, Page, text_of, written
from tests.small_results import experiments, measures

NAN = math.nan
TESTED: dict[str, Any] = {
    "layer": "avgpool",
    "metric": "cosine",
    "quantity": "sample.mean",
    "a": "least_confidence",
    "b": "random",
    "n": 5,
    "difference": 0.031,
    "low": 0.012,
    "high": 0.05,
    "p_t": 0.001,
    "effect_size": 2.13,
    "comparisons": 12.0,
    "p_holm": 0.012,
}
ONE_SEED = {"n": 1, "low": NAN, "high": NAN, "p_t": NAN, "effect_size": NAN, "comparisons": NAN, "p_holm": NAN}
UNTESTED = {"low": 0.031, "high": 0.031, "p_t": NAN, "effect_size": NAN, "comparisons": NAN, "p_holm": NAN}
HIGHER = "cosine sample.mean of avgpool is higher with least_confidence than with random, by 0.031"
LOWER = HIGHER.replace("higher", "lower")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, f"{HIGHER} (95 % 0.012 to 0.050; d = 2.1; 5 seeds): certain after correcting for 12 comparisons."),
        ({"comparisons": 1.0}, f"{HIGHER} (95 % 0.012 to 0.050; d = 2.1; 5 seeds): certain."),
        (
            {"difference": -0.031, "low": -0.05, "high": -0.012, "effect_size": -2.13, "p_holm": 0.06},
            f"{LOWER} (95 % 0.012 to 0.050; d = 2.1; 5 seeds): not certain after correcting for 12 comparisons.",
        ),
        (
            {"low": -0.01, "high": 0.072, "p_holm": 0.3},
            f"{HIGHER} (95 % −0.010 to 0.072; d = 2.1; 5 seeds): no clear difference.",
        ),
        (
            {"n": 2, "effect_size": NAN, "p_holm": 0.3},
            f"{HIGHER} (95 % 0.012 to 0.050; 2 seeds): not certain after correcting for 12 comparisons.",
        ),
        (ONE_SEED, f"{HIGHER}: one seed: nothing can be said about chance."),
        (UNTESTED, f"{HIGHER} (95 % 0.031 to 0.031; 5 seeds): the same in every seed: nothing to test."),
        (
            {**UNTESTED, "difference": 0.0, "low": 0.0, "high": 0.0},
            "cosine sample.mean of avgpool is equal with least_confidence and with random (95 % 0.000 to 0.000; "
            "5 seeds): the same in every seed: nothing to test.",
        ),
    ],
)
def test_a_contrast_in_a_sentence(changes: dict[str, Any], said: str) -> None:
    assert wording.statement({**TESTED, **changes}).replace("\u00a0", " ") == said


def test_few_seeds_are_warned_of() -> None:
    assert wording.caution(1).startswith("One seed: nothing can be said about chance.")
    assert wording.caution(2).startswith("Two seeds: be careful.") and "p = 0.5" in wording.caution(2)
    assert wording.caution(3) == ""


def scalars(seeds: tuple[int, ...] = (0, 1, 2, 3, 4)) -> pd.DataFrame:
    """Measures with noise: cosines differ between the arms by far more, accuracy does not differ."""
    small = measures(seeds)
    return small.assign(value=small["value"] + np.random.default_rng(0).normal(0, 0.01, len(small)))


@pytest.fixture(scope="module")
def html(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page of a study with five seeds."""
    seeds = (0, 1, 2, 3, 4)
    return written(tmp_path_factory.mktemp("report"), {**STUDY, "seeds": seeds}, seeds, scalars=scalars())


def opening(html: str) -> str:
    """What a reader sees of the first section."""
    return text_of(small_report.section(html, "verdicts").replace("<td", " <td"))


def test_page_is_well_formed(html: str) -> None:
    page = Page(html)
    assert not page.misplaced and not page.open
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(set(ids)) == len(ids)
    links = {
        value[1:]
        for _, attributes in page.tags
        for key, value in attributes.items()
        if key == "href" and value[0] == "#"
    }
    assert {"digits.least_confidence.random", "measure.cosine", "verdicts"} <= links <= set(ids)


def test_the_report_opens_with_verdicts(html: str) -> None:
    assert html.index("<h2>What was found</h2>") == html.index("<h2>")
    said = opening(html)
    assert "least_confidence against random: 2 of 3 measures differ for certain." in said
    assert "least_confidence after round 2 (200 samples) against random after round 2 (200 samples)" in said
    assert said.count("no clear difference") == 1 and "measures differ" in said
    assert "cosine sample.mean of avgpool is higher with least_confidence than with random, by 0.1" in said
    assert "certain after correcting for 3 comparisons." in said


def test_a_verdict_has_direction_size_and_certainty(html: str) -> None:
    row = html.split('<a href="#measure.cosine">')[1].split("</tr>")[0]
    said = text_of(row.replace("<td", " <td").replace("<small", " <small").replace("&nbsp;", " "))
    number = r"0\.\d{3}"
    cell = rf"higher by {number} \({number} to {number}; d = \d+\.\d\) certain"
    assert re.fullmatch(rf"cosine sample\.mean avgpool {cell} {cell} ?", said), said


def test_sections_give_every_test(html: str) -> None:
    section = text_of(html.split('id="digits.least_confidence.random"')[1].split("<h4")[0].replace("<td", " <td"))
    assert "The intervals of 2 of 3 measures leave out 0." in section
    assert "With 5 seeds, p of a permutation test can’t be below 0.062." in section
    assert "95 % interval, t" in section and "bootstrap" in section and "p, Holm" in section
    assert section.count("accuracy top1 of logits is") == 1
    assert section.count("higher, certain") == 2 and section.count("higher, not certain") == 0


def test_one_seed_opens_with_sizes_and_no_verdict(tmp_path: Path) -> None:
    said = opening(written(tmp_path, {**STUDY, "seeds": [0]}, (0,), scalars=scalars((0,))))
    assert said.count("One seed: nothing can be said about chance. There are no intervals and no tests") == 1
    assert "higher by 0." in said and said.count("one seed: nothing can be said about chance") == 6
    assert "for certain" not in said and " d = " not in said


def test_two_seeds_are_warned_of(tmp_path: Path) -> None:
    said = opening(written(tmp_path, {**STUDY, "seeds": [0, 1]}, (0, 1), scalars=scalars((0, 1))))
    assert said.count("Two seeds: be careful.") == 1


def test_without_contrasts_the_report_says_so(tmp_path: Path) -> None:
    said = opening(written(tmp_path, {**STUDY, "contrasts": []}))
    assert "Nothing was compared: the study names no contrasts." in said


def test_contrasts_without_a_seed_in_common_have_no_column(tmp_path: Path) -> None:
    shown = scalars((0, 1, 2))
    apart = shown.assign(seed=shown["seed"].mask(shown["arm"] == "random", 7))
    unmeasured = (apart["arm"] == "baseline") & (apart["metric"] == "accuracy")
    said = opening(written(tmp_path, STUDY, scalars=apart[~unmeasured]))
    assert "least_confidence against random: no seed has both." in said
    assert "baseline (300 samples)" in said and "accuracy" not in said.split("layer")[1]


def test_what_is_left_at_equal_labels_and_accuracy_is_said(tmp_path: Path) -> None:
    rounds = experiments()
    rounds["accuracy"] += np.random.default_rng(0).normal(0, 0.02, len(rounds))
    said = opening(written(tmp_path, STUDY, rounds=rounds))
    assert "least_confidence against random, beyond labels and accuracy" in said
    assert "Both arms have as many labelled samples in 1 round in which their choices differ." in said
    assert "least_confidence against baseline, beyond labels and accuracy" not in said
    alone = opening(written(tmp_path, STUDY, seeds=(0,), rounds=rounds[rounds["seed"] == 0]))
    assert "one seed can’t tell it from chance" in alone


@pytest.mark.parametrize(
    ("beaten_by", "samples", "said"),
    [
        (0, 10, "no test image excites it more"),
        (1, 10_000, "1 of 10,000 test images excites it more"),
        (100, 10_000, "100 of 10,000 test images excite it more"),
        (101, 10_000, "not a maximiser: 101 of 10,000 test images excite it more"),
        (1, 10, "not a maximiser: 1 of 10 test images excites it more"),
    ],
)
def test_pictures_are_judged_by_the_test_images(beaten_by: int, samples: int, said: str) -> None:
    assert wording.picture_verdict(beaten_by, samples) == said


def test_what_is_certain_stands_first_and_the_rest_keeps_its_order() -> None:
    judged = {"a": ["no clear difference", "certain"], "b": ["no clear difference"] * 2, "c": ["not certain"] * 2}
    rows = [
        {"metric": name, "quantity": "mean", "layer": "avgpool", "headline": True, "judgement": judgement}
        for name, judgements in [("z", ["one seed"] * 2), *reversed(judged.items())]
        for judgement in judgements
    ]
    contrasts = [{"rows": rows[column::2]} for column in range(2)]
    assert [row["metric"] for row in verdicts.table(contrasts)] == ["a", "c", "z", "b"]
