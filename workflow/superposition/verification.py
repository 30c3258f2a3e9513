"""Whether the files of a study are what its jobs wrote."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from superposition import plan, records
from superposition.config import MACHINE, Study

UNRECORDED = ("logs", "benchmarks")
"""What Snakemake itself writes into a study's folder."""


class Verified(NamedTuple):
    """How many files there are whose records say how they came to be, their size, and what does not match."""

    files: int
    bytes: int
    faults: list[str]


def verify(folder: Path, study: Study) -> Verified:
    """Hash every file of a study's folder again, and hold it against its record and the records of what it was made of.

    Raises InputError, naming the record, for a damaged one.
    """
    outputs = sorted(path.parent.parent / path.stem for path in folder.rglob(f"{records.FOLDER}/*.json"))
    there = [path for path in outputs if path.exists()]
    faults = [
        *(fault for path in outputs for fault in _faults(path, folder, study)),
        *(f"{path}: has no record of how it came to be" for path in _unrecorded(folder, {*outputs})),
        *_other_settings(folder, study),
    ]
    return Verified(len(there), sum((records.read(path) or {}).get("bytes", 0) for path in there), faults)


def _faults(path: Path, folder: Path, study: Study) -> Iterator[str]:
    record = records.read(path)
    if record is None or (not path.exists() and plan.is_temporary(study, path.relative_to(folder))):
        return
    if not path.exists():
        yield f"{path}: is missing"
    elif (found := records.checksum(path)) != record["sha256"]:
        yield f"{path}: not as it was written (sha256 {found[:12]}..., not {record['sha256'][:12]}...)"
    for name, sha256 in record["inputs"].items():
        source = path.parent / name
        now = records.read(source)
        if now and now["sha256"] != sha256:
            yield f"{path}: made from another {source.resolve().relative_to(folder.resolve())} than there is now"


def _unrecorded(folder: Path, outputs: set[Path]) -> Iterator[Path]:
    """Files that no job has recorded; hidden ones aside."""
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if parts[0] in UNRECORDED or any(part.startswith(".") for part in parts) or not path.is_file():
            continue
        if outputs.isdisjoint({path, *path.parents}):
            yield path


def _other_settings(folder: Path, study: Study) -> Iterator[str]:
    """Settings that have changed since the report was written."""
    record = records.read(folder / "report")
    was = record["arguments"]["study"] if record else {}
    now = study.model_dump(mode="json", exclude=MACHINE)
    for key in [key for key in now if key in was and was[key] != now[key]]:
        yield f"{folder / 'report'}: `{key}` of the config has changed since it was written"
