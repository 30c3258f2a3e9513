"""A copy of the project in which the smallest study has run."""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PARTS = ["Snakefile", "config", "envs", "profiles", "workflow", "tests/config"]

Run = Callable[..., subprocess.CompletedProcess[str]]


def copy_project(folder: Path) -> Path:
    """The project's own files, as a clone has them."""
    for part in PARTS:
        source, target = ROOT / part, folder / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    return folder


def snakemake(
    folder: Path, *options: str, configs: tuple[str, ...] = ("tests/config/tiny.yaml",), fails: bool = False
) -> str:
    """What `snakemake` prints in a folder; its exit code must be 0, or 1 if it `fails`."""
    command = [sys.executable, "-m", "snakemake", "--cores", "2", "--configfile", *configs, *options]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == fails, done.stdout + done.stderr
    return done.stdout + done.stderr


def superposition(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "superposition", *words]
    environment = {**os.environ, "PYTHONPATH": str(folder / "workflow")}
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=environment)


def verified(folder: Path, *configs: str) -> str:
    """What `superposition verify` says of a study in which everything matches."""
    done = superposition(folder, "verify", "--config", *(configs or ("tests/config/tiny.yaml",)))
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished study. Of several processes that run tests one makes it, and each has a copy."""
    base = tmp_path_factory.getbasetemp()
    made = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "finished"
    made.mkdir(exist_ok=True)
    with (made / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (made / "project").exists():
            snakemake(copy_project(made / "unfinished"))
            (made / "unfinished").rename(made / "project")
    folder = tmp_path_factory.mktemp("project") / "copy"
    shutil.copytree(made / "project", folder)
    return folder
