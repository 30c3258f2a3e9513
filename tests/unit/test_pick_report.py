"""What the report says of the samples that were chosen."""

import re
from pathlib import Path

import pytest

from superposition import picks, wording
from tests import small_picks, small_report
from tests.small_report import STUDY, Page, text_of, written

RUNS = tuple((arm, seed, 1 if arm == "baseline" else 3) for arm in STUDY["arms"] for seed in STUDY["seeds"])


@pytest.fixture(scope="module")
def html(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page of a small study, written once."""
    return written(tmp_path_factory.mktemp("report"), STUDY)


def section(html: str) -> str:
    """What a reader sees of the section on what was chosen."""
    return text_of(small_report.section(html, "picks"))


def test_sentences_can_be_quoted(html: str) -> None:
    tables = small_picks.of_runs(RUNS)
    rows = picks.by_arm(tables["picked"], tables["queries"], tables["overlaps"]).to_dict("records")
    assert [row["arm"] for row in rows] == ["random", "least_confidence"]
    for row in rows:
        share, on_offer, wrong = (wording.percent(row[name]) for name in ("share", "pool_share", "wrong"))
        claim = f"{row['arm']} took “{row['most_picked']}” most: {share} of its picks, {on_offer} on offer."
        assert f"{claim} {wrong} of its picks were predicted wrong." in section(html)


def test_the_overlap_stands_beside_that_of_chance(html: str) -> None:
    tables = small_picks.of_runs(RUNS)
    means = tables["overlaps"][["jaccard_so_far", "chance_so_far"]].mean()
    cell = r'<td class="number" data-value="([\d.]+)">([\d.]+ %)</td>'
    [row] = re.findall(rf"<tr><th scope=\"row\">least_confidence.*?{cell}\s*{cell}\s*</tr>", html, re.DOTALL)
    assert "overlap with random" in section(html) and "by chance" in section(html)
    assert [float(value) for value in row[::2]] == pytest.approx(list(means))
    assert list(row[1::2]) == list(map(wording.percent, means))
    assert '<td class="number" data-value="">–</td>' * 2 in html, "random with itself"


def test_the_page_stays_well_formed(html: str) -> None:
    page = Page(html)
    assert not page.misplaced and not page.open


def test_no_claims_without_a_choice(tmp_path: Path) -> None:
    study = {**STUDY, "arms": {"baseline": {}}, "contrasts": []}
    said = section(written(tmp_path, study))
    assert "No arm had a choice" in said
    assert "took" not in said and "%" not in said


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0, "0 %"),
        (0.0049, "0.5 %"),
        (0.0949, "9.5 %"),
        (0.0996, "10 %"),
        (0.145, "14 %"),
        (1, "100 %"),
        (float("nan"), "–"),
    ],
)
def test_percentages(share: float, said: str) -> None:
    assert wording.percent(share) == said


@pytest.mark.parametrize(("name", "said"), [("automobile", "automobile"), ("automobiles", "automobil…"), ("", "")])
def test_long_names_are_shortened(name: str, said: str) -> None:
    assert wording.shortened(name, 10) == said
