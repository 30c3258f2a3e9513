"""A study on SLURM, some of whose jobs are killed, against the same study on this machine alone."""

import os
import subprocess
import sys
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from superposition import studies
from tests.slurm.comparing import differences, results
from tests.slurm.conftest import MISSING, ON_CLUSTER, TABLE
from tests.slurm.watching import Accident, Watch, cancel, hang
from tests.workflow.conftest import ROOT, copy_project, snakemake

pytestmark = pytest.mark.skipif(not ON_CLUSTER, reason=MISSING)

CONFIG = os.environ.get("SUPERPOSITION_TEST_STUDY", "config/config.yaml")
STUDY = studies.parse(yaml.safe_load((ROOT / CONFIG).read_text(encoding="utf-8")))
RESULTS = Path("results", STUDY.study)
SEED = f"seed{STUDY.seeds[0]}"
CANCELLED = next(name for name, arm in STUDY.arms.items() if arm.rounds > 1)
GPU_STAGES = {"train", "predict", "query", "features", "autoencode", "maximise", "toy_train", "toy_select"}

# A minute for the round of `baseline`, and too little memory for the features of `untrained`: on their first attempt.
FIRST = "if attempt == 1 and wildcards.arm =="
TOO_LITTLE = [
    f"train:runtime=1 {FIRST} 'baseline' else 30",
    f"predict:runtime=0 {FIRST} 'baseline' else 10",
    f"features:mem_mb=500 {FIRST} 'untrained' else 6000",
]
# Its disk is near, and its jobs are short.
OPTIONS = ["--latency-wait", "5", "--slurm-init-seconds-before-status-checks", "5"]


class Remote(NamedTuple):
    """A run on the cluster: its results, what was seen of it, Snakemake's exit code and what it printed."""

    results: Path
    watch: Watch
    code: int
    output: str


def training(arm: str, round: int) -> tuple[str, str, str]:
    """What tells a training among all processes: its stage and checkpoint; and its log."""
    run = f"digits/{arm}/{SEED}/round{round}"
    return "train", f"{RESULTS}/{run}/checkpoint.pt", f"{RESULTS}/logs/{run}/train.log"


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = copy_project(tmp_path_factory.mktemp("local"))
    snakemake(folder, configs=(CONFIG,))
    return folder / RESULTS


@pytest.fixture(scope="module")
def remote(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Remote:
    """The study runs through the profile, and meets accidents."""
    folder = copy_project(tmp_path_factory.mktemp("remote"))
    accidents = []
    for (stage, output, log), accident in [(training("baseline", 1), hang), (training(CANCELLED, 2), cancel)]:
        accidents.append(Accident(stage, output, folder / log, accident))
    command = [
        sys.executable,
        "-m",
        "snakemake",
        "--workflow-profile",
        "profiles/slurm",
        "--configfile",
        CONFIG,
        *OPTIONS,
    ]
    with Watch(accidents) as watch:
        done = subprocess.run(
            [*command, "--set-resources", *TOO_LITTLE], cwd=folder, capture_output=True, text=True, check=False
        )
    request.config.stash[TABLE] = watch.table()
    return Remote(folder / RESULTS, watch, done.returncode, done.stdout + done.stderr)


def test_the_study_is_finished_whatever_happened_to_its_jobs(remote: Remote) -> None:
    assert remote.code == 0, remote.output
    assert not remote.watch.accidents


def test_each_job_has_a_gpu_of_its_own_if_it_needs_one(remote: Remote) -> None:
    for stage in chain.from_iterable(remote.watch.seen):
        assert stage.device in ({"0", "1"} if stage.name in GPU_STAGES else {None}), stage
    held = [{stage.job: stage.device for stage in stages if stage.device} for stages in remote.watch.seen]
    assert all(len(set(devices.values())) == len(devices) for devices in held)
    assert max(map(len, held)) == 2


def test_rounds_of_an_arm_and_seed_share_a_job(remote: Remote) -> None:
    trainings = [stage for stage in chain.from_iterable(remote.watch.seen) if stage.name == "train"]
    jobs = {stage.job for stage in trainings if any(f"/{CANCELLED}/{SEED}/" in text for text in stage.arguments)}
    assert len(jobs) == 2  # the one that was cancelled, and its second attempt


@pytest.mark.parametrize(
    ("name", "state"),
    [
        (f"trajectory.digits.{CANCELLED}.{SEED}", "CANCELLED"),
        (f"trajectory.digits.baseline.{SEED}", "TIMEOUT"),
        (f"features.digits.untrained.{SEED}", "FAILED"),
    ],
)
def test_a_killed_job_has_a_second_attempt(remote: Remote, name: str, state: str) -> None:
    assert remote.watch.states(name) == [state, "COMPLETED"]


def test_jobs_know_what_study_was_started(remote: Remote) -> None:
    (study,) = {stage.study for stage in chain.from_iterable(remote.watch.seen)}
    assert study


def test_a_cancelled_training_goes_on_where_it_was(remote: Remote) -> None:
    log = remote.results.parents[1] / training(CANCELLED, 2)[2]
    assert "goes on from epoch" in log.read_text(encoding="utf-8")


def test_a_job_over_its_memory_says_so(remote: Remote) -> None:
    assert "exceeded memory limit" in remote.output


def test_results_are_those_of_a_local_run_to_the_last_bit(local: Path, remote: Remote) -> None:
    assert results(local)
    assert differences(remote.results, local) == []
