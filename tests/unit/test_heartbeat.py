"""A job touches its log as long as it lives."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PACKAGES = Path(__file__).parents[2] / "workflow"
WAITS = """
import sys
sys.path.insert(0, sys.argv.pop(1))
from superposition import __main__, heartbeat
heartbeat.EVERY_S = 0.02
__main__.main()
"""
TOY = "{study: s, toys: {models: {a: {features: 3, dimensions: 2}}}}"
WITHOUT = "import sys; sys.stderr = None; from superposition import heartbeat; heartbeat.start(); print('well')"


@contextmanager
def job(log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A command that waits, here for a study to begin, its stderr in `log`."""
    (log.parent / "toy.yaml").write_text(TOY, encoding="utf-8")
    command = [sys.executable, "-c", WAITS, str(PACKAGES), "status", "--config", "toy.yaml", "--watch"]
    with log.open("w") as stderr, subprocess.Popen(command, cwd=log.parent, stderr=stderr) as process:
        yield process
        process.kill()


def is_touched(path: Path, within_s: float = 60) -> bool:
    """Whether someone touches a file within a while."""
    before, end = path.stat().st_mtime_ns, time.monotonic() + within_s
    while path.stat().st_mtime_ns == before:
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def test_every_command_touches_its_log_until_it_is_killed(tmp_path: Path) -> None:
    log = tmp_path / "job.log"
    with job(log) as process:
        assert all(is_touched(log) for _ in range(3))
        process.kill()
        process.wait()
        assert not is_touched(log, within_s=0.5)
    assert log.read_text() == ""


def test_a_log_that_was_deleted_stays_deleted_and_stops_no_job(tmp_path: Path) -> None:
    log = tmp_path / "job.log"
    with job(log) as process:
        assert is_touched(log)
        log.unlink()
        time.sleep(0.2)
        assert process.poll() is None
    assert not log.exists()


def test_without_a_log_there_is_nothing_to_touch() -> None:
    for stderr in (subprocess.PIPE, subprocess.DEVNULL):
        done = subprocess.run([sys.executable, "-c", WITHOUT], cwd=PACKAGES, stdout=subprocess.PIPE, stderr=stderr)
        assert (done.returncode, done.stdout, done.stderr or b"") == (0, b"well\n", b"")
