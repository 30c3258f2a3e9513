"""`python -m superposition status` follows a study from its start to its end."""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from superposition import catalogue, config_files, jobs
from tests.workflow.conftest import copy_project, snakemake

TINY = "tests/config/tiny.yaml"
KEPT_LAST = """
keep: last
training: {weights: IMAGENET1K_V1, stem: imagenet}
metrics: [accuracy, effective_features, dictionary_capacity]
maximisation: {settings: [native, as_coded]}
figures: [alignment, tsne]
seeds: [3, 4]
"""
BARE = "{figures: [], units: {}, metrics: [accuracy], arms: {untrained: null}, toys: {models: {sweep: {figures: []}}}}"
TOY = "{study: toy, toys: {models: {a: {features: 3, dimensions: 2, figures: [matrices]}}}}"
SMALL = """
study: small
datasets: {digits: {limit: 60}}
seeds: [0]
training: {stem: cifar, epochs: 3, batch_size: 10}
arms: {chosen: {strategy: least_confidence, rounds: 2}, untrained: null}
metrics: [accuracy]
figures: []
units: {}
"""
BROKEN = "datasets: {broken: {plugin: image_folder, archive: broken.zip}}"


def status(project: Path, *options: str, folder: Path | None = None) -> str:
    """What a project's command prints, in its own folder or another, in 80 columns."""
    command = [sys.executable, "-m", "superposition", "status", "--config", *options]
    told = {**os.environ, "PYTHONPATH": str(project / "workflow"), "COLUMNS": "80"}
    done = subprocess.run(command, cwd=folder or project, env=told, capture_output=True, encoding="utf-8")
    assert (done.returncode, done.stderr) == (0, "")
    assert all(len(line) <= 80 for line in done.stdout.splitlines())
    return done.stdout


@pytest.mark.parametrize(
    ("config", "layer"),
    [(TINY, "{}"), (TINY, KEPT_LAST), (TINY, BARE), ("layer.yaml", TOY)],
    ids=["tiny", "kept-last", "bare", "toy"],
)
def test_the_jobs_that_are_expected_are_those_that_snakemake_plans(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, config: str, layer: str
) -> None:
    folder = copy_project(tmp_path)
    (folder / "layer.yaml").write_text(layer, encoding="utf-8")
    planned = snakemake(folder, "--dry-run", configs=(config, "layer.yaml"))
    monkeypatch.chdir(folder)
    catalogue.look_up.cache_clear()
    study = config_files.read([Path(config), Path("layer.yaml")])
    expected = [os.path.normpath(f"results/{study.study}/{job.benchmark}") for job in jobs.expected(study)]
    assert sorted(expected) == sorted(re.findall(r"^ +benchmark: (\S+)$", planned, re.MULTILINE))


def test_a_study_is_followed_while_it_runs_and_a_failed_job_shows_its_last_line(tmp_path: Path) -> None:
    folder = copy_project(tmp_path)
    (folder / "broken.zip").write_bytes(b"no archive")
    configs = ["small.yaml", "broken.yaml"]
    for name, text in zip(configs, [SMALL, BROKEN], strict=True):
        (folder / name).write_text(text, encoding="utf-8")
    assert status(folder, *configs) == "Study small: nothing has run yet; 26 jobs wait.\n"
    command = [sys.executable, "-m", "snakemake", "--cores", "2", "--configfile", *configs]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        shown = []
        while running.poll() is None:
            shown.append(status(folder, *configs))
            time.sleep(1)
    assert running.returncode == 1
    assert any(re.search(r"chosen  seed 0  ◐·\n( .*\n)*? +◐ round1/train", each) for each in shown)
    assert any(re.search(r"chosen  seed 0  ●◐\n( .*\n)*? +◐ round2/train", each) for each in shown)
    assert any(re.search(r"◐ round./train: epoch ./3 loss", each) for each in shown)
    last = status(folder, *configs, "--watch")  # ends, because the study has
    assert re.match(r"Study small: 11 of 26 jobs done, 1 failed, 14 waiting\n", last)
    assert re.search(r"✗ broken/prepare: error: broken.zip: .*\n( .*\n)* +results/small/logs/broken/prepare.log", last)
    assert "chosen  seed 0  ●●" in last and "prepare 1/2 ✗1" in last


def test_a_finished_study_shows_as_done_also_as_a_copy_with_other_times(finished: Path, tmp_path: Path) -> None:
    shown = status(finished, TINY)
    assert re.match(r"Study tiny: (\d+) of \1 jobs done\nComputing time of those done: .* GB\n", shown)
    assert "committee         seed 0  ●●" in shown
    assert "The report: results/tiny/report/index.html" in shown
    shutil.copytree(finished / "results", tmp_path / "results")
    for number, path in enumerate(sorted((tmp_path / "results").rglob("*"))):
        os.utime(path, (time.time() - 9000 + number, time.time() - 9000 + number))
    assert status(finished, str(finished / TINY), folder=tmp_path) == shown
    shutil.rmtree(tmp_path / "results/tiny/logs")
    assert status(finished, str(finished / TINY), folder=tmp_path) == shown
