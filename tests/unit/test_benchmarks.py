"""The runner of the benchmarks, on things with a known answer."""

import json
import os
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Literal

import pytest

from tests.benchmarks.side_by_side import Answered, Side, SideBySide, compare, peak_memory_mb, run_all, table, timed


def fixed(value: float) -> float:
    return value


def answered(value: float, *answers: float) -> Answered:
    return Answered(value, list(answers))


def logged(log: Path, side: str) -> float:
    with log.open("a") as lines:
        lines.write(f"{side} {os.getpid()}\n")
    return 1.0


def megabytes(size: int) -> float:
    return float(len(bytearray(size * 1024**2)))


def failing() -> float:
    raise ValueError("no such data")


def comparison(ours: Side, reference: Side, repeats: int = 1) -> SideBySide:
    return SideBySide("trivial", "images/s", "higher", "a constant", ours, reference, repeats)


@pytest.mark.parametrize(("better", "ratio"), [("higher", 3.0), ("lower", 1 / 3)])
def test_ratio_says_how_many_times_better_ours_is(better: Literal["higher", "lower"], ratio: float) -> None:
    benchmark = comparison(partial(fixed, 6.0), partial(fixed, 2.0))
    result = compare(replace(benchmark, better=better))
    assert (result.ours, result.reference) == (6.0, 2.0)
    assert result.ratio == pytest.approx(ratio)


def test_answers_of_both_sides_are_compared(tmp_path: Path) -> None:
    agreeing = comparison(partial(answered, 2.0, 0.5, 0.25), partial(answered, 1.0, 0.5, 0.5))
    [result] = run_all([agreeing], tmp_path)
    assert (result.ours, result.reference, result.differ_by) == (2.0, 1.0, 0.25)
    assert table([result]).splitlines()[1].split()[4:6] == ["2.00", "0.2"]
    with pytest.raises(ValueError, match="shorter"):
        compare(comparison(partial(answered, 1.0, 0.5), partial(answered, 1.0)))


def test_sides_take_turns_in_processes_of_their_own(tmp_path: Path) -> None:
    log = tmp_path / "log"
    compare(comparison(partial(logged, log, "ours"), partial(logged, log, "reference"), repeats=2))
    sides, processes = zip(*map(str.split, log.read_text().splitlines()), strict=True)
    assert sides == ("ours", "reference", "ours", "reference")
    assert len({*processes, str(os.getpid())}) == 5


def test_peak_memory_is_each_sides_own() -> None:
    held_here = bytearray(b"1") * (200 * 1024**2)
    peak = compare(comparison(partial(megabytes, 100), partial(fixed, 1.0))).peak_memory_mb
    assert peak["ours"] - peak["reference"] == pytest.approx(100, abs=10)
    assert peak_memory_mb() > len(held_here) / 1024**2 > peak["reference"]


def test_an_error_comes_through() -> None:
    with pytest.raises(ValueError, match="no such data"):
        compare(comparison(failing, failing))


def test_results_are_written_and_tabled(tmp_path: Path) -> None:
    results = list(run_all([comparison(partial(fixed, 6.0), partial(fixed, 2.0))], tmp_path))
    written = json.loads((tmp_path / "trivial.json").read_text())
    assert (written["ratio"], written["differ_by"]) == (3.0, None)
    assert written["runs"] == {"ours": [6.0], "reference": [2.0]}
    assert written["machine"]["libraries"].keys() >= {"torch", "numpy"}
    header, row = table(results).splitlines()
    assert row.split()[:5] == ["trivial", "6", "2", "images/s", "3.00"]
    assert header.index("unit") == row.index("images/s")


def test_timed() -> None:
    assert timed(partial(time.sleep, 0.05)) == pytest.approx(0.05, abs=0.04)
