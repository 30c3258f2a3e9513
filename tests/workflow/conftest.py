"""A copy of the project in which the smallest study has run."""

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


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished study."""
    folder = copy_project(tmp_path_factory.mktemp("project"))
    snakemake(folder)
    return folder
