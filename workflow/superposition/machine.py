"""The machine that a job runs on, and what it takes of it."""

import os
import platform
import resource
import sys
from contextlib import suppress
from importlib import metadata
from pathlib import Path

PACKAGES = [
    "torch",
    "torchvision",
    "torch-lucent",
    "numpy",
    "scipy",
    "scikit-learn",
    "openTSNE",
    "pandas",
    "h5py",
    "matplotlib",
    "bokeh",
    "snakemake",
]


def peak_memory_mb() -> float:
    """Largest resident size of this process so far, in MB (10^6 bytes)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def describe() -> dict[str, str | int]:
    """Host, system, processor and cores, and the GPU if one is in use."""
    torch = sys.modules.get("torch")
    gpu = {"gpu": torch.cuda.get_device_name()} if torch and torch.cuda.is_initialized() else {}
    cores = {"processor": _processor(), "cores": os.cpu_count() or 1}
    return {"host": platform.node(), "system": platform.platform(), **cores, **gpu}


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that decide what comes out."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        with suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(name)
    return found


def _processor() -> str:
    """The processor's name, where Linux tells it."""
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(": ")[2]
    return platform.machine()
