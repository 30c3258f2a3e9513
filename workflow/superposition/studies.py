"""Read a study from what its config file says. Light: the Snakefile imports it."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from superposition.config import CONTROL, UNTRAINED, Study
from superposition.errors import InputError

OF_DATASETS = ("datasets", "seeds", "arms")
"""What a study needs, unless it is of toy models alone."""


def parse(values: Mapping[str, Any]) -> Study:
    """The study that `values` (a loaded config file) describe, with the control that every study has.

    Raises InputError, one line a fault, for unknown keys, wrong types and values out of range, and where neither
    datasets nor toy models are given.
    """
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


def _wanting(key: str, values: Mapping[str, Any]) -> str:
    return f"{key}: {values[key]!r} is not right: give at least one" if key in values else f"{key}: missing"


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
    return f"{_dotted(*fault['loc'])}: {fault['input']!r} is not right: {fault['msg'][0].lower()}{fault['msg'][1:]}"


def _without_arm(line: str) -> str | None:
    """The line about the study's `training` that an arm's line repeats, because it inherits the fault."""
    return line.split(".", 2)[2] if line.startswith("arms.") and line.count(".") >= 2 else None


def _dotted(*keys: str | int) -> str:
    """A key's path without the names that stand for the members of a union."""
    return ".".join(str(key) for key in keys if not str(key).startswith(("constrained-", "function-", "<")))
