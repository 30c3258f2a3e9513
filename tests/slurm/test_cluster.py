"""Nothing is left of a cluster when its command ends."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.slurm.conftest import MISSING, ON_CLUSTER

pytestmark = pytest.mark.skipif(not ON_CLUSTER, reason=MISSING)

CLUSTER = Path(__file__).with_name("cluster")


def daemons() -> set[int]:
    """Processes of clusters: the one that these tests run on, and others inside it."""
    names = {path.parent.name: path.read_text(encoding="utf-8").strip() for path in Path("/proc").glob("[0-9]*/comm")}
    return {int(pid) for pid, name in names.items() if name in ("slurmctld", "slurmd", "munged")}


def test_a_cluster_ends_with_its_command_and_passes_its_exit_code_on() -> None:
    before = daemons()
    done = subprocess.run([CLUSTER, "bash", "-c", "sbatch --wrap 'sleep 600' && exit 3"], check=False)
    assert (done.returncode, daemons()) == (3, before)


def test_a_cluster_ends_when_it_is_killed(tmp_path: Path) -> None:
    before, started = daemons(), tmp_path / "started"
    cluster = subprocess.Popen([CLUSTER, "bash", "-c", f"touch {started}; sleep 600"])
    while not started.exists():
        time.sleep(0.2)
    assert len(daemons()) == len(before) + 3
    os.kill(cluster.pid, signal.SIGKILL)
    cluster.wait()
    deadline = time.monotonic() + 10
    while daemons() != before and time.monotonic() < deadline:
        time.sleep(0.1)
    assert daemons() == before
