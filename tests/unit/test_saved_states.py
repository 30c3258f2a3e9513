"""What is saved of a job, when, and for whom."""

import signal
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from superposition import resuming
from superposition.resuming import Resumable


def test_a_state_is_saved_once_a_minute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock, saved = SimpleNamespace(now=0), list[int]()
    clock.monotonic = lambda: clock.now
    monkeypatch.setattr(resuming, "time", clock)
    resumable = Resumable(tmp_path / "output")
    for clock.now in (0, 30, 59, 60, 61, 119, 130, 189, 190):
        resumable.between_steps("part", lambda: {"saved": saved.append(clock.now)})
    assert saved == [60, 130, 190]


def test_a_file_that_a_job_reads_counts_by_its_content(tmp_path: Path) -> None:
    output, weights = tmp_path / "output", tmp_path / "weights.pt"
    weights.write_bytes(b"a")
    Resumable(output, weights).save("part", {"step": 3})
    moved = weights.rename(tmp_path / "elsewhere.pt")
    assert Resumable(output, moved).saved_state("part") == {"step": 3}
    moved.write_bytes(b"b")
    assert Resumable(output, moved).saved_state("part") is None


def test_the_state_of_another_torch_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Resumable(tmp_path / "output").save("part", {})
    monkeypatch.setattr(torch, "__version__", "1.0")
    assert Resumable(tmp_path / "output").saved_state("part") is None


@pytest.mark.parametrize(
    ("generator", "draw"),
    [
        (torch.Generator(), lambda generator: torch.rand(3, generator=generator).tolist()),
        (np.random.default_rng(1), lambda generator: generator.random(3).tolist()),
    ],
    ids=["torch", "numpy"],
)
def test_a_generator_goes_on_where_it_was(
    generator: resuming.Generator, draw: Callable[[resuming.Generator], list[float]]
) -> None:
    state = resuming.generator_state(generator)
    drawn = draw(generator)
    assert draw(generator) != drawn
    resuming.set_generator_state(generator, state)
    assert draw(generator) == drawn


def test_signals_do_what_they_did_once_a_job_has_ended(tmp_path: Path) -> None:
    before = [signal.getsignal(number) for number in resuming.SIGNALS]
    with Resumable(tmp_path / "output"):
        assert all(signal.getsignal(number) not in before for number in resuming.SIGNALS)
    assert [signal.getsignal(number) for number in resuming.SIGNALS] == before
