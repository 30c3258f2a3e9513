"""A job on a cluster reads the config again: it stops if that was edited since the study was started."""

from pathlib import Path

import pytest

from tests.workflow.conftest import copy_project, snakemake

STARTED = "results/tiny/digits/baseline/seed0/round1/samples.tsv"
TELLS = """
import os, sys
print(os.environ["SUPERPOSITION_STUDY"], file=sys.stderr)
"""
REFUSED = "error: config: it has changed since this study was started; start it again when its jobs are done\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project in which a job tells what study it was started for."""
    folder = copy_project(tmp_path_factory.mktemp("edited"))
    with (folder / "workflow/superposition/stages/start.py").open("a", encoding="utf-8") as stage:
        stage.write(TELLS)
    snakemake(folder, "--", STARTED)
    return folder


@pytest.fixture(autouse=True)
def submitted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment that SLURM hands on to a job."""
    told = (folder / "results/tiny/logs/digits/baseline/seed0/start.log").read_text(encoding="utf-8")
    monkeypatch.setenv("SUPERPOSITION_STUDY", told.split()[-1])


def job(folder: Path, *options: str, fails: bool = False) -> str:
    return snakemake(folder, "--mode", "remote", *options, "--forcerun", "start", "--", STARTED, fails=fails)


def test_a_job_runs_by_the_config_that_the_study_was_started_with(folder: Path) -> None:
    assert "1 of 1 steps" in job(folder)


def test_a_job_refuses_another_config(folder: Path) -> None:
    output = job(folder, "--config", "keep=last", fails=True)
    assert REFUSED in output and "steps" not in output


def test_settings_of_the_machine_may_change(folder: Path) -> None:
    assert "1 of 1 steps" in job(folder, "--config", "gpus=1")


def test_a_study_is_started_whatever_was_before(folder: Path) -> None:
    assert "1 of 1 steps" in snakemake(folder, "--config", "keep=last", "--forcerun", "start", "--", STARTED)
