"""Studies at random, key by key from the schema that pydantic makes of the models."""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from superposition import config, plugins, studies
from superposition.toys.checks import SCORES, needs_features_only

LAYERS = {"layer4": 512, "layer4.1.conv2": 512, "avgpool": 512, "penultimate": 512}
NETWORKS = ["resnet18", "resnet34"]


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
ALLOWED = of_schema(SCHEMA, "", {})
"""All that types allow, whether it runs or not."""
