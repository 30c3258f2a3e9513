"""What SLURM does with a study while it runs: its jobs, the GPUs of their stages, and accidents that befall them."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import NamedTuple

EVERY_S = 0.3
GIVEN = "SLURM_JOB_ID", "CUDA_VISIBLE_DEVICES", "SUPERPOSITION_STUDY"


class Job(NamedTuple):
    """A line of `squeue`. `memory` and `limit` (of time) are what was asked for."""

    number: str
    name: str
    state: str
    elapsed: str
    limit: str
    memory: str


class Stage(NamedTuple):
    """A process of the pipeline, and what its environment says: SLURM's job, the device that CUDA shows, the study."""

    pid: int
    name: str
    arguments: list[str]
    job: str | None
    device: str | None
    study: str | None


class Accident(NamedTuple):
    """What is done, once, to a stage that writes `output`, as soon as its log has begun."""

    stage: str
    output: str
    log: Path
    do: Callable[[Stage], object]


def cancel(stage: Stage) -> None:
    subprocess.run(["scancel", str(stage.job)], check=True)


def hang(stage: Stage) -> None:
    os.kill(stage.pid, signal.SIGSTOP)


def running_stages() -> Iterator[Stage]:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_text(encoding="utf-8").split("\0")
            if command[1:3] != ["-m", "superposition"]:
                continue
            entries = (folder / "environ").read_text(encoding="utf-8").split("\0")
        except OSError:  # it has ended meanwhile
            continue
        environment = dict(entry.split("=", 1) for entry in entries if "=" in entry)
        given = map(environment.get, GIVEN)
        yield Stage(int(folder.name), command[3], command[4:], *given)


def queue() -> list[Job]:
    """All jobs that SLURM remembers: those that ended, for some minutes."""
    command = ["squeue", "--noheader", "--states=all", "--format=%i|%k|%T|%M|%l|%m"]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    return [Job(*line.split("|")) for line in lines]


@dataclass
class Watch:
    """Looks every moment until it is left; `seen` has the stages that ran on the cluster at each."""

    accidents: list[Accident]
    jobs: dict[str, Job] = field(default_factory=dict)
    seen: list[list[Stage]] = field(default_factory=list)
    _over: Event = field(default_factory=Event)

    def __enter__(self) -> "Watch":
        self._thread = Thread(target=self._look)
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.is_set():
            stages = [stage for stage in running_stages() if stage.job]
            self.seen.append(stages)
            for accident in list(self.accidents):
                for stage in stages:
                    if stage.name == accident.stage and accident.output in stage.arguments and _begun(accident.log):
                        accident.do(stage)
                        self.accidents.remove(accident)
                        break
            self.jobs.update({job.number: job for job in queue()})
            time.sleep(EVERY_S)
        self.jobs.update({job.number: job for job in queue()})

    def states(self, name: str) -> list[str]:
        """How the jobs of a name (a rule with its wildcards, or a group) ended, in order."""
        return [job.state for job in self._ordered() if name in job.name]

    def table(self) -> list[str]:
        """All jobs, for people: a line each, with the GPUs that stages of it were shown."""
        shown: dict[str | None, set[str]] = {}
        for stage in (stage for stages in self.seen for stage in stages if stage.device is not None):
            shown.setdefault(stage.job, set()).add(stage.device)
        columns = "{:>4}  {:<13} {:>7}  {:>10}  {:>6}  {:<3}  {}".format
        lines = [columns("job", "state", "elapsed", "limit", "memory", "GPU", "name")]
        for number, name, *rest in self._ordered():
            gpus = ",".join(sorted(shown.get(number, [])))
            lines.append(columns(number, *rest, gpus, name.removeprefix("rule_")))
        return lines

    def _ordered(self) -> list[Job]:
        return sorted(self.jobs.values(), key=lambda job: int(job.number))


def _begun(log: Path) -> bool:
    """Whether a training has told of an epoch."""
    return log.exists() and "epoch" in log.read_text(encoding="utf-8")
