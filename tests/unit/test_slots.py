"""Slots on GPUs, claimed by real processes; devices are names, so no GPU is needed."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from superposition import slots

PACKAGES = Path(__file__).parents[2] / "workflow"
CLAIM = """
import logging, os, sys, time
from superposition import slots
logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
slots.WAIT_S = 0.05
slots.claim(), slots.claim()
print("sees", os.environ.get("CUDA_VISIBLE_DEVICES"), flush=True)
sys.stdin.read()
"""
Job = subprocess.Popen[str]
Start = Callable[..., Job]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a process that claims a slot and holds it."""
    jobs = []

    def start(gpus: int, jobs_per_gpu: int, **environment: str) -> Job:
        inherited = {key: value for key, value in os.environ.items() if key not in (slots.VISIBLE, "SLURM_JOB_ID")}
        told = {**inherited, **slots.environment(gpus, jobs_per_gpu), "TMPDIR": str(tmp_path), **environment}
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        command = [sys.executable, "-c", CLAIM]
        jobs.append(subprocess.Popen(command, env=told, cwd=PACKAGES, text=True, **pipes))  # type: ignore[call-overload]
        return jobs[-1]

    yield start
    for job in jobs:
        job.kill()
        job.communicate()


def line(job: Job) -> str:
    assert job.stdout
    return job.stdout.readline().strip()


def test_the_seventh_job_on_two_gpus_of_three_slots_waits_until_one_is_killed(start: Start) -> None:
    six = {job: line(job) for job in [start(2, 3) for _ in range(6)]}
    assert Counter(six.values()) == {"sees 0": 3, "sees 1": 3}
    seventh = start(2, 3)
    assert line(seventh) == "waits for a free slot on GPU 0, 1 (3 on each)"
    time.sleep(0.3)
    assert seventh.poll() is None
    killed = next(job for job, seen in six.items() if seen == "sees 1")
    killed.send_signal(signal.SIGKILL)
    assert line(seventh) == "sees 1"


def test_devices_fill_evenly_also_after_jobs_have_ended(start: Start) -> None:
    first = []
    for expected in ("sees 0", "sees 1", "sees 2", "sees 0", "sees 1", "sees 2"):
        first.append(start(3, 4))
        assert line(first[-1]) == expected
    for job in (first[1], first[4]):
        job.communicate("")
    assert [line(start(3, 4)) for _ in range(3)] == ["sees 1", "sees 1", "sees 0"]


def test_an_environment_s_own_list_is_chosen_from(start: Start) -> None:
    assert [line(start(2, 1, CUDA_VISIBLE_DEVICES="5,GPU-ab/1,7")) for _ in range(2)] == ["sees 5", "sees GPU-ab/1"]
    assert line(start(2, 1, CUDA_VISIBLE_DEVICES="5,GPU-ab/1,7")).startswith("waits for a free slot on GPU 5, GPU-ab/1")
    assert line(start(2, 1)) == "sees 0"


@pytest.mark.parametrize("hidden", ["", "-1", "-1,0"])
def test_where_all_devices_are_hidden_no_slot_is_claimed(start: Start, hidden: str) -> None:
    assert [line(start(1, 1, CUDA_VISIBLE_DEVICES=hidden)) for _ in range(2)] == [f"sees {hidden}".strip()] * 2


def test_without_a_number_of_gpus_nothing_is_claimed(start: Start, tmp_path: Path) -> None:
    assert line(start(0, 1)) == "sees None"
    assert not list(tmp_path.iterdir())


def test_allocations_of_a_cluster_that_number_their_devices_alike_do_not_wait_for_each_other(start: Start) -> None:
    assert [line(start(1, 1, SLURM_JOB_ID=number)) for number in ("17", "18")] == ["sees 0"] * 2


@pytest.mark.parametrize("call", ["devices.best_device()", "arrays.placed(numpy.eye(3))"])
def test_whoever_uses_a_gpu_claims_a_slot_and_a_device_that_cuda_cannot_use_is_refused(
    tmp_path: Path, call: str
) -> None:
    code = "import numpy, pathlib, torch; from superposition import arrays, devices\n"
    code += "arrays.MANY, arrays.DRIVER = 1, pathlib.Path('.'); torch.cuda.is_available = lambda: False\n"
    environment = {**os.environ, **slots.environment(9, 1), "TMPDIR": str(tmp_path), slots.VISIBLE: "4"}
    command = [sys.executable, "-c", code + call]
    done = subprocess.run(command, env=environment, cwd=PACKAGES, capture_output=True, text=True)
    assert "InputError: gpus: CUDA can't use GPU 4; give the number of GPUs that there are, or null" in done.stderr
