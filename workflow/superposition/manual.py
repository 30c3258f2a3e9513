"""config/schema.json and config/README.md, made from `superposition.config` and the plugins by `make docs`."""

import json
from itertools import takewhile
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from superposition import plugins
from superposition.config import (
    Arm,
    Autoencoder,
    Dataset,
    Features,
    Figure,
    Maximisation,
    Measures,
    Optimiser,
    Study,
    Training,
)
from superposition.toys.config import Bounds, Importance, Models, Selection, Span, Toys, ToyTraining

FOLDER = Path(__file__).parents[2] / "config"
SECTIONS: list[tuple[str, type[BaseModel]]] = [
    ("The study", Study),
    ("datasets.{name}", Dataset),
    ("training", Training),
    ("training.optimiser", Optimiser),
    ("arms.{name}", Arm),
    ("features", Features),
    ("measures", Measures),
    ("autoencoder", Autoencoder),
    ("maximisation", Maximisation),
    ("toys", Toys),
    ("toys.models.{name}", Models),
    ("toys.bounds.{name}", Bounds),
    ("toys.selections.{name}", Selection),
    ("toys.models.{name}.importance", Importance),
    ("training of toy models", ToyTraining),
    ("a mapping instead of a list of numbers", Span),
    ("figure", Figure),
]
INTRODUCTION = """\
# Config files

One file is one study. `snakemake --cores all --configfile config/cifar10.yaml` runs it; without `--configfile`,
`config.yaml` runs. `--configfile a.yaml b.yaml` lays the keys of `b.yaml` over those of `a.yaml`: mappings are merged,
everything else is replaced, and `name: null` takes out a dataset or an arm. What is wrong in a file is said before
anything runs. Trust a config file as you would a script: Snakemake runs the Python that stands in one with
`__use_yte__: true`.

`schema.json` lets editors complete and check keys while you type. All that follows is made from the files beside this
one and from the code (`make docs`).
"""


def schema() -> str:
    """JSON schema of a config file. An arm's `training` may leave out what it inherits, and null takes an entry out."""
    document = Study.model_json_schema()
    for key in ("datasets", "arms"):  # names that null takes out
        entries = document["properties"][key]["patternProperties"]
        entries.update({pattern: {"anyOf": [entry, {"type": "null"}]} for pattern, entry in entries.items()})
        document["properties"][key]["additionalProperties"] = False
    return json.dumps(document, indent=2) + "\n"


def readme() -> str:
    """Every key with its type, default and meaning, and every plugin."""
    keys = [f"## {title}\n\n{_keys(model)}" for title, model in SECTIONS]
    lists = [f"## {folder.replace('_', ' ')}\n\n{_plugins(kind)}" for kind, folder in plugins.FOLDERS.items()]
    return "\n".join([INTRODUCTION, f"## The files here\n\n{_files()}", *keys, *lists])


def _files() -> str:
    """What each config file says of itself at its top."""
    rows = ["| file | what it is for |", "|---|---|"]
    for path in sorted(FOLDER.glob("*.yaml")):
        _, *lines = takewhile(lambda line: line.startswith("#"), path.read_text(encoding="utf-8").splitlines())
        rows.append(f"| `{path.name}` | {' '.join(line.removeprefix('#').strip() for line in lines)} |")
    return "\n".join(rows) + "\n"


def _keys(model: type[BaseModel]) -> str:
    document = model.model_json_schema()
    rows = ["| key | type | default | meaning |", "|---|---|---|---|"]
    for name, field in document["properties"].items():
        required = name in document.get("required", ())
        default = "required" if required else _default(model.model_fields[name].get_default())
        meaning = " ".join((model.model_fields[name].description or "").split())
        rows.append(f"| `{name}` | {_type(field)} | {default} | {meaning} |")
    return "\n".join(rows) + "\n"


def _type(field: dict[str, Any]) -> str:
    if options := field.get("anyOf", field.get("oneOf")):
        return " or ".join(_type(option) for option in options)
    if "enum" in field:
        return ", ".join(f"`{value}`" for value in field["enum"])
    if "$ref" in field:
        return "mapping"
    name = {"integer": "whole number", "object": "mapping", "string": "text", "boolean": "true or false"}
    kind = name.get(field["type"], field["type"])
    if kind == "array":
        return f"list of {_type(field['items'])}" if "items" in field else f"pair ({_pair(field['prefixItems'])})"
    return f"{kind}{_bounds(field)}"


def _pair(parts: list[dict[str, Any]]) -> str:
    return ", ".join("name" if part["type"] == "string" else _type(part) for part in parts)


def _bounds(field: dict[str, Any]) -> str:
    signs = {"exclusiveMinimum": ">", "minimum": "≥", "exclusiveMaximum": "<", "maximum": "≤"}
    bounds = [f"{sign} {field[key]:,}" for key, sign in signs.items() if key in field]
    return f" {' and '.join(bounds)}" if bounds else ""


def _default(value: Any) -> str:
    if isinstance(value, BaseModel):
        return "its defaults"
    return f"`{json.dumps(value)}`"


def _plugins(kind: str) -> str:
    rows = ["| name | what it is |", "|---|---|"]
    rows += [f"| `{name}` | {plugins.summary(kind, name)} |" for name in plugins.names(kind)]
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    (FOLDER / "schema.json").write_text(schema(), encoding="utf-8")
    (FOLDER / "README.md").write_text(readme(), encoding="utf-8")
