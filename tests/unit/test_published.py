"""The paper's numbers, and what stands beside them."""

from pathlib import Path

import pandas as pd
import pytest
import yaml
from scipy import stats

from superposition import networks, plan, plugins, published, studies
from superposition.config import UNTRAINED, Arm
from superposition.layers import parts
from tests.small_published import ARMS, LEVELS, measures
from tests.small_results import activations

CONFIG = Path(__file__).parents[2] / "config"
NUMBERS = published.numbers().set_index(["dataset", "paper", "number"])


@pytest.mark.parametrize(
    ("place", "printed", "notebook"),
    [
        (("cifar10", "baseline", "mean cosine"), 0.885, 0.8905),
        (("cifar10", "baseline", "sd of the cosine"), None, 0.070),
        (("cifar10", "baseline", "silhouette"), 0.212, 0.2117),
        (("cifar10", "baseline", "Davies-Bouldin"), 1.551, 1.5511),
        (("cifar10", "active learning", "mean cosine"), 0.927, 0.9719),
        (("cifar10", "active learning", "sd of the cosine"), None, 0.019),
        (("cifar10", "active learning", "silhouette"), 0.189, 0.1305),
        (("cifar10", "active learning", "Davies-Bouldin"), 1.542, 1.846),
        (("cifar10", "active learning", "accuracy"), None, 0.8022),
        (("tiny_imagenet", "baseline", "mean cosine"), 0.310, None),
        (("tiny_imagenet", "baseline", "silhouette"), -0.348, None),
        (("tiny_imagenet", "baseline", "Davies-Bouldin"), None, None),
        (("tiny_imagenet", "active learning", "mean cosine"), 0.254, None),
        (("tiny_imagenet", "active learning", "silhouette"), -0.399, None),
    ],
)
def test_the_papers_numbers(place: tuple[str, str, str], printed: float | None, notebook: float | None) -> None:
    row = NUMBERS.loc[place]
    for name, value in (("printed", printed), ("notebook", notebook)):
        assert pd.isna(row[name]) if value is None else row[name] == pytest.approx(value, abs=5e-4), name
    assert ("arXiv 2412.16168" in row["source"]) is (printed is not None or place[0] == "tiny_imagenet")
    assert ("ipynb" in row["source"]) is (notebook is not None)


def test_every_number_is_of_a_dataset_and_an_arm_and_can_be_read_as_coded() -> None:
    assert NUMBERS.index.is_unique and len(NUMBERS) == 14
    assert set(NUMBERS.index.get_level_values("dataset")) <= set(plugins.names("dataset"))
    assert set(NUMBERS.index.get_level_values("paper")) == {published.BASELINE, published.ACTIVE}
    as_coded = [reading.number for reading in published.READINGS if reading.reading == published.AS_CODED]
    assert set(NUMBERS.index.get_level_values("number")) == set(as_coded) and len(set(as_coded)) == len(as_coded)


def test_every_reading_names_what_is_measured() -> None:
    layers = networks.describe("resnet18", "imagenet")["layers"]
    for reading in published.READINGS:
        declared = plugins.declared("metric", reading.metric)
        assert reading.quantity in plugins.load("metric", reading.metric).measure(activations(n=40))
        assert reading.layer in declared.get("LAYERS", [reading.layer])
        assert reading.layer == "logits" or set(parts(reading.layer)) <= layers.keys()


@pytest.mark.parametrize("name", ["as_coded", "as_written", "tiny_imagenet"])
def test_the_papers_studies_measure_every_reading(name: str) -> None:
    study = studies.parse(yaml.safe_load((CONFIG / f"{name}.yaml").read_text(encoding="utf-8")))
    assert {reading.metric for reading in published.READINGS} <= set(study.metrics)
    assert {reading.layer for reading in published.READINGS} <= {*plan.recorded_layers(study), "logits"}
    assert [paper for paper, arm in published.counterparts(study.arms) if arm] == ["baseline", "active learning", ""]


@pytest.mark.parametrize(
    ("arms", "expected"),
    [
        (("baseline", "matched", "random", "least_confidence"), [("baseline", "baseline"), "least_confidence"]),
        (("matched", "least_confidence"), [("baseline", "matched"), "least_confidence"]),
        (("random", "least_confidence", UNTRAINED), [("baseline", ""), "least_confidence", ("", UNTRAINED)]),
        (("baseline", UNTRAINED), [("baseline", "baseline"), "", ("", UNTRAINED)]),
    ],
)
def test_arms_answer_to_the_papers(arms: tuple[str, ...], expected: list) -> None:
    pairs = [("active learning", pair) if isinstance(pair, str) else pair for pair in expected]
    assert published.counterparts({name: ARMS[name] for name in arms}) == pairs


def test_the_papers_own_protocols_come_first() -> None:
    several = Arm(rounds=3, strategy="least_confidence")
    arms = dict.fromkeys(("mine", "least_confidence", "as_written", "as_coded"), several)
    found = [arm for paper, arm in published.counterparts(arms) if paper == published.ACTIVE]
    assert found == ["as_coded", "as_written", "least_confidence", "mine"]


@pytest.mark.parametrize("seeds", [(0,), (0, 1), (0, 1, 2)])
def test_arms_stand_beside_the_paper_with_intervals_over_seeds(seeds: tuple[int, ...]) -> None:
    found = published.beside(measures(seeds), ARMS)
    assert list(found) == published.COLUMNS and len(found) == 3 * len(published.READINGS)
    for place, reading in enumerate(published.READINGS):
        rows = found[(found["number"] == reading.number) & (found["reading"] == reading.reading)].set_index("arm")
        assert rows["n"].tolist() == [len(seeds)] * 3
        for arm, row in rows.iterrows():
            values = [LEVELS[str(arm)] + 0.01 * place + 0.02 * seed for seed in seeds]
            assert row["mean"] == pytest.approx(sum(values) / len(values))
            if len(seeds) == 1:
                assert pd.isna(row["low"]) and pd.isna(row["high"])
            else:
                expected = stats.t.interval(0.95, len(seeds) - 1, row["mean"], stats.sem(values))
                assert row[["low", "high"]].tolist() == pytest.approx(expected)


def test_printed_numbers_stand_at_the_reading_as_coded() -> None:
    found = published.beside(measures(), ARMS)
    cosine = found[found["number"] == "mean cosine"].set_index(["reading", "arm"])
    assert cosine.loc[("as coded", "baseline"), "printed"] == 0.885
    assert cosine.loc[("as coded", "least_confidence"), "printed"] == 0.927
    assert cosine.loc[("as coded", "least_confidence"), "notebook"] == pytest.approx(0.9719, abs=1e-4)
    rest = cosine[(cosine.index.get_level_values("reading") != "as coded") | (cosine["paper"] == "")]
    assert rest[["printed", "notebook"]].isna().all(axis=None) and (rest["source"] == "").all()


def test_what_was_not_measured_is_empty_and_the_paper_still_there() -> None:
    scalars, without = measures(), {name: arm for name, arm in ARMS.items() if name != UNTRAINED}
    found = published.beside(scalars[~scalars["metric"].str.endswith("as_coded")], without)
    assert set(found["arm"]) == {"baseline", "least_confidence"}
    coded = found[found["metric"].str.endswith("as_coded")]
    assert coded[["n", "mean", "low", "high"]].isna().all(axis=None) and coded["printed"].notna().sum() == 6
    alone = published.beside(scalars, {"random": ARMS["random"]})
    assert set(alone["arm"]) == {""} and alone["printed"].notna().sum() == 6


def test_other_datasets_have_no_rows() -> None:
    both = pd.concat([measures(), measures(dataset="digits")])
    assert set(published.beside(both, ARMS)["dataset"]) == {"cifar10"}
    assert published.beside(measures(dataset="digits"), ARMS).empty
    tiny = published.beside(measures(dataset="tiny_imagenet"), ARMS)
    assert tiny["printed"].dropna().tolist() == [0.310, 0.254, -0.348, -0.399]
