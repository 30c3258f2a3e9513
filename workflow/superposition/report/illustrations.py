"""The study's figures, in the report."""

import shutil
from pathlib import Path

from superposition import plugins


def copied(figures: list[Path], dataset: str, assets: Path) -> list[dict[str, str]]:
    """Copy a dataset's figures into the report; of each its file in `assets`, and what stands around it.

    figures: {dataset}/{figure}.svg.
    """
    of_dataset = [path for path in figures if path.parent.name == dataset]
    return [_copied(path, assets / f"{dataset}.{path.name}") for path in of_dataset]


def _copied(figure: Path, copy: Path) -> dict[str, str]:
    shutil.copyfile(figure, copy)
    declared = plugins.declared("figure", figure.stem)
    return {
        "file": copy.name,
        "alt": plugins.summary("figure", figure.stem),
        "caption": declared["CAPTION"],
        "section": declared["SECTION"],
    }
