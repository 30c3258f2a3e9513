"""A features file that can't be measured stops its own run's measures, and no others."""

import shutil
from collections.abc import Callable
from pathlib import Path

import h5py
import pytest

from superposition import records
from tests.workflow.conftest import copy_project, snakemake

RUNS = Path("results/tiny/digits")
FEATURES = RUNS / "carried/seed0/round2/features.h5"


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def written_by_other_code(path: Path) -> None:
    with h5py.File(path, "r+") as file:
        file.attrs["code"] = "fedcba9876543210"


def not_finite(path: Path) -> None:
    with h5py.File(path, "r+") as file:
        file["test/logits"][0, 0] = float("nan")


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (cut_short, "not a whole features file ("),
        (written_by_other_code, "written by code fedcba9876543210, not "),
        (not_finite, "logits of 1 of 120 samples are not finite numbers"),
    ],
)
def test_the_other_runs_are_measured(
    finished: Path, tmp_path: Path, broken: Callable[[Path], None], message: str
) -> None:
    folder = copy_project(tmp_path / "broken")
    shutil.copytree(finished / "results", folder / "results")
    tables = sorted((folder / RUNS).glob("*/seed0/measures/*.tsv"))
    for table in tables:
        table.unlink()
    broken(folder / FEATURES)
    records.path_of(folder / FEATURES).unlink()  # without one, as of files from elsewhere, damage shows when it is read
    output = snakemake(folder, "--until", "measure", fails=True)  # the profile has keep-going
    assert message in output and f"error: {FEATURES}" in output
    assert [table for table in tables if table.exists()] == [table for table in tables if "carried" not in table.parts]
