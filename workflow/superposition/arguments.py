"""What stages' arguments are, beyond their types."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, get_type_hints

from cyclopts import Parameter

Output = Annotated[Path, Parameter(group="Outputs")]
"""A file or folder that a stage writes; any other path is one that it reads."""


def sorted_out(stage: Callable[..., object], given: Mapping[str, Any]) -> tuple[dict[str, Any], list[Path], list[Path]]:
    """A stage's settings, the paths that it reads and those that it writes."""
    types = get_type_hints(stage, include_extras=True)
    settings = {name: value for name, value in given.items() if types[name] not in (Path, list[Path], Output)}
    inputs = [
        path
        for name, value in given.items()
        if types[name] in (Path, list[Path])
        for path in (value if isinstance(value, list) else [value])
    ]
    return settings, inputs, [path for name, path in given.items() if types[name] == Output]
