"""`make bench`: every benchmark in this folder; `python -m tests.benchmarks tsne cosine`: those two modules."""

import sys
from importlib import import_module
from pathlib import Path

from tests.benchmarks.side_by_side import SideBySide, run_all, table

HERE = Path(__file__).parent
RESULTS = Path("results/benchmarks")


def modules() -> list[str]:
    """The benchmark modules of this folder."""
    return sorted({path.stem for path in HERE.glob("*.py")} - {"__main__", "side_by_side"})


def benchmarks(chosen: list[str]) -> list[SideBySide]:
    """What the modules `chosen` compare."""
    if unknown := set(chosen) - set(modules()):
        sys.exit(f"error: no benchmark {', '.join(sorted(unknown))}; there are {', '.join(modules())}")
    return [benchmark for name in chosen for benchmark in import_module(f"tests.benchmarks.{name}").BENCHMARKS]


if __name__ == "__main__":
    print(table(list(run_all(benchmarks(sys.argv[1:] or modules()), RESULTS))))
