"""Whatever a config file says, it makes a sound study or ends in lines that each name a key."""

import copy
import datetime
import math
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from superposition import catalogue, checks, config, plan, plugins, studies
from superposition.errors import InputError
from superposition.toys.checks import SCORES, needs_features_only

LAYERS = {"layer4": 512, "layer4.1.conv2": 512, "avgpool": 512, "penultimate": 512}
NETWORKS = ["resnet18", "resnet34"]


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


# Studies at random, key by key from the schema that pydantic makes of the models.


def of_schema(schema: dict[str, Any], path: str, right: dict[str, st.SearchStrategy]) -> st.SearchStrategy:
    """Values of a schema; `right` has those of keys, by the end of their path, that types say too little of."""
    for end, strategy in right.items():
        if f".{path}".endswith(f".{end}"):
            return strategy
    if "$ref" in schema:
        return of_schema(DEFINED[schema["$ref"].rpartition("/")[2]], path, right)
    for choice in ("anyOf", "oneOf"):
        if choice in schema:
            return st.one_of([of_schema(one, path, right) for one in schema[choice]])
    if "enum" in schema or "const" in schema:
        return st.sampled_from(schema.get("enum") or [schema["const"]])
    return KINDS[schema["type"]](schema, path, right)


def _mapping(schema: dict[str, Any], path: str, right: dict[str, st.SearchStrategy]) -> st.SearchStrategy:
    if "properties" not in schema:
        [inside] = schema.get("patternProperties", {"": schema.get("additionalProperties")}).values()
        names = NAMES.map(f"{path.rpartition('.')[2]}_".__add__) if path != "units" else st.sampled_from([*LAYERS])
        return st.dictionaries(
            names, of_schema(inside, f"{path}.*", right), min_size=path in studies.OF_DATASETS, max_size=2
        )
    keys = {key: of_schema(inside, f"{path}.{key}".lstrip("."), right) for key, inside in schema["properties"].items()}
    always = {*schema.get("required", []), *studies.OF_DATASETS}
    needed = {
        key: keys[key] for key in keys if key in always or any(f".{path}.{key}".endswith(f".{end}") for end in right)
    }
    return st.fixed_dictionaries(needed, optional={key: keys[key] for key in keys if key not in needed})


def _list(schema: dict[str, Any], path: str, right: dict[str, st.SearchStrategy]) -> st.SearchStrategy:
    if "prefixItems" in schema:
        return st.tuples(*[of_schema(item, path, right) for item in schema["prefixItems"]]).map(list)
    least = schema.get("minItems", int(path in studies.OF_DATASETS))
    return st.lists(of_schema(schema["items"], path, right), min_size=least, max_size=least + 2)


def _integer(schema: dict[str, Any], *_: Any) -> st.SearchStrategy:
    least = schema.get("minimum", schema.get("exclusiveMinimum", -1) + 1)
    most = schema.get("maximum", schema.get("exclusiveMaximum", 10**6 + 1) - 1)
    return st.integers(least, most)


def _number(schema: dict[str, Any], *_: Any) -> st.SearchStrategy:
    ends = {"min_value": schema.get("minimum", schema.get("exclusiveMinimum"))}
    ends |= {"max_value": schema.get("maximum", schema.get("exclusiveMaximum"))}
    open_ends = {"exclude_min": "exclusiveMinimum" in schema, "exclude_max": "exclusiveMaximum" in schema}
    return st.floats(**ends, **open_ends, allow_nan=False, allow_infinity=False)


KINDS: dict[str, Callable[..., st.SearchStrategy]] = {
    "object": _mapping,
    "array": _list,
    "integer": _integer,
    "number": _number,
    "string": lambda schema, *_: NAMES if "pattern" in schema else st.text(READABLE, max_size=8),
    "boolean": lambda *_: st.booleans(),
    "null": lambda *_: st.none(),
}
READABLE = st.characters(exclude_categories=["Cc", "Cs"])
NAMES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,8}", fullmatch=True)
SCHEMA = config.Study.model_json_schema()
DEFINED = SCHEMA["$defs"]


def some(names: list[str], least: int = 1) -> st.SearchStrategy:
    return st.lists(st.sampled_from(names), unique=True, min_size=least, max_size=least + 3)


def optional(strategy: st.SearchStrategy) -> st.SearchStrategy:
    return st.none() | strategy


def declaring(kind: str, key: str, fits: Callable[[Any], bool]) -> list[str]:
    """The plugins of a kind whose `key` fits, or is left out."""
    facts = {name: plugins.declared(kind, name).get(key) for name in plugins.names(kind)}
    return [name for name, value in facts.items() if value is None or fits(value)]


def shown_of(kind: str) -> st.SearchStrategy:
    of_kind, of_all = (declaring("toy_figure", *fact) for fact in (("OF", kind.__eq__), ("SHOWS", lambda _: False)))
    return some(sorted({*of_kind} & {*of_all}))


PROBABILITIES = st.floats(0.001, 0.5)
SPANS = st.builds(lambda a, b, n: {"start": a, "stop": b, "points": n}, PROBABILITIES, PROBABILITIES, st.integers(2, 5))
RIGHT: dict[str, st.SearchStrategy] = {
    "toys.models.*.features": st.integers(3, 8),
    "toys.models.*.importance.at": st.lists(st.floats(0.1, 10), min_size=1, max_size=3) | SPANS,
    "toys.models.*.occurrence": st.just(["independent"]),
    "toys.models.*.activations": some(["linear", "relu", "power3", "relu2"]),
    "toys.models.*.hidden": some(["linear", "relu"]),
    "toys.models.*.figures": shown_of("models"),
    "toys.bounds.*.activation": st.sampled_from(["power3", "power5"]),
    "toys.bounds.*.values": st.sampled_from(["sign", "symmetric", "normal"]),
    "toys.bounds.*.sizes": st.lists(st.tuples(st.integers(1, 3), st.integers(4, 9)).map(list), min_size=1, max_size=2),
    "toys.bounds.*.figures": shown_of("bounds"),
    "toys.selections.*.features": st.integers(20, 30),
    "toys.selections.*.activation": st.sampled_from(["linear", "power3"]),
    "toys.selections.*.pool": st.integers(10_001, 20_000),
    "toys.selections.*.rounds": st.integers(2, 10),
    "toys.selections.*.query": st.integers(2, 1000),
    "toys.selections.*.arms": some([*SCORES, *filter(needs_features_only, plugins.names("strategy"))], least=2),
    "toys.selections.*.figures": shown_of("selections"),
    "dimensions": st.integers(1, 2),
    "densities": st.lists(PROBABILITIES, min_size=1, max_size=3) | SPANS,
    "density": PROBABILITIES,
    "seeds": st.lists(st.integers(0, 2**31 - 1), unique=True, min_size=1, max_size=3),
    "plugin": st.just("digits"),
    **dict.fromkeys(("archive", "root", "datasets.*.name", "classes", "committee", "start"), st.none()),
    "limit": optional(st.integers(1000, 2000)),
    "network": st.sampled_from(NETWORKS),
    "stem": st.just("imagenet"),
    "weights": optional(st.just("IMAGENET1K_V1")),
    "strategy": st.sampled_from(declaring("strategy", "NEEDS", {"committee", "dropout"}.isdisjoint)),
    "arms.*.rounds": st.integers(1, 5),
    "arms.*.query": optional(st.integers(2, 150) | st.floats(0.01, 0.2)),
    "arms.*.first": optional(st.integers(2, 200) | st.floats(0.01, 0.19)),
    "layers": some(list(LAYERS)),
    "metrics": some(
        sorted({*declaring("metric", "NETWORKS", bool)} & {*declaring("metric", "LAYERS", lambda _: False)})
    ),
    "figures": some(declaring("figure", "METRICS", lambda needed: not needed)),
    "contrasts": st.just([]),
    "units": st.none(),
    "gpus": st.integers(1, 8),
}
"""Where types allow more than a study that runs."""
SOUND = of_schema(SCHEMA, "", RIGHT)


@fuzzed(200)
@given(SOUND)
def test_a_sound_study_passes_and_is_the_same_when_it_is_read_again(values: dict[str, Any]) -> None:
    study = outcome(values)
    assert study is not None
    assert shown(study) == study


@fuzzed(300)
@given(of_schema(SCHEMA, "", {}))
def test_what_the_types_allow_is_a_study_though_it_may_not_run(values: dict[str, Any]) -> None:
    study = studies.parse(values)
    assert sent(study) == study
    outcome(values)


# Studies with faults, and what is no study at all.

JUNK: list[Any] = [
    *(
        None,
        True,
        "",
        " ",
        ":",
        "a\nb",
        "a: b",
        "\u2028",
        "\x00",
        "é",
        "<list>",
        "constrained-int",
        "../up",
        "-x",
        "$(x)",
    ),
    *(0, -1, 10**17, 2**63, -(10**4000), 0.5, -0.0, 1e308, math.nan, math.inf, -math.inf),
    *([], {}, [[]], [None], {"": {}}, {None: None}, {1: 2}, {0.5: 1}, {"\ud800": 1}, "\ud800", "x" * 5000, (1, 2)),
    *({"a"}, frozenset("a"), b"a", 1j, datetime.date(2001, 1, 1), {datetime.date(2001, 1, 1): 1}, {(1, (2,)): 3}),
]
NUMBERS = [0, -1, 1, 2**31, 10**17, 10**18, 0.0, -0.5, 0.5, 1.5, 1e-320, 1e308, math.nan, math.inf, -math.inf]
DEEP: Any = []
for _ in range(5000):
    DEEP = [DEEP]
LOOP: dict[str, Any] = {}
LOOP |= {"optimiser": LOOP, "training": LOOP}
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.dates()
JUNK_COPIES = st.sampled_from(JUNK).map(copy.deepcopy)
KEYS = st.sampled_from([*config.Study.model_fields, *config.Arm.model_fields]) | st.text(max_size=3) | SCALARS
ANYTHING = st.recursive(
    SCALARS | JUNK_COPIES,
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(KEYS, inside, max_size=4),
)


def places(values: Any) -> Iterator[tuple[Any, Any]]:
    """Every entry as what holds it and its key there."""
    for key, inside in values.items() if isinstance(values, dict) else enumerate(values):
        yield values, key
        if isinstance(inside, dict | list) and inside is not DEEP and inside is not LOOP:
            yield from places(inside)


@st.composite
def faulty(draw: st.DrawFn) -> list[Any]:
    """A sound study four times, each with its own one to three faults."""
    sound = draw(SOUND)
    return [draw(with_faults(copy.deepcopy(sound))) for _ in range(4)]


@st.composite
def with_faults(draw: st.DrawFn, values: Any) -> Any:
    for _ in range(draw(st.integers(1, 3))):
        found = list(places(values))
        if not found:
            return values
        holder, key = draw(st.sampled_from(found))
        fault = draw(st.sampled_from(["replace", "replace", "replace", "delete", "wrap", "rename", "add", "twice"]))
        if fault == "replace" and isinstance(holder[key], int | float):
            holder[key] = draw(st.sampled_from(NUMBERS) | SCALARS)
        elif fault == "replace":
            holder[key] = draw(st.sampled_from([DEEP, LOOP]) | JUNK_COPIES | ANYTHING)
        elif fault == "delete":
            del holder[key]
        elif fault == "wrap":
            holder[key] = draw(st.sampled_from([[holder[key]], {"a": holder[key]}]))
        elif isinstance(holder, list):
            holder.append(holder[key] if fault == "twice" else draw(ANYTHING))
        else:
            holder[draw(KEYS)] = holder.pop(key) if fault == "rename" else draw(ANYTHING)
    return values


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


@st.composite
def scribbled(draw: st.DrawFn) -> list[str]:
    """A config file five times, with characters changed in other places, and a text that is none."""
    whole = yaml.safe_dump(draw(SOUND), allow_unicode=True, default_flow_style=draw(st.booleans()))
    return [*(draw(with_scribbles(whole)) for _ in range(5)), draw(st.text())]


@st.composite
def with_scribbles(draw: st.DrawFn, text: str) -> str:
    for _ in range(draw(st.integers(1, 5))):
        start, length = draw(st.integers(0, len(text))), draw(st.integers(0, 3))
        put = draw(st.text("{}[]:,-&*!?|>'\"%@# \n\t0e.~aé", max_size=3))
        text = text[:start] + put + text[start + length :]
    return text


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
