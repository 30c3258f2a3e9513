"""Records of what jobs have written: beside each output, in `.provenance/`, its checksum and how it came to be.

A record is JSON: `sha256` and `bytes` of the output; the `stage` and its `arguments` (settings in full); `inputs`, by
their path from the output's folder, with their checksums; `code`, the digest of the code that ran, and the `commit` it
lay in; `versions` of packages; the `machine`; when it `started`, `seconds` and `peak_memory_mb`.
"""

import hashlib
import json
import os
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from superposition import machine
from superposition.errors import InputError
from superposition.files import replacing

FOLDER = ".provenance"
Record = dict[str, Any]


def path_of(output: Path) -> Path:
    """Where the record of an output lies; it moves with the output's folder."""
    return output.parent / FOLDER / f"{output.name}.json"


def read(output: Path) -> Record | None:
    """The record of an output, or None where it has none. Raises InputError, naming the record, if it is damaged."""
    path = path_of(output)
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        return {**record, "sha256": str(record["sha256"]), "inputs": dict(record["inputs"])}
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: a damaged record ({error}); delete {output} and run again") from error


def checked(inputs: Iterable[Path]) -> dict[Path, str]:
    """Checksums of those inputs that have a record.

    Raises InputError, naming the file and both checksums, for one that is not as it was written.
    """
    found = {}
    for path in inputs:
        record = read(path)
        if record and path.exists():
            found[path] = checksum(path)
            if found[path] != record["sha256"]:
                was, now = record["sha256"][:12], found[path][:12]
                raise InputError(
                    f"{path}: not as it was written (sha256 {now}..., not {was}...): damaged, or edited; "
                    "delete it and run again"
                )
    return found


@contextmanager
def kept(
    stage: str, arguments: Mapping[str, Any], inputs: list[Path], outputs: list[Path], code: str
) -> Iterator[None]:
    """Check the inputs of a job that runs in this context, and record its outputs when it has ended well."""
    sources = checked(inputs)
    for output in outputs:
        path_of(output).unlink(missing_ok=True)
    started, begun = datetime.now(UTC), time.perf_counter()
    yield
    job = {
        "stage": stage,
        "arguments": {name: _plain(value) for name, value in arguments.items()},
        "code": code,
        "commit": commit(),
        "versions": machine.versions(),
        "machine": machine.describe(),
        "started": started.isoformat(timespec="seconds"),
        "seconds": round(time.perf_counter() - begun, 3),
        "peak_memory_mb": round(machine.peak_memory_mb(), 1),
    }
    for output in outputs:
        from_here = {os.path.relpath(path, output.parent): sha256 for path, sha256 in sources.items()}
        own = {"sha256": checksum(output), "bytes": _bytes(output)}
        with replacing(path_of(output)) as temporary:
            temporary.write_text(json.dumps({**own, **job, "inputs": from_here}, indent=1), encoding="utf-8")


def checksum(path: Path) -> str:
    """The sha256 of a file, or of the names and contents of all files in a folder but hidden ones."""
    if not path.is_dir():
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    sha = hashlib.sha256()
    for inside in _files(path):
        sha.update(f"{inside.relative_to(path).as_posix()}\0{checksum(inside)}\0".encode())
    return sha.hexdigest()


def _bytes(path: Path) -> int:
    return sum(file.stat().st_size for file in _files(path)) if path.is_dir() else path.stat().st_size


def _files(folder: Path) -> list[Path]:
    """Snakemake leaves a hidden file in folders that it knows."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))


def _plain(value: Any) -> Any:
    """Settings as they read in JSON."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, str) and value.startswith("{"):
        return json.loads(value)
    return value


def commit() -> str | None:
    """The commit that the code lies in, with `-dirty` where files differ from it; None outside a repository."""
    command = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return None
    return done.stdout.strip() or None
