"""Unit pages of a small study of two arms, from features that the stages look at, as in a run."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from superposition import tables, unit_files
from superposition.report import pages, sprites, unit_pages
from superposition.stages import inspect, match
from tests import small_units
from tests.small_images import prepared, source_of
from tests.small_results import CODE, activations, write_features

ARMS = {"random": 3, "least_confidence": 1}
"""Arms, and their kept rounds."""
SCORES = {
    "selectivity": "selectivity",
    "polysemanticity": "polysemanticity",
    "share of the commonest class": "top_class_share",
    "correlation with the best match in least_confidence": "correlation",
}
"""What the units of arm random can be sorted by, and where it stands."""
CLASSES = ("cat", "dog", "<script>window.broken = true</script>")


def write_units(folder: Path, classes: Sequence[str] = CLASSES, samples: int = 60) -> dict[str, list[Path]]:
    """images, features, units, matches and maximised, by name."""
    labels = (np.arange(samples) % len(classes)).tolist()
    source = replace(source_of(2 * labels, labels), classes=list(classes))
    files: dict[str, list[Path]] = {"images": [prepared(folder / "images.h5", source)]}
    files |= {"features": [], "units": [], "maximised": [], "matches": [folder / "matches.tsv"]}
    for seed, (arm, round_) in enumerate((arm, round_ + 1) for arm, kept in ARMS.items() for round_ in range(kept)):
        run = folder / arm / f"round{round_}"
        shown = replace(activations(seed, samples, small_units.UNITS, len(classes)), ids=np.arange(samples))
        shown = replace(shown, classes=list(classes))
        features = write_features(run / "features.h5", shown, arm=arm, round_=round_)
        inspect.run(features=features, written_by=CODE, layers=["avgpool"], seed=0, code="abc", units=run / "units.h5")
        about = {"study": "s", "dataset": "digits", "arm": arm, "seed": 0, "round": round_, "code": "abc"}
        small_units.write_maximised(run / "maximised.native.h5", about, [], 0, "avgpool")
        for name, path in {"units": "units.h5", "maximised": "maximised.native.h5"}.items():
            files[name].append(run / path)
        files["features"].append(features)
    match.run(features=files["features"], written_by=CODE, layers=["avgpool"], matches=files["matches"][0])
    return files


def write_pages(folder: Path, files: dict[str, list[Path]]) -> Path:
    """A report's folder with `units.html` alone, of these files."""
    assets = folder / "assets"
    folder.mkdir(parents=True)
    pages.copy_assets(assets)
    sprites.write(assets, "digits", files["images"][0], {"test": unit_pages.shown_ids(files["units"])})
    contrasts = [("least_confidence", "random")]
    told = unit_pages.write(assets, "digits", files["units"], files["matches"], files["maximised"], contrasts)
    pages.write(folder / "units.html", study=SimpleNamespace(study="small"), units=[told])
    return folder


def scores(files: dict[str, list[Path]]) -> dict[str, np.ndarray]:
    """The scores of the units of arm random, by their name on the page."""
    table = tables.read(files["matches"][0])
    matches = table[(table["a"] == "random") & (table["b"] == "least_confidence")].sort_values("unit")
    found = {**unit_files.read(files["units"][2], "avgpool"), "correlation": matches["correlation"].to_numpy()}
    return {name: found[place] for name, place in SCORES.items()}
