"""What the report says of how alike the arms' features are."""

import math
from pathlib import Path

import pytest

from superposition import wording
from tests import small_alignment, small_report
from tests.small_report import STUDY, Page, text_of, written
from tests.small_results import rounds_of

SEEDS = (0, 1, 2)


def page(folder: Path, seeds: tuple[int, ...] = SEEDS, **values: float) -> str:
    """The page of a small study whose arms are so far apart: least_confidence and random, of which alone it has
    features."""
    runs = tuple((arm, seed, rounds_of(arm)) for arm in ("random", "least_confidence") for seed in seeds)
    apart = small_alignment.of_runs(runs, ("avgpool",))["apart"]
    return written(folder, {**STUDY, "seeds": list(seeds)}, seeds=seeds, apart=apart.assign(**values))


def section(html: str) -> str:
    """What a reader sees of the section on features."""
    return text_of(small_report.section(html, "features"))


def test_arms_that_are_apart_are_named_with_layer_and_measure(tmp_path: Path) -> None:
    html = page(tmp_path, apart=0.2, low=0.1, high=0.3)
    said = "less alike than two seeds of one arm in avgpool (cka), in avgpool (cosine_cka)."
    arms = "least_confidence after round 2 (200 samples) against random after round 2 (200 samples)"
    assert f"{arms}: {said}" in section(html)
    assert html.count('<td class="verdict clear">less alike than two seeds</td>') == 2
    apart, ends = 'data-value="0.2">0.200', 'data-value="0.1;0.3">0.100 to 0.300'
    assert f'<td class="number" {apart}</td><td class="number" {ends}</td>' in html
    assert not Page(html).misplaced and not Page(html).open


def test_only_the_rounds_that_are_told_are_shown(tmp_path: Path) -> None:
    assert page(tmp_path).count('<th scope="row">least_confidence, random</th>') == 2


def test_arms_whose_interval_holds_0_do_not_differ(tmp_path: Path) -> None:
    said = section(page(tmp_path, apart=0.1, low=-0.1, high=0.3))
    assert "against random after round 2 (200 samples): no clear difference." in said
    assert "less alike" not in said


def test_features_that_are_not_kept_are_missed_openly(tmp_path: Path) -> None:
    assert "baseline (300 samples): the features of these rounds are not kept." in section(page(tmp_path))


def test_two_seeds_are_too_few(tmp_path: Path) -> None:
    html = page(tmp_path, seeds=(0, 1))
    assert "it takes three seeds to tell." in section(html)
    assert "too few seeds to tell" in section(html) and "nan" not in section(html)


def test_without_the_table_nothing_is_said(tmp_path: Path) -> None:
    assert "CKA" not in written(tmp_path, STUDY)


@pytest.mark.parametrize(
    ("low", "said"),
    [(0.1, "less alike than two seeds"), (-0.1, "no clear difference"), (math.nan, "too few seeds to tell")],
)
def test_alikeness_in_words(low: float, said: str) -> None:
    assert wording.alikeness({"low": low}) == said
