"""What the report says of learning curves."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests import small_report
from tests.small_report import STUDY, Page, text_of, written
from tests.small_results import ARMS, experiments

GAINS = {"better": 0.02, "also_better": 0.03, "worse": -0.05, "unclear": 0.0}
ARM = {"strategy": "least_confidence", "rounds": 3}
STUDY_OF_GAINS = {
    **STUDY,
    "arms": {**STUDY["arms"], **dict.fromkeys(GAINS, ARM), "apart": {**ARM, "between_rounds": "carry"}},
    "contrasts": [],
}


def rounds_of_gains(seeds: tuple[int, ...] = (0, 1, 2)) -> pd.DataFrame:
    """experiments.tsv of arms that gain or lose against random after the first round, a little more with each seed."""
    rounds = experiments(seeds, (*ARMS, *GAINS, "apart"))
    gains = rounds["arm"].map(GAINS).fillna(0) * (1 + rounds["seed"] / 10)
    swings = np.where(rounds["arm"] == "unclear", np.array([0.01, -0.02, 0.015])[rounds["seed"]], 0)
    later = rounds["round"] > 1
    return rounds.assign(accuracy=rounds["accuracy"] + later * (gains + swings))


@pytest.fixture(scope="module")
def html(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page of a study with better and worse arms."""
    return written(tmp_path_factory.mktemp("report"), STUDY_OF_GAINS, rounds=rounds_of_gains())


def section(html: str) -> str:
    """What a reader sees of the section on learning curves, its table's cells apart."""
    return text_of(small_report.section(html, "curves").replace("<td", " <td")).removeprefix(" Learning curves digits ")


def test_says_which_arms_beat_random(html: str) -> None:
    said = section(html)
    assert "better and also_better beat random choice. worse is worse than random choice." in said
    assert "Whether least_confidence and unclear differ from random choice can’t be said." in said
    assert "from 100 to 300 labelled samples; beating means that the 95 % interval of the difference" in said
    assert "apart has no random arm that trains in the same way to be compared with." in said


@pytest.mark.parametrize(("left_out", "unsaid"), [("worse", "worse than"), ("better", "beat"), ("unclear", "unclear")])
def test_says_nothing_of_arms_that_are_not_there(tmp_path: Path, left_out: str, unsaid: str) -> None:
    rounds = rounds_of_gains()
    gone = [arm for arm in GAINS if left_out in arm]
    study = {**STUDY_OF_GAINS, "arms": {name: arm for name, arm in STUDY_OF_GAINS["arms"].items() if name not in gone}}
    assert (
        unsaid
        not in section(written(tmp_path, study, rounds=rounds[~rounds["arm"].isin(gone)])).split("The measure")[0]
    )


def test_table_gives_areas_differences_efficiency_and_time(html: str) -> None:
    rows = section(html)
    log = (0.75 * np.log(2) + 0.85 * np.log(1.5)) / np.log(3) + 0.01
    assert f"least_confidence 3 0.810 ± 0.010 {log:.3f} ± 0.010 random 0.000 (0.000 to 0.000) equal" in rows
    assert "equal 1.000 at 300 2.0 s 1 min" in rows
    assert f"apart 3 0.810 ± 0.010 {log:.3f} ± 0.010 – – – – 2.0 s 1 min" in rows


def test_page_is_well_formed(html: str) -> None:
    page = Page(html)
    assert not page.misplaced and not page.open


def test_figures_stand_in_their_sections(html: str) -> None:
    assert 'alt="digits: Test accuracy' in small_report.section(html, "curves")
    assert html.count("assets/digits.learning_curves.svg") == 1


def test_one_seed_gives_an_order_and_no_interval(tmp_path: Path) -> None:
    study = {**STUDY_OF_GAINS, "seeds": [0]}
    said = section(written(tmp_path, study, seeds=(0,), rounds=rounds_of_gains((0,))))
    assert "the order is also_better" in said and "worse 0.7" in said
    assert "one seed: no interval" in said and "beat random" not in said
    assert "±" not in said.replace("Mean ± standard deviation", "")


def test_arms_of_one_round_have_no_curve(tmp_path: Path) -> None:
    rounds = experiments(arms=("baseline",))
    said = section(written(tmp_path, {**STUDY, "arms": {"baseline": {}}, "contrasts": []}, rounds=rounds))
    assert said.startswith("No arm has more than one round.")


def test_curves_without_labels_in_common_are_not_compared(tmp_path: Path) -> None:
    rounds = experiments()
    rounds.loc[rounds["arm"] == "random", "labelled"] += 1000
    said = section(written(tmp_path, STUDY, rounds=rounds))
    assert "No number of labelled samples lies on the curves of all arms" in said
