"""Small files and tables of what a study's units see: the first seed's last networks, eight units of one layer."""

from collections.abc import Sequence
from functools import cache
from itertools import permutations
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

import numpy as np
import pandas as pd

from superposition import matching, unit_files, unit_views
from superposition.activations import Activations

Runs = tuple[tuple[str, int, int], ...]
LAYER = "avgpool"
UNITS = 8
ASKED = (1, 4)
STARTS = 2
SAMPLES = 10
FOLDER = TemporaryDirectory(prefix="small-units-")


def last_networks(runs: Runs) -> dict[str, dict[str, object]]:
    """Of each arm, what files of the first seed's last round say of themselves; runs: (arm, seed, rounds)."""
    first = min(seed for _, seed, _ in runs)
    about = {"study": "s", "dataset": "digits", "seed": first, "code": "abc"}
    return {arm: {**about, "arm": arm, "round": rounds} for arm, seed, rounds in runs if seed == first}


def references(arms: Sequence[str]) -> dict[str, list[str]]:
    """Every arm is compared with the first."""
    return {arm: [arms[0]] * (arm != arms[0]) for arm in arms}


@cache
def of_runs(runs: Runs) -> dict[str, pd.DataFrame]:
    """matches of these runs: unit u of one arm is most like u + 1 of the next, and u - 1 of the one before."""
    rows = []
    for (a, about_a), (b, about_b) in permutations(last_networks(runs).items(), 2):
        place = ["digits", LAYER, about_a["seed"], a, about_a["round"], b, about_b["round"]]
        step = 1 if [*last_networks(runs)].index(a) < [*last_networks(runs)].index(b) else -1
        rows += [[*place, unit, (unit + step) % UNITS, 0.9 - unit / 20, 0.1, unit % 2] for unit in range(UNITS)]
    return {"matches": pd.DataFrame(rows, columns=matching.MATCHES)}


@cache
def files(
    runs: Runs, settings: tuple[str, ...] = ("native",), beaten: int = 0, layer: str = LAYER
) -> dict[str, list[Path]]:
    """maximised and units of these runs; beaten: the test images that excite a unit more than its pictures."""
    networks = last_networks(runs)
    folders = {arm: Path(mkdtemp(dir=FOLDER.name)) for arm in networks}
    for arm, about in networks.items():
        write_units(folders[arm] / "units.h5", about, layer)
        for setting in settings:
            write_maximised(
                folders[arm] / f"maximised.{setting}.h5", about, references([*networks])[arm], beaten, layer
            )
    return {
        "maximised": [folders[arm] / f"maximised.{setting}.h5" for arm in networks for setting in settings],
        "units": [folders[arm] / "units.h5" for arm in networks],
    }


def write_maximised(path: Path, about: dict[str, object], compared: list[str], beaten: int, layer: str) -> None:
    """Pictures of noise, 8 x 8 px, for the units asked for and those on either side, which match them elsewhere."""
    rng = np.random.default_rng([*str(about["arm"]).encode()])
    units = np.array([*ASKED, *(unit + step for unit in ASKED for step in (-1, 1))], np.int32)
    arrays = {
        "units": units,
        "asked": np.array(ASKED, np.int32),
        "images": rng.integers(0, 256, (len(units), STARTS, 8, 8, 3), np.uint8),
        "achieved": (2 + rng.random((len(units), STARTS))).astype(np.float32),
        "beaten_by": np.full((len(units), STARTS), beaten, np.int32),
        "test_highest": np.full(len(units), 1.5 + 2 * (beaten > 0), np.float32),
    }
    made = {"setting": path.name.split(".")[1], "steps": 512, "samples": SAMPLES, "torch": "2.15", "lucent": "0.1.8"}
    names = {"classes": [f"class {label}" for label in range(SAMPLES)], "references": compared}
    unit_files.write(path, {**about, **made, **names}, [(layer, arrays)])


def write_units(path: Path, about: dict[str, object], layer: str) -> None:
    """What `inspect` finds in ten test samples, each of another class."""
    rng = np.random.default_rng([1, *str(about["arm"]).encode()])
    values, ids = rng.random((SAMPLES, UNITS)).astype(np.float32), np.arange(SAMPLES)
    classes = [f"class {label}" for label in range(SAMPLES)]
    shown = Activations(values, np.eye(SAMPLES, dtype=np.float32), ids, ids, layer, classes)
    known = {"samples": SAMPLES, "judged_by": unit_views.judged_by(ids), "classes": classes}
    unit_files.write(path, {**about, **known}, [(layer, unit_views.views(shown, 0))])
