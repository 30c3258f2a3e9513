"""Whatever a config file says, it makes a sound study or ends in lines that each name a key."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from superposition import catalogue, checks, config, plan, studies
from superposition.errors import InputError
from tests.faulty_studies import ANYTHING, KEYS, faulty, scribbled
from tests.random_studies import ALLOWED, LAYERS, NETWORKS, SOUND


@pytest.fixture(autouse=True, scope="module")
def torchvision() -> Iterator[None]:
    """What torchvision says of two networks, without asking it."""

    def look_up(network: str, stem: str) -> catalogue.Entry:
        if network not in NETWORKS:
            raise InputError(f"network: {network!r} is none of {', '.join(NETWORKS)}")
        return catalogue.Entry(parameters=11, layers=LAYERS, dropout=False, weights=["IMAGENET1K_V1"])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue, "look_up", look_up)
        yield


def fuzzed(cases: int) -> Callable[[Callable], Callable]:
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    return settings(max_examples=cases, suppress_health_check=slow)


def outcome(values: Any) -> config.Study | None:
    """The study, or None after a clean error; any other exception fails the test."""
    try:
        study = studies.parse(values)
        checks.check(study)
    except InputError as error:
        said = values if isinstance(values, dict) else {}
        known = {"config", *config.Study.model_fields, *map(str, said), *map(repr, said)}
        for line in str(error).split("\n"):
            key, colon, what = line.partition(": ")
            assert key and colon and what and line.isprintable(), line
            assert any(key == name or key.startswith((f"{name}.", f"{name} (")) for name in known), line
        return None
    plan.describe(study)
    assert sent(study) == study
    return study


def sent(study: config.Study) -> config.Study:
    """What jobs get, as JSON."""
    return config.Study.model_validate_json(study.model_dump_json())


def shown(study: config.Study) -> config.Study:
    """What the report shows, as YAML."""
    text = yaml.safe_dump(study.model_dump(mode="json"), sort_keys=False, allow_unicode=True)
    return config.Study.model_validate(yaml.safe_load(text))


@fuzzed(200)
@given(SOUND)
def test_a_sound_study_passes_and_is_the_same_when_it_is_read_again(values: dict[str, Any]) -> None:
    study = outcome(values)
    assert study is not None
    assert shown(study) == study


@fuzzed(300)
@given(ALLOWED)
def test_what_the_types_allow_is_a_study_though_it_may_not_run(values: dict[str, Any]) -> None:
    study = studies.parse(values)
    assert sent(study) == study
    outcome(values)


@fuzzed(250)
@given(faulty())
def test_a_fault_in_a_sound_study_is_named_or_does_no_harm(studies: list[Any]) -> None:
    for values in studies:
        outcome(values)


@fuzzed(400)
@given(ANYTHING | st.dictionaries(KEYS, ANYTHING))
def test_what_is_no_study_is_refused(values: Any) -> None:
    assert outcome(values) is None


FAST_LOADER = getattr(yaml, "CFullLoader", yaml.FullLoader)


def loaded(text: str) -> Any:
    """What Snakemake makes of a config file, which it loads so; nothing where YAML itself ends in an error."""
    try:
        return yaml.load(text, FAST_LOADER)
    except Exception:
        return None


@fuzzed(60)
@given(scribbled())
def test_a_scribbled_config_file_is_a_study_or_a_clean_error(texts: list[str]) -> None:
    for text in texts:
        outcome(loaded(text))


LAUGHS = "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}' if n else 'ha'] * 9)}]" for n in range(30))
FORKS = "\n".join(f"a{n}: &a{n} {{x: {f'*a{n - 1}' if n else 1}, y: {f'*a{n - 1}' if n else 2}}}" for n in range(60))


@pytest.mark.parametrize(
    "text",
    [
        f"{LAUGHS}\nstudy: *a29",
        f"study: s\n{FORKS}\ntraining: *a59\narms: {{a: {{training: *a59}}}}",
        "study: &s [*s]",
        "training: &t {optimiser: *t}\narms: {a: {training: *t}}",
        f"study: {'[' * 300}{']' * 300}",
    ],
)
def test_a_few_lines_that_stand_for_more_than_memory_holds_are_refused_at_once(text: str) -> None:
    with pytest.raises(InputError, match=r"^\w+: more than the 100,000 entries or 20 levels of a study$"):
        studies.parse(loaded(text))


def test_no_config_file_makes_objects() -> None:
    for tag in ("object/apply:os.getpid []", "object/new:os.getpid []", "module:os", "object:int {}"):
        for load in (yaml.safe_load, lambda text: yaml.load(text, yaml.FullLoader)):
            with pytest.raises(yaml.YAMLError):
                load(f"study: !!python/{tag}")
