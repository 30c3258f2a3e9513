"""How far a study is, read from its files alone: whoever sees them can ask, from any machine, at any time.

A job's log is there from its start, and is touched while it lives (`superposition.heartbeat`). Snakemake writes the
job's benchmark once the job has succeeded, and deletes its outputs and its log before it runs again.
"""

import csv
import os
import re
import tempfile
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from superposition.jobs import Job

QUIET_S = 90.0
"""A log that was not touched for so long is of a job that was killed. Network file systems may show a touch late, by up
to a minute."""
TAIL_BYTES = 16_384
TIME_OF_DAY = re.compile(r"^\d\d:\d\d:\d\d ")
LOCKS = Path(".snakemake/locks")
State = Literal["done", "running", "failed", "waiting"]


@dataclass(frozen=True)
class Seen:
    """How a job is, and what its log says last if it is running or has failed."""

    job: Job
    state: State
    says: str = ""
    quiet_s: float | None = None
    """How long ago a job that was killed gave its last sign of life."""


@dataclass(frozen=True)
class Used:
    """What jobs that succeeded took."""

    seconds: float
    peak_memory_mb: float | None


def look(folder: Path, jobs: list[Job]) -> list[Seen]:
    """How each of the jobs of the study in `folder` is."""
    now = _now(folder)
    return [_seen(job, folder, now) for job in jobs]


def _seen(job: Job, folder: Path, now: float) -> Seen:
    """Times decide only where outputs can't: in a copied folder they are new, in any order, though close together."""
    made = (folder / job.output).exists() if job.output else None
    benchmark = _touched(folder / job.benchmark)
    if made and benchmark:
        return Seen(job, "done")
    log = _touched(folder / job.log)
    if log is None:
        return Seen(job, "done" if made or (benchmark and made is None) else "waiting")
    if benchmark and benchmark >= log - (QUIET_S if made is None else 0):
        return Seen(job, "waiting" if made is False else "done")  # what it had made was deleted since
    lines = _tail(folder / job.log)
    if error := _error(lines):
        return Seen(job, "failed", error)
    quiet_s = abs(now - log)
    if quiet_s < QUIET_S:
        return Seen(job, "running", "".join(_told(lines)[-1:]))
    if made or (benchmark and made is None):  # run by hand, or copied
        return Seen(job, "done")
    return Seen(job, "failed", "".join(lines[-1:]), quiet_s)


def ended(folder: Path, seen: list[Seen]) -> bool:
    """Whether nothing goes on any more, as far as one sees from the folder that Snakemake runs in."""
    states = {each.state for each in seen}
    if states <= {"done"}:
        return True
    return "running" not in states and not states <= {"waiting"} and not _locked(folder)


def _locked(folder: Path) -> bool:
    """Whether a Snakemake is at work on this study: its lock lists what it will make."""
    return any(f"{folder.as_posix()}/" in path.read_text(encoding="utf-8") for path in LOCKS.glob("*.output.lock"))


def used(folder: Path) -> Used:
    """Time and memory of all jobs of the study so far."""
    rows = [row for path in folder.glob("benchmarks/**/*.tsv") if (time := _touched(path)) for row in _rows(path, time)]
    memory = [peak for row in rows if (peak := _number(row.get("max_rss"))) is not None]
    return Used(sum(_number(row.get("s")) or 0.0 for row in rows), max(memory, default=None))


@cache
def _rows(path: Path, _touched: float) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file, delimiter="\t"))
    except OSError:  # deleted since
        return []


def _number(text: str | None) -> float | None:
    """Jobs that were over at once have `NA` or `-` there."""
    try:
        return float(text or "")
    except ValueError:
        return None


def _touched(path: Path) -> float | None:
    try:
        return path.stat().st_mtime
    except OSError:
        return None


def _now(folder: Path) -> float:
    """The time by the clock that gives the folder's files theirs; on a network it is not ours."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            return os.fstat(file.fileno()).st_mtime
    except OSError:  # we may not write there
        return time.time()


def _error(lines: list[str]) -> str | None:
    """What a log says of why its job failed, if it says so."""
    if errors := [line for line in lines if line.startswith(("error: ", "stopped"))]:
        return errors[-1]
    return lines[-1] if "Traceback (most recent call last):" in lines else None


def _told(lines: list[str]) -> list[str]:
    """What a job has told of its progress, without the time of day; warnings of libraries are left out."""
    return [line[len("00:00:00 ") :] for line in lines if TIME_OF_DAY.match(line)]


def _tail(log: Path) -> list[str]:
    try:
        with log.open("rb") as file:
            file.seek(max(os.fstat(file.fileno()).st_size - TAIL_BYTES, 0))
            text = file.read().decode("utf-8", errors="replace")
    except OSError:  # deleted since: the job starts again
        return []
    return [line.rstrip() for line in text.splitlines() if line.strip()]
