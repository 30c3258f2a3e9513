"""What torchvision's networks are made of, asked once a network and remembered.

Answering means importing torchvision, which takes seconds; the Snakefile needs the answer at every start.
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

from superposition import provenance
from superposition.errors import InputError
from superposition.files import replacing

FOLDER = Path("results/.cache/networks")


@dataclass(frozen=True)
class Entry:
    """One network with one stem."""

    parameters: int
    """Number of weights, with a head of 1,000 classes."""
    layers: dict[str, int]
    """Layers that a hook can read, in the order they run, and their number of units."""
    dropout: bool
    """Whether it drops activations at random in training."""
    weights: list[str]
    """Names of torchvision's weights for it."""


@cache
def look_up(network: str, stem: str) -> Entry:
    """The entry of a network; raises InputError if torchvision has no such network or it has no such stem."""
    code = provenance.digest("superposition.networks")
    path = FOLDER / f"{network}-{stem}-torchvision{version('torchvision')}-{code}.json"
    if not path.exists():
        with replacing(path) as temporary:
            temporary.write_text(_ask(network, stem), encoding="utf-8")
    answer = json.loads(path.read_text(encoding="utf-8"))
    return Entry(**answer)


def _ask(network: str, stem: str) -> str:
    command = [sys.executable, "-m", "superposition", "describe", "--network", network, "--stem", stem]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, cwd=provenance.ROOT.parent)
    if answer.returncode:
        raise InputError(answer.stderr.strip().removeprefix("error: "))
    return answer.stdout
