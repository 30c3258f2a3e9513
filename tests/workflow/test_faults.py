"""Whatever goes wrong, the study finishes when it is run again; nothing is lost, and nothing is wrong."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from superposition.__main__ import STAGES
from tests.workflow import disturbing
from tests.workflow.conftest import ROOT, copy_project, snakemake, superposition, verified

TINY = "tests/config/tiny.yaml"
STUDY = Path("results/tiny")
RUNS = STUDY / "digits"
COMMANDS = {"describe", "status", "verify", "weights"}
"""Stages that no job of the tiny study is of."""
SMALLER = """
arms: {baseline: null, committee: null, carried: null, untrained: null}
contrasts: []
metrics: [accuracy, selectivity, effective_features]
figures: [tsne, maximised, alignment]
autoencoder: {steps: 20}
"""
SAME = (
    "digits/images.h5",
    "digits/*/seed0/round*/samples.tsv",
    "digits/*/seed0/round*/checkpoint.pt",
    "digits/*/seed0/round*/features.h5",
    "digits/*/seed0/round*/units.h5",
    "digits/*/seed0/round*/tsne.*.tsv",
    "digits/*/seed0/measures/accuracy.tsv",
    "toys/*/*.tsv",
    "toys/*/models.h5",
)
"""Files that hold the same bytes whenever and wherever they are made."""


def started(folder: Path, *options: str) -> subprocess.Popen[bytes]:
    """Snakemake, running; what it says goes to a file."""
    command = [sys.executable, "-m", "snakemake", "--cores", "2", "--configfile", TINY, *options]
    with (folder / "snakemake.log").open("wb") as said:
        return subprocess.Popen(command, cwd=folder, stdout=said, stderr=said)


def wait_for(what: Callable[[], object], seconds: float = 300) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def require_same(folder: Path, finished: Path, least: int) -> None:
    """Whatever there is of the files that are the same in every run is as in the study that nothing disturbed."""
    found = [path.relative_to(folder) for pattern in SAME for path in (folder / STUDY).glob(pattern)]
    assert len(found) >= least
    assert [path for path in found if (folder / path).read_bytes() != (finished / path).read_bytes()] == []


def require_clean(folder: Path) -> None:
    """Nothing half-written is left, nor any state of a job."""
    left = [path for path in (folder / "results").rglob(".*") if path.suffix in (".part", ".old", ".state")]
    assert left == []


def copied(finished: Path, folder: Path) -> Path:
    """A copy of the finished study, with the times of its files and what Snakemake knows of it."""
    copy_project(folder)
    shutil.copytree(finished / "results", folder / "results")
    shutil.copytree(finished / ".snakemake", folder / ".snakemake")
    return folder


def test_a_kill_in_every_stage_and_of_snakemake_itself(finished: Path, tmp_path: Path) -> None:
    """One job of every stage is killed, with SIGKILL, and half-way Snakemake too; a second one is refused meanwhile."""
    folder = copy_project(tmp_path / "killed")
    (folder / "smaller.yaml").write_text(SMALLER, encoding="utf-8")
    layered = ("smaller.yaml", "--retries", "1")
    with disturbing.Killer(folder) as killer:
        first = started(folder, *layered)
        wait_for(lambda: "train" in killer.killed)
        assert "cannot be locked" in snakemake(folder, configs=(TINY, "smaller.yaml"), fails=True)
        wait_for(lambda: "features" in killer.killed)
        first.send_signal(signal.SIGKILL)
        first.wait()
        assert "cannot be locked" in snakemake(folder, configs=(TINY, "smaller.yaml"), fails=True)
        wait_for(lambda: not disturbing.jobs(folder))  # those that Snakemake has left
        snakemake(folder, "--unlock", configs=(TINY, "smaller.yaml"))
        snakemake(folder, "--retries", "1", configs=(TINY, "smaller.yaml"))
    assert killer.killed == {*STAGES} - COMMANDS
    require_same(folder, finished, least=19)
    require_clean(folder)
    assert "All of them are as they were written" in verified(folder, TINY, "smaller.yaml")


def test_damaged_files_are_named_and_made_again(finished: Path, tmp_path: Path) -> None:
    """By a bit or by a third, without a trace in their times; whoever reads them notices."""
    folder = copied(finished, tmp_path / "damaged")
    damages = {
        RUNS / "least_confidence/seed0/round1/checkpoint.pt": disturbing.flip,
        RUNS / "baseline/seed0/round1/checkpoint.pt": disturbing.cut_short,
        RUNS / "least_confidence/seed0/round2/samples.tsv": disturbing.flip,
        RUNS / "committee/seed0/round1/features.h5": disturbing.flip,
        RUNS / "untrained/seed0/round1/features.h5": disturbing.cut_short,
    }
    readers = [
        RUNS / "least_confidence/seed0/round1/features.h5",
        RUNS / "baseline/seed0/round1/features.h5",
        RUNS / "least_confidence/seed0/round2/checkpoint.pt",
        RUNS / "committee/seed0/measures/accuracy.tsv",
        RUNS / "untrained/seed0/measures/accuracy.tsv",
    ]
    for path, damage in damages.items():
        damage(folder / path)
    told = superposition(folder, "verify", "--config", TINY)
    assert told.returncode == 1 and told.stdout.count("not as it was written") == len(damages)
    for path in readers:
        (folder / path).unlink()
    output = snakemake(folder, "--", *map(str, readers), fails=True)
    for path in damages:
        assert f"error: {path}: not as it was written (sha256 " in output
        (folder / path).unlink()
    snakemake(folder, "--", *map(str, [*damages, *readers]))
    require_same(folder, finished, least=50)
    require_clean(folder)


needs_root = pytest.mark.skipif(
    os.geteuid() != 0 and not os.environ.get("CI"), reason="only root can make a disk of its own"
)


@needs_root
def test_a_full_disk_and_one_that_cannot_be_written_to(finished: Path, tmp_path: Path) -> None:
    folder = copy_project(tmp_path / "full")
    target = RUNS / "baseline/seed0/round1/checkpoint.pt"
    with disturbing.small_disk(folder / "results", megabytes=80):
        output = snakemake(folder, "--", str(target), fails=True)
        assert "No space left on device" in output and "make room" in output and "Traceback" not in output
        assert not (folder / target).exists()
        require_clean(folder)
        disturbing.remount(folder / "results", "ro")
        output = snakemake(folder, "--", str(target), fails=True)
        assert f"error: {STUDY}: can't be written to" in output and "Traceback" not in output
        disturbing.remount(folder / "results", "rw", "size=1g")
        snakemake(folder, "--", str(target))
        require_same(folder, finished, least=2)


def test_an_edit_of_the_config_waits_for_the_next_run(tmp_path: Path) -> None:
    folder = copy_project(tmp_path / "edited")
    config, target = folder / TINY, RUNS / "baseline/seed0/round1/checkpoint.pt"
    before = config.read_text(encoding="utf-8")
    run = started(folder, "--", str(target))
    wait_for(lambda: "prepare" in disturbing.jobs(folder).values())
    config.write_text(before.replace("batch_size: 32", "batch_size: 16"), encoding="utf-8")
    assert run.wait() == 0, (folder / "snakemake.log").read_text(encoding="utf-8")
    record = yaml.safe_load((folder / target.parent / ".provenance/checkpoint.pt.json").read_text(encoding="utf-8"))
    assert record["arguments"]["training"]["batch_size"] == 32
    assert "Params have changed since last execution" in snakemake(folder, "--dry-run", "--", str(target))
    config.write_text(before, encoding="utf-8")
    assert "Nothing to be done" in snakemake(folder, "--dry-run", "--", str(target))


def test_a_clock_that_moves_costs_work_at_most(finished: Path, tmp_path: Path) -> None:
    """Some files are from tomorrow: what seems older than its inputs is made again, once, to the same bits."""
    folder = copied(finished, tmp_path / "clock")
    tomorrow = time.time() + 86_400
    for path in (folder / RUNS / "baseline").rglob("*"):
        os.utime(path, (tomorrow, tomorrow))
    target = RUNS / "carried/seed0/round1/checkpoint.pt"  # starts from the baseline
    output = snakemake(folder, "--", str(target))
    assert "of a later time than now" in output and "rule train" in output
    assert "Nothing to be done" in snakemake(folder, "--dry-run", "--", str(target))
    require_same(folder, finished, least=50)


def test_moved_results_are_as_good_as_before(finished: Path, tmp_path: Path) -> None:
    folder = copied(finished, tmp_path / "moved")
    elsewhere = (folder / "results").rename(tmp_path / "another disk")
    (folder / "results").symlink_to(elsewhere)
    assert "Nothing to be done" in snakemake(folder)
    assert "All of them are as they were written" in verified(folder)
    assert "All of them" in superposition(ROOT, "verify", "--config", TINY, "--results", str(elsewhere)).stdout
