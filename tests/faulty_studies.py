"""Studies with faults, what is no study at all, and config files with scribbles."""

import copy
import datetime
import math
from collections.abc import Iterator
from typing import Any

import yaml
from hypothesis import strategies as st

from superposition import config
from tests.random_studies import SOUND

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
