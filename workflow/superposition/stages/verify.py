"""Say whether the files of a study are what its jobs wrote."""

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from superposition import checks, config_files, verification
from superposition.errors import InputError


def run(
    *,
    config: Annotated[list[Path], Parameter(name=["--config", "--configfile"])] = [Path("config/config.yaml")],  # noqa: B006
    results: Path = Path("results"),
) -> None:
    """Hash the files of a study again, and say what does not match.

    config: the study's config files, as Snakemake was given them; results: the folder that the study's lies in.
    """
    study = config_files.read(config)
    checks.check(study)
    folder = results / study.study
    if not folder.is_dir():
        raise InputError(f"results: there is no folder {str(folder)!r}; run the study first")
    found = verification.verify(folder, study)
    print(f"{folder}: {found.files} files, {found.bytes / 1e9:.2f} GB")
    if found.faults:
        print(*found.faults, sep="\n")
        sys.exit(f"error: {len(found.faults)} things do not match; delete those files and run the study again")
    print("All of them are as they were written, from what there is.")
