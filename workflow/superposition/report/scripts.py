"""Data as classic scripts, which browsers load from disk where they refuse to fetch."""

import json
from pathlib import Path
from typing import Any

from superposition.files import replacing

NAMESPACE = "superposition"


def assignment(path: Path, *keys: str, value: Any) -> None:
    """Write a script that sets `superposition.KEY["KEY"]...` to a value; the first key is a plain name.

    value: what JSON can hold. No text in it can end the script that it stands in.
    """
    lines, place = [f"window.{NAMESPACE} ??= {{}};"], f"{NAMESPACE}.{keys[0]}"
    for key in keys[1:]:
        lines.append(f"{place} ??= {{}};")
        place += f"[{_literal(key)}]"
    with replacing(path) as temporary:
        temporary.write_text("\n".join([*lines, f"{place} = {_literal(value)};\n"]), encoding="utf-8")


def _literal(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
