"""Tests of the SLURM profile run inside tests/slurm/cluster: `make slurm-test`."""

import os

import pytest

ON_CLUSTER = "SUPERPOSITION_TEST_CLUSTER" in os.environ
MISSING = "no cluster: the SLURM profile was NOT tested; sudo make slurm-test"
TABLE = pytest.StashKey[list[str]]()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """A loud word where the tests were skipped, the jobs' table where they were not."""
    if not ON_CLUSTER:
        terminalreporter.write_line(f"WARNING: {MISSING}", red=True, bold=True)
    for line in config.stash.get(TABLE, []):
        terminalreporter.write_line(line)
