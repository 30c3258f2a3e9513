"""Renews the pins (`make pins`): resolves pyproject.toml once and writes the files beside this one.

build.txt           pip and setuptools, which install the rest
torch.txt           torch, torchvision and what only their CUDA build needs
requirements.txt    everything else, the tools for development included
superposition.yaml  what pyproject.toml depends on, in the same versions, for conda
"""

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path

HERE = Path(__file__).parent
BUILD = re.compile(r"(pip|setuptools)$")
TORCH = re.compile(r"(torch|torchvision|triton|(nvidia|cuda)-.+)$")
CONDA_NAMES = {"torch": "pytorch"}
CONDA_LACKS = {"snakemake", "snakemake-executor-plugin-slurm", "torch-lucent"}


def resolve() -> dict[str, str]:
    """Every package (normalised name) and the lines that pin it: version, marker, hashes."""
    command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--universal", "--fork-strategy", "fewest"]
    command += ["--python-version", "3.11", "--generate-hashes", "--no-header", "--no-emit-index-url", "--upgrade"]
    command += ["--group", "build", "--group", "dev", "pyproject.toml"]
    text = subprocess.run(command, cwd=HERE.parent, check=True, capture_output=True, text=True).stdout
    blocks = re.split(r"^(?=\w)", text, flags=re.MULTILINE)[1:]
    return {block.partition("==")[0]: block for block in blocks}


def conda(pins: dict[str, str]) -> str:
    """The conda environment: the package's own dependencies in the pinned versions."""
    project = tomllib.loads((HERE.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = [re.split(r"[<>=[]", requirement)[0].lower() for requirement in project["dependencies"]]
    versions = {name: pins[name].split("==")[1].split()[0] for name in names}
    lines = ["# Written by `make pins`.", "channels: [conda-forge, nodefaults]", "dependencies:"]
    lines += [f"  - python{project['requires-python']}", "  - pip"]
    lines += [f"  - {CONDA_NAMES.get(name, name)}={versions[name]}" for name in names if name not in CONDA_LACKS]
    lines += ["  - pip:", *(f"      - {name}=={versions[name]}" for name in names if name in CONDA_LACKS)]
    return "\n".join(lines) + "\n"


def write(name: str, blocks: Iterable[str]) -> None:
    (HERE / name).write_text("".join(blocks), encoding="utf-8")


def main() -> None:
    pins = resolve()
    write("build.txt", (block for name, block in pins.items() if BUILD.match(name)))
    write("torch.txt", (block for name, block in pins.items() if TORCH.match(name)))
    write("requirements.txt", (block for name, block in pins.items() if not (BUILD.match(name) or TORCH.match(name))))
    write("superposition.yaml", [conda(pins)])


if __name__ == "__main__":
    main()
