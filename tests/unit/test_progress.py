"""How a job is, told from its files: a log, a benchmark and what it made."""

import os
import time
from pathlib import Path

import pytest

from superposition import progress
from superposition.jobs import Job

TRAIN = Job("train", "logs/train.log", "benchmarks/train.tsv", "history.tsv", ("digits", "random", 0), 1)
PREDICT = Job("predict", "logs/predict.log", "benchmarks/predict.tsv", None)
BENCHMARK = "s\th:m:s\tmax_rss\tmean_load\n{}\t0:00:01\t{}\t90.0\n"
EPOCH = "12:00:01 epoch 2/5  loss 0.4100  24 s left"
CAUSED = "Traceback (most recent call last):\n  File 'x'\nRuntimeError: CUDA out of memory\n"
NOW = 0
LONG_AGO = 3600


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "results/s"


def put(path: Path, ago: float, text: str = "") -> None:
    """Write a file that was touched so many seconds ago."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    os.utime(path, (time.time() - ago,) * 2)


def made(
    folder: Path, job: Job, log: float | None, benchmark: float | None, output: float | None, text: str = ""
) -> None:
    """A job's files, each touched so many seconds ago; None where it is not there."""
    contents = {job.log: (log, text), job.benchmark: (benchmark, BENCHMARK.format(2.5, 700)), job.output: (output, "")}
    for path, (ago, content) in contents.items():
        if path and ago is not None:
            put(folder / path, ago, content)


def seen(folder: Path, job: Job) -> progress.Seen:
    folder.mkdir(parents=True, exist_ok=True)
    return progress.look(folder, [job])[0]


@pytest.mark.parametrize(
    ("log", "benchmark", "output", "state"),
    [
        pytest.param(None, None, None, "waiting", id="before"),
        pytest.param(NOW, None, None, "running", id="running"),
        pytest.param(60, None, None, "running", id="touched-a-minute-ago-as-NFS-shows-it"),
        pytest.param(-60, None, None, "running", id="touched-by-a-clock-that-is-ahead"),
        pytest.param(LONG_AGO, None, None, "failed", id="killed"),
        pytest.param(NOW, NOW, NOW, "done", id="just-done"),
        pytest.param(LONG_AGO, LONG_AGO, LONG_AGO, "done", id="done"),
        pytest.param(10, LONG_AGO, 2 * LONG_AGO, "done", id="copied-just-now-in-any-order"),
        pytest.param(None, LONG_AGO, LONG_AGO, "done", id="its-log-was-deleted"),
        pytest.param(None, None, LONG_AGO, "done", id="copied-without-logs-and-benchmarks"),
        pytest.param(LONG_AGO, None, LONG_AGO, "done", id="run-by-hand"),
        pytest.param(NOW, LONG_AGO, None, "running", id="runs-again"),
        pytest.param(LONG_AGO, 2 * LONG_AGO, None, "failed", id="killed-as-it-ran-again"),
        pytest.param(LONG_AGO, LONG_AGO, None, "waiting", id="what-it-made-was-deleted"),
        pytest.param(None, LONG_AGO, None, "waiting", id="deleted-to-run-again"),
    ],
)
def test_a_job_whose_output_stays(
    folder: Path, log: float | None, benchmark: float | None, output: float | None, state: str
) -> None:
    made(folder, TRAIN, log, benchmark, output)
    assert seen(folder, TRAIN).state == state


@pytest.mark.parametrize(
    ("log", "benchmark", "state"),
    [
        pytest.param(None, None, "waiting", id="before"),
        pytest.param(NOW, None, "running", id="running"),
        pytest.param(LONG_AGO, None, "failed", id="killed"),
        pytest.param(LONG_AGO, LONG_AGO, "done", id="done"),
        pytest.param(None, LONG_AGO, "done", id="its-log-was-deleted"),
        pytest.param(NOW, LONG_AGO, "running", id="runs-again"),
        pytest.param(NOW, 5, "done", id="copied-just-now-in-another-order"),
        pytest.param(LONG_AGO, 2 * LONG_AGO, "done", id="copied-long-ago-in-another-order"),
    ],
)
def test_a_job_whose_output_is_deleted_once_it_was_used(
    folder: Path, log: float | None, benchmark: float | None, state: str
) -> None:
    made(folder, PREDICT, log, benchmark, None)
    assert seen(folder, PREDICT).state == state


@pytest.mark.parametrize("job", [TRAIN, PREDICT])
@pytest.mark.parametrize("benchmark", [None, 2 * LONG_AGO])
@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("12:00:00 begins\nerror: lr: too high\n", "error: lr: too high"),
        ("error: a.zip: not whole (\n- gz\n- xz)\n", "error: a.zip: not whole ("),
        (CAUSED, "RuntimeError: CUDA out of memory"),
        (f"{EPOCH}\nstopped by a signal; run again to go on\n", "stopped by a signal; run again to go on"),
    ],
)
@pytest.mark.parametrize("log", [NOW, LONG_AGO])
def test_a_job_that_says_that_it_failed_has(
    folder: Path, job: Job, benchmark: float | None, text: str, says: str, log: float
) -> None:
    made(folder, job, log, benchmark, None, text)
    assert seen(folder, job) == progress.Seen(job, "failed", says)


def test_a_running_job_says_what_it_told_last_and_not_what_libraries_warn_of(folder: Path) -> None:
    made(folder, TRAIN, NOW, None, None, f"12:00:00 begins\n{EPOCH}\n/x.py:1: UserWarning: slow\n  warnings.warn(\n")
    assert seen(folder, TRAIN) == progress.Seen(TRAIN, "running", "epoch 2/5  loss 0.4100  24 s left")


def test_a_killed_job_says_its_last_line_and_for_how_long_it_has_been_still(folder: Path) -> None:
    made(folder, TRAIN, 600, None, None, f"{EPOCH}\nSegmentation fault\n")
    found = seen(folder, TRAIN)
    assert (found.state, found.says) == ("failed", "Segmentation fault")
    assert found.quiet_s == pytest.approx(600, abs=30)


def test_a_long_log_is_read_from_its_end(folder: Path) -> None:
    made(folder, TRAIN, NOW, None, None, "é" * 10**6 + f"\n{EPOCH}\n")
    assert seen(folder, TRAIN).says.startswith("epoch 2/5")


def test_time_is_that_of_the_folder_s_file_system(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made(folder, TRAIN, NOW, None, None)
    monkeypatch.setattr(time, "time", lambda: 0.0)
    assert seen(folder, TRAIN).state == "running"


def test_a_folder_that_is_not_ours_to_write_in_can_be_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made(folder, TRAIN, NOW, None, None)

    def refuses(**_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(progress.tempfile, "TemporaryFile", refuses)
    assert seen(folder, TRAIN).state == "running"


def test_looking_leaves_nothing_behind(folder: Path) -> None:
    made(folder, TRAIN, NOW, None, None)
    before = sorted(folder.rglob("*"))
    seen(folder, TRAIN)
    assert sorted(folder.rglob("*")) == before


def test_time_is_added_up_and_memory_is_the_most(folder: Path) -> None:
    for name, seconds, memory in [("a", 60, 700), ("b/c", 30.5, 900.5), ("b/d", 0.5, "NA"), ("e", "-", "-")]:
        put(folder / f"benchmarks/{name}.tsv", NOW, BENCHMARK.format(seconds, memory))
    assert progress.used(folder) == progress.Used(91.0, 900.5)
    assert progress.used(folder / "nothing") == progress.Used(0, None)


def test_a_benchmark_that_was_written_again_counts_anew(folder: Path) -> None:
    put(folder / "benchmarks/a.tsv", 10, BENCHMARK.format(60, 700))
    assert progress.used(folder).seconds == 60
    put(folder / "benchmarks/a.tsv", 5, BENCHMARK.format(20, 700))
    assert progress.used(folder).seconds == 20


@pytest.mark.parametrize(
    ("states", "at_work", "ended"),
    [
        (["done", "done"], True, True),
        (["done", "waiting"], False, True),
        (["done", "waiting"], True, False),
        (["failed", "waiting"], False, True),
        (["failed", "running"], False, False),
        (["waiting", "waiting"], False, False),
    ],
)
def test_a_study_has_ended_if_all_is_done_or_nobody_is_at_work_any_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, states: list[progress.State], at_work: bool, ended: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    put(tmp_path / ".snakemake/locks/0.output.lock", NOW, f"results/{'s' if at_work else 'st'}/a.tsv\n")
    found = [progress.Seen(TRAIN, state) for state in states]
    assert progress.ended(Path("results/s"), found) is ended
