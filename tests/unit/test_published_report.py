"""The report's section that sets the paper's numbers beside the study's."""

import re
from pathlib import Path

import pytest

from superposition.config import UNTRAINED
from tests import small_report
from tests.small_published import ARMS, measures
from tests.small_report import STUDY, Page, text_of, written
from tests.small_results import experiments


def page(folder: Path, seeds: tuple[int, ...], arms: tuple[str, ...], dataset: str = "cifar10") -> str:
    """The page of a study of the given arms with every measure that the section may show."""
    study = {
        **STUDY,
        "datasets": {dataset: {}},
        "seeds": [*seeds],
        "arms": {name: ARMS[name].model_dump(mode="json") for name in arms},
        "contrasts": [],
        "metrics": ["accuracy"],
    }
    rounds = experiments(seeds, arms).assign(dataset=dataset)
    return written(folder, study, seeds, rounds, measures(seeds, arms, dataset))


def section(html: str) -> str:
    return small_report.section(html, "published")


def said(html: str) -> str:
    return text_of(section(html).replace("<t", " <t").replace("<small", " <small").replace("<br", " <br"))


@pytest.fixture(scope="module")
def html(tmp_path_factory: pytest.TempPathFactory) -> str:
    return page(tmp_path_factory.mktemp("report"), (0, 1, 2), tuple(ARMS))


def test_page_is_well_formed_and_leads_to_the_section(html: str) -> None:
    parsed = Page(html)
    assert not parsed.misplaced and not parsed.open
    assert html.count('href="#published"') == 1
    assert html.index('id="verdicts"') < html.index('id="published"') < html.index('id="arms"')


def test_printed_notebook_and_ours_stand_in_one_row(html: str) -> None:
    rows = said(html.replace("</tr>", "</tr> |")).split("|")
    [coded] = [row for row in rows if " mean cosine as coded layer4+layer4.1+layer4.1.conv2 " in row]
    assert "0.885 0.890 0.020 n=3 −0.030 to 0.070" in coded
    assert "0.927 0.972 0.320 n=3 0.270 to 0.370 0.420 n=3 0.370 to 0.470" in coded
    [hooked] = [row for row in rows if " mean cosine by a forward hook layer4.1.conv2 " in row]
    assert "– – 0.030 n=3 −0.020 to 0.080 – – 0.330" in hooked


def test_heads_name_both_arms_of_the_paper_and_ours(html: str) -> None:
    head, body = section(html).split("<thead>")[1].split("</table>")[0].split("</thead>")
    text = text_of(head.replace("<t", " <t"))
    assert "the paper’s baseline the paper’s active learning control" in text
    assert "printed notebook baseline printed notebook least_confidence untrained" in text
    assert sum(map(int, re.findall(r'colspan="(\d)"', head))) + 1 == 8
    assert {row.count("<td") + row.count("<th") for row in body.split("</tr>")[:-1]} == {8}


def test_words_say_what_random_weights_give_and_where_numbers_come_from(html: str, tmp_path: Path) -> None:
    assert "So read, a network with random weights gives 0.420: a value near 0.9 comes with the reading" in said(html)
    assert said(html).count("The notebook’s active learning is another run than the printed one.") == 1
    without = said(page(tmp_path, (0, 1), ("baseline", "least_confidence")))
    assert "random weights gives about 0.90 on CIFAR-10:" in without
    assert "control" not in without and UNTRAINED not in without


def test_one_seed_has_no_interval_and_says_so(html: str, tmp_path: Path) -> None:
    alone = said(page(tmp_path, (0,), tuple(ARMS)))
    assert alone.count("One seed: nothing can be said about chance.") == 1
    assert "0.885 0.890 0.000 n=1" in alone and " to " not in alone.split("accuracy as coded")[1]
    assert "One seed" not in said(html)


def test_arms_that_the_study_lacks_leave_dashes(tmp_path: Path) -> None:
    shown = said(page(tmp_path, (0, 1), ("random", UNTRAINED)))
    assert shown.count("no such arm") == 2
    assert "0.885 0.890 – 0.927 0.972 – " in shown


def test_tiny_imagenet_says_that_its_reading_is_not_known(tmp_path: Path) -> None:
    shown = said(page(tmp_path, (0, 1), tuple(ARMS), "tiny_imagenet"))
    assert "−0.348 –" in shown and "How Tiny ImageNet was read is not known" in shown


def test_studies_of_other_data_have_no_such_section(tmp_path: Path) -> None:
    other = page(tmp_path, (0, 1), tuple(ARMS), "digits")
    assert "Beside the paper" not in other and 'id="published"' not in other
