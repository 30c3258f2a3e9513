"""Read a study from what its config file says. Light: the Snakefile imports it."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from superposition.config import CONTROL, UNTRAINED, Study
from superposition.errors import InputError


def parse(values: Mapping[str, Any]) -> Study:
    """The study that `values` (a loaded config file) describe, with the control that every study has.

    Raises InputError, one line a fault, for unknown keys, wrong types and values out of range.
    """
    try:
        return Study.model_validate(_with_control(values))
    except ValidationError as error:
        lines = dict.fromkeys(_line(fault) for fault in error.errors(include_url=False))
        raise InputError("\n".join(line for line in lines if _without_arm(line) not in lines)) from None


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
    """A key's path without the names that pydantic adds for the members of a union."""
    return ".".join(str(key) for key in keys if not str(key).startswith(("constrained-", "function-")))
