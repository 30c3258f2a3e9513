"""Config files: defaults, inheritance, and one clear line for everything that is wrong."""

import copy

import pytest

from superposition import config, studies
from superposition.errors import InputError

STUDY = {
    "study": "s",
    "datasets": {"digits": {}},
    "seeds": [0, 1],
    "training": {"epochs": 3, "optimiser": {"lr": 0.01}},
    "arms": {"baseline": {}, "queried": {"rounds": 3, "training": {"optimiser": {"name": "sgd"}, "epochs": 5}}},
}


def with_key(path: str, value: object) -> dict:
    """STUDY with the key at a dotted path set."""
    study = copy.deepcopy(STUDY)
    *parents, key = path.split(".")
    place = study
    for parent in parents:
        place = place.setdefault(parent, {})
    place[key] = value
    return study


def test_an_arm_inherits_what_it_does_not_override() -> None:
    arm = studies.parse(STUDY).arms["queried"].training
    assert (arm.epochs, arm.optimiser.name, arm.optimiser.lr, arm.batch_size) == (5, "sgd", 0.01, 128)


def test_null_takes_an_arm_out() -> None:
    assert list(studies.parse(with_key("arms.baseline", None)).arms) == ["queried", "untrained"]
    assert list(studies.parse(with_key("arms.untrained", None)).arms) == ["baseline", "queried"]


def test_every_study_has_an_untrained_network_as_a_control() -> None:
    control = studies.parse(with_key("training.weights", "IMAGENET1K_V1")).arms["untrained"]
    assert (control.trained, control.training.epochs, control.training.weights) == (False, 0, None)
    assert control.training.batch_size == 128
    own = studies.parse(with_key("arms.untrained", {"training": {"epochs": 0, "network": "vgg11"}})).arms["untrained"]
    assert own.training.network == "vgg11"


def test_a_study_is_the_same_when_it_is_read_again() -> None:
    without = studies.parse(with_key("arms.untrained", None))
    assert config.Study.model_validate_json(without.model_dump_json()) == without


def test_equal_shares_are_a_fraction() -> None:
    arms = studies.parse(with_key("arms.queried.query", 30)).arms
    assert arms["queried"].share == 30
    assert studies.parse(STUDY).arms["queried"].share == pytest.approx(1 / 3)


def test_the_first_round_has_as_many_samples_as_the_others_unless_told() -> None:
    assert studies.parse(with_key("arms.queried.query", 30)).arms["queried"].first_share == 30
    assert studies.parse(with_key("arms.queried.first", 10)).arms["queried"].first_share == 10


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("trainin", {}, "trainin: no such key; choose from study, datasets, seeds"),
        ("training.epoch", 3, "training.epoch: no such key; choose from network, stem"),
        ("training.optimiser.momentun", 3, "training.optimiser.momentun: no such key; choose from name, lr"),
        ("arms.queried.training.lr", 1, "arms.queried.training.lr: no such key"),
        ("training.epochs", "ten", "training.epochs: 'ten' is not right"),
        ("gpus", 0, "gpus: 0 is not right: input should be greater than 0"),
        ("gpus", "all", "gpus: 'all' is not right: input should be a valid integer"),
        ("gpus", 1.5, "gpus: 1.5 is not right: input should be a valid integer"),
        ("jobs_per_gpu", -1, "jobs_per_gpu: -1 is not right: input should be greater than 0"),
        ("jobs_per_gpu", None, "jobs_per_gpu: None is not right: input should be a valid integer"),
        ("training.epochs", -1, "training.epochs: -1 is not right: input should be greater than or equal to 0"),
        ("training.batch_size", 1, "training.batch_size: 1 is not right"),
        ("training.optimiser.lr", -1, "training.optimiser.lr: -1 is not right"),
        (
            "training.optimiser.lr",
            float("inf"),
            "training.optimiser.lr: inf is not right: input should be a finite number",
        ),
        ("training.epochs", 10**18, "training.epochs: more than 18 digits are too many"),
        ("training.weights", "a" * 1001, "training.weights: 1,001 characters are too many; give at most 1,000"),
        ("training.weights", "a\nb", "training.weights: 'a\\nb' is not right: it has characters that nobody can read"),
        (
            "metrics",
            {"accuracy"},
            "metrics: {'accuracy'} is not right: give a text, a number, a list, or keys and values",
        ),
        ("a: b", 1, "'a: b': no such key; choose from study"),
        ("", 1, "'': no such key; choose from study"),
        (
            "arms.queried.rounds",
            10_001,
            "arms.queried.rounds: 10001 is not right: input should be less than or equal to",
        ),
        (
            "training.precision",
            "fp8",
            "training.precision: 'fp8' is not right: input should be 'fp32', 'bf16' or 'fp16'",
        ),
        (
            "arms.queried.labelled",
            "some",
            "arms.queried.labelled: 'some' is not right: input should be 'all' or 'newest'",
        ),
        ("arms.queried.query", 1.5, "arms.queried.query: 1.5 is not right"),
        ("arms.queried.query", 0, "arms.queried.query: 0 is not right"),
        ("arms.queried.first", 0, "arms.queried.first: 0 is not right"),
        (
            "arms.queried.committee",
            1,
            "arms.queried.committee: 1 is not right: input should be greater than or equal to 2",
        ),
        ("training.dropout", 1, "training.dropout: 1 is not right: input should be less than 1"),
        ("arms.a b", {}, "arms.a b"),
        ("arms.queried", 3, "arms.queried: 3 is not right"),
        ("arms", {}, "arms: {} is not right"),
        ("datasets.digits.limit", -3, "datasets.digits.limit: -3 is not right"),
        ("seeds", [], "seeds: [] is not right"),
        ("seeds", [-1], "seeds.0: -1 is not right"),
        ("contrasts", [["baseline"]], "contrasts.0.1: missing"),
        ("study", "../up", "study: '../up' is not right"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(path: str, value: object, message: str) -> None:
    with pytest.raises(InputError) as error:
        studies.parse(with_key(path, value))
    assert str(error.value).startswith(message)


def test_an_inherited_fault_is_said_once() -> None:
    with pytest.raises(InputError) as error:
        studies.parse(with_key("training.epochs", "ten"))
    assert str(error.value).count("training.epochs") == 1
