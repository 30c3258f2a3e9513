"""Jobs take the cores and the slots on GPUs that they are given."""

import re
from pathlib import Path

import pytest

from tests.workflow.conftest import copy_project, snakemake

STARTED = "results/tiny/digits/baseline/seed0/round1/samples.tsv"
STAGE_SAYS = """
import os, sys, torch
from superposition import slots
found = {name: os.environ.get(name) for name in ("OMP_NUM_THREADS", slots.GPUS, slots.JOBS_PER_GPU)}
print(*found.values(), torch.get_num_threads(), file=sys.stderr)
"""
SNAKEFILE_SAYS = """
print("limit:", workflow.global_resources["gpu"].value if "gpu" in workflow.global_resources else None)
"""
SIX = ["--config", "gpus=2", "jobs_per_gpu=3"]


@pytest.fixture(scope="module")
def telling(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose Snakefile tells how many jobs may be on GPUs at once, and whose stage `start` what it was given:
    threads, GPUs, jobs on each, and torch's threads."""
    folder = copy_project(tmp_path_factory.mktemp("telling"))
    for file, says in {"Snakefile": SNAKEFILE_SAYS, "workflow/superposition/stages/start.py": STAGE_SAYS}.items():
        with (folder / file).open("a", encoding="utf-8") as source:
            source.write(says)
    return folder


def told(folder: Path, *options: str) -> str:
    """What the stage of `telling` tells."""
    snakemake(folder, *options, *SIX, "--forcerun", "start", "--", STARTED)
    log = folder / "results/tiny/logs/digits/baseline/seed0/start.log"
    return log.read_text(encoding="utf-8").splitlines()[-1]


def limit(folder: Path, *options: str) -> str:
    """What the Snakefile of `telling` tells."""
    found = re.search(r"^limit: (\w+)$", snakemake(folder, "--dry-run", *options, "--", STARTED), re.MULTILINE)
    assert found
    return found[1]


def test_a_job_has_the_threads_it_asks_for_and_no_more_than_there_are_cores(telling: Path) -> None:
    assert told(telling, "--set-threads", "start=64") == "2 2 3 2"
    assert told(telling) == "1 2 3 1"


def test_on_a_cluster_jobs_are_told_of_no_slots(telling: Path) -> None:
    assert told(telling, "--mode", "remote") == "1 None None 1"
    assert limit(telling, *SIX, "--executor", "slurm", "--jobs", "4") == "None"


def test_as_many_jobs_run_at_once_as_there_are_slots_unless_the_user_gives_a_limit(telling: Path) -> None:
    assert limit(telling, *SIX) == "6"
    assert limit(telling, *SIX, "--resources", "gpu=1") == "1"
    assert limit(telling) == "None"


def test_fewer_gpus_are_shared_where_the_environment_shows_fewer(
    telling: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3")
    assert limit(telling, *SIX) == "3"
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert limit(telling, *SIX) == "None"
