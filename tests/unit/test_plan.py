"""What a study will take, said before it starts."""

from pathlib import Path

import pytest
import yaml

from superposition import catalogue, config, plan, studies

CIFAR10 = Path(__file__).parents[2] / "config/cifar10.yaml"


@pytest.fixture(autouse=True)
def resnet18(monkeypatch: pytest.MonkeyPatch) -> None:
    layers = {"layer4.1.conv2": 512, "avgpool": 512, "penultimate": 512}
    entry = catalogue.Entry(parameters=11_689_512, layers=layers, dropout=False, weights=[])
    monkeypatch.setattr(catalogue, "look_up", lambda network, stem: entry)


def test_the_full_cifar10_study_stays_within_its_disk() -> None:
    study = studies.parse(yaml.safe_load(CIFAR10.read_text(encoding="utf-8")))
    said = plan.describe(study)
    checkpoint, features = 4 * 11_689_512, (10_000 * 3 + plan.DRAWN) * 2 * 512
    every_round, last_round = 5 * 23 * (checkpoint + features) / 1e9, 5 * 5 * (checkpoint + features) / 1e9
    assert "4 arms x 5 seeds x 1 dataset, 110 trainings" in said
    assert f"about {every_round:.1f} GB (keep: last would take {last_round:.1f} GB)" in said
    assert every_round < 15
    assert last_round < 2


def test_keeping_the_last_rounds_says_what_keeping_all_would_take() -> None:
    study = studies.parse(yaml.safe_load(CIFAR10.read_text(encoding="utf-8")))
    said = plan.describe(study.model_copy(update={"keep": "last"}))
    assert "about 2.0 GB (keep: all would take 9.1 GB)" in said


def test_a_committees_other_networks_are_counted_where_they_are_asked() -> None:
    """In all rounds but the last; dropout passes train nothing."""
    study = studies.parse(yaml.safe_load(CIFAR10.with_name("strategies.yaml").read_text(encoding="utf-8")))
    assert list(plan.other_members(study.arms["mean_kl"])) == [2, 3]
    assert not plan.other_members(study.arms["bald"])
    assert f"14 arms x 5 seeds x 1 dataset, {5 * (14 * 5 + 3 * 4 * 2)} trainings" in plan.describe(study)


def test_autoencoders_are_counted_where_a_metric_asks_for_them() -> None:
    study = studies.parse(yaml.safe_load(CIFAR10.read_text(encoding="utf-8")))
    asked = study.model_copy(update={"metrics": ["accuracy", "dictionary_capacity", "effective_features"]})
    unasked = study.model_copy(update={"metrics": ["accuracy"]})
    one = 2 * 4 * (2 * 512) * 512
    assert plan.autoencoders("effective_features") == ("topk", "l1") and plan.autoencoders("accuracy") == ()
    assert said_gigabytes(asked) - said_gigabytes(unasked) == pytest.approx(5 * 23 * 2 * 2 * one / 1e9, abs=0.1)


def said_gigabytes(study: config.Study) -> float:
    return float(plan.describe(study).partition("about ")[2].partition(" GB")[0])


def test_toy_models_are_named_and_need_nothing_else() -> None:
    toys = {"models": {"a": {"features": 3, "dimensions": 2}}, "selections": {"b": {}}}
    assert plan.describe(studies.parse({"study": "s", "toys": toys})) == "Study s: 2 toy models (a, b)."
    both = yaml.safe_load(CIFAR10.read_text(encoding="utf-8")) | {"toys": toys}
    said = plan.describe(studies.parse(both)).splitlines()
    assert said[0].startswith("Study cifar10: 4 arms") and said[-1] == "Study cifar10: 2 toy models (a, b)."
