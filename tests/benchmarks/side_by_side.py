"""Runs ours and a reference in turn, each time in a process of its own, and compares the medians.

A benchmark is a module in this folder with a list of what it compares:

    BENCHMARKS = [
        SideBySide("silhouette-10000", "s", "lower", "scikit-learn's silhouette_score",
                   ours=partial(ours, 10_000), reference=partial(reference, 10_000)),
    ]

A side is a function at the top of the module (or a `partial` of one) that measures itself, so that what it prepares
does not count, and returns its value in the benchmark's unit: as a number, or as `Answered`, with what it found out.
"""

import json
import platform
import resource
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, Literal, NamedTuple

LIBRARIES = ("numpy", "openTSNE", "scikit-activeml", "scikit-learn", "torch", "torch-lucent", "torchvision")


class Answered(NamedTuple):
    """A side's value, and the numbers that the other side should have found too."""

    value: float
    answers: list[float]


Side = Callable[[], float | Answered]


@dataclass(frozen=True)
class SideBySide:
    """Two ways to do one thing, in the same unit."""

    name: str
    unit: str
    better: Literal["higher", "lower"]
    reference_is: str
    ours: Side
    reference: Side
    repeats: int = 5


@dataclass(frozen=True)
class Run:
    """One repetition of one side, in a fresh process."""

    value: float
    peak_memory_mb: float
    answers: list[float]


@dataclass(frozen=True)
class Result:
    """Medians over the repetitions; `ratio` is how many times better ours is, `differ_by` the most that answers do."""

    name: str
    unit: str
    better: str
    ours: float
    reference: float
    reference_is: str
    ratio: float
    differ_by: float | None
    peak_memory_mb: dict[str, float]
    runs: dict[str, list[float]]
    machine: dict[str, Any]


def timed(work: Callable[[], object]) -> float:
    """Seconds that `work` takes."""
    start = perf_counter()
    work()
    return perf_counter() - start


def compare(benchmark: SideBySide) -> Result:
    """Ours, reference, ours, reference, ...: `repeats` times each."""
    sides = {"ours": benchmark.ours, "reference": benchmark.reference}
    runs: dict[str, list[Run]] = {side: [] for side in sides}
    for _ in range(benchmark.repeats):
        for side, function in sides.items():
            runs[side].append(in_fresh_process(function))
    ours, reference = (median(run.value for run in runs[side]) for side in sides)
    return Result(
        name=benchmark.name,
        unit=benchmark.unit,
        better=benchmark.better,
        ours=ours,
        reference=reference,
        reference_is=benchmark.reference_is,
        ratio=ours / reference if benchmark.better == "higher" else reference / ours,
        differ_by=_difference(*(runs[side][0].answers for side in sides)),
        peak_memory_mb={side: median(run.peak_memory_mb for run in runs[side]) for side in sides},
        runs={side: [run.value for run in runs[side]] for side in sides},
        machine=machine(),
    )


def _difference(ours: list[float], reference: list[float]) -> float | None:
    """The most that answers differ by; None where there are none."""
    return max((abs(a - b) for a, b in zip(ours, reference, strict=True)), default=None)


def in_fresh_process(side: Side) -> Run:
    """One repetition; the child starts anew (no fork), so it shares neither memory nor loaded libraries with us."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_measured, side).result()


def _measured(side: Side) -> Run:
    found = side()
    value, answers = found if isinstance(found, Answered) else (found, [])
    return Run(float(value), peak_memory_mb(), answers)


def peak_memory_mb() -> float:
    """The most memory that this process has held (children, such as DataLoader's workers, not counted).

    Linux keeps the parent's peak in getrusage across exec, but not in VmHWM.
    """
    status = Path("/proc/self/status")
    if status.exists():
        peak_kb = next(line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(peak_kb) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def machine() -> dict[str, Any]:
    """What the numbers depend on besides the code."""
    import torch

    return {
        "processor": _processor(),
        "threads": torch.get_num_threads(),
        "gpu": torch.cuda.get_device_name() if torch.cuda.is_available() else None,
        "system": platform.platform(),
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in LIBRARIES},
    }


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = [line.partition(": ")[2] for line in lines if line.startswith("model name")]
    return f"{len(names)} x {names[0]}" if names else platform.processor()


def run_all(benchmarks: list[SideBySide], folder: Path) -> Iterator[Result]:
    """Compare one after the other; each result lies in `folder/{name}.json` before the next benchmark starts."""
    folder.mkdir(parents=True, exist_ok=True)
    for benchmark in benchmarks:
        print(f"{benchmark.name} ...", file=sys.stderr, flush=True)
        result = compare(benchmark)
        (folder / f"{benchmark.name}.json").write_text(json.dumps(asdict(result), indent=2) + "\n", encoding="utf-8")
        yield result


def table(results: list[Result]) -> str:
    """One row a benchmark, columns aligned."""
    names = ("benchmark", "ours", "reference", "unit", "times better", "differ by", "MB ours", "MB reference")
    rows = [(*names, "reference is")]
    for r in results:
        memory = (f"{r.peak_memory_mb['ours']:.0f}", f"{r.peak_memory_mb['reference']:.0f}")
        agreement = "" if r.differ_by is None else f"{r.differ_by:.1g}"
        values = (r.name, f"{r.ours:.4g}", f"{r.reference:.4g}", r.unit, f"{r.ratio:.2f}", agreement)
        rows.append((*values, *memory, r.reference_is))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
