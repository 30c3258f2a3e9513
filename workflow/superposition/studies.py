"""Read a study from what its config file says. Light: the Snakefile imports it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from unicodedata import category

from pydantic import ValidationError

from superposition.config import CONTROL, UNTRAINED, Study
from superposition.errors import InputError

OF_DATASETS = ("datasets", "seeds", "arms")
"""What a study needs, unless it is of toy models alone."""
DEEPEST, MOST, LONGEST = 20, 100_000, 1000
"""Levels, entries and characters of a text that a study may have: with anchors, a few lines of YAML can stand for more
than any memory holds, or for themselves."""
CHOICE = re.compile(r"constrained-(int|float)|function-\w+\[.*|<(list|span)>")
"""What pydantic puts into a key's path for a member of a union."""


def parse(values: Mapping[str, Any]) -> Study:
    """The study that `values` (a loaded config file) describe, with the control that every study has.

    Raises InputError, one line a fault, for unknown keys, wrong types and values out of range, and where neither
    datasets nor toy models are given.
    """
    _check_entries(values)
    try:
        study = Study.model_validate(_with_control(values))
    except ValidationError as error:
        lines = dict.fromkeys(_line(fault) for fault in error.errors(include_url=False))
        raise InputError("\n".join(line for line in lines if _without_arm(line) not in lines)) from None
    if wanting := [key for key in OF_DATASETS if not getattr(study, key)]:
        if study.toys.names and not any(key in values for key in OF_DATASETS):
            return study
        raise InputError("\n".join(_wanting(key, values) for key in wanting))
    return study


def _check_entries(values: Any) -> None:
    """Raise InputError for what YAML can say and no study does; so that all that follows comes to an end."""
    if not isinstance(values, Mapping):
        raise InputError("config: has no keys; give `study: name` and what else there is to say")
    for number, (keys, entry) in enumerate(_entries(values), start=1):
        if number > MOST or len(keys) > DEEPEST:
            raise InputError(f"{_dotted(keys[0])}: more than the {MOST:,} entries or {DEEPEST} levels of a study")
        singles = entry if isinstance(entry, Mapping) else [] if isinstance(entry, list | tuple) else [entry]
        for single in singles:
            if what := _odd(single):
                raise InputError(f"{_dotted(*keys)}: {what}")


def _entries(entry: Any, *keys: Any) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """All that a config says, with the keys that lead there."""
    yield keys, entry
    if isinstance(entry, Mapping | list | tuple):
        for key, inner in entry.items() if isinstance(entry, Mapping) else enumerate(entry):
            yield from _entries(inner, *keys, key)


def _odd(single: Any) -> str | None:
    """Why a key or value can't be part of a study."""
    if isinstance(single, str):
        if len(single) > LONGEST:
            return f"{len(single):,} characters are too many; give at most {LONGEST:,}"
        if any(category(character) in ("Cc", "Cs") for character in single):
            return f"{single!r} is not right: it has characters that nobody can read"
    elif isinstance(single, int):
        return "more than 18 digits are too many" if abs(single) >= 10**18 else None
    elif not isinstance(single, float | None):
        return f"{_shown(single)} is not right: give a text, a number, a list, or keys and values"
    return None


def _wanting(key: str, values: Mapping[str, Any]) -> str:
    return f"{key}: {_shown(values[key])} is not right: give at least one" if key in values else f"{key}: missing"


def _with_control(values: Mapping[str, Any]) -> Mapping[str, Any]:
    arms = values.get("arms")
    if not arms or not isinstance(arms, Mapping):
        return values
    return {**values, "arms": {**arms, UNTRAINED: arms.get(UNTRAINED, CONTROL)}}


def _line(fault: Any) -> str:
    """`training.epochs: 'ten' - Input should be a valid integer`, naming the full key."""
    if fault["type"] == "unknown_key":
        return f"{_dotted(*fault['loc'], fault['ctx']['key'])}: {fault['msg']}"
    if fault["type"] == "missing":
        return f"{_dotted(*fault['loc'])}: missing"
    right = f"{fault['msg'][0].lower()}{fault['msg'][1:]}"
    return f"{_dotted(*fault['loc'])}: {_shown(fault['input'])} is not right: {right}"


def _without_arm(line: str) -> str | None:
    """The line about the study's `training` that an arm's line repeats, because it inherits the fault."""
    return line.split(".", 2)[2] if line.startswith("arms.") and line.count(".") >= 2 else None


def _dotted(*keys: str | int) -> str:
    """A key's path without the names that stand for the members of a union."""
    return ".".join(_plain(str(key)) for key in keys if not CHOICE.fullmatch(str(key))) or "config"


def _plain(key: str) -> str:
    return key if key.isprintable() and key.strip() and ":" not in key else _shown(key)


def _shown(value: Any) -> str:
    """A value as Python writes it, cut short."""
    text = repr(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} ..."
