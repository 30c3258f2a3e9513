"""A study from its config files, as Snakemake reads them."""

from pathlib import Path
from typing import Any

from snakemake.common.configfile import load_configfile
from snakemake.exceptions import WorkflowError
from snakemake.utils import update_config
from yaml import YAMLError

from superposition import studies
from superposition.config import Study
from superposition.errors import InputError


def read(files: list[Path]) -> Study:
    """The study of config files, each laid over those before it.

    Raises InputError for a file that can't be read, and as `studies.parse` does.
    """
    values: dict[str, Any] = {}
    for file in files:
        update_config(values, _loaded(file))
    return studies.parse(values)


def _loaded(file: Path) -> dict[str, Any]:
    try:
        return load_configfile(file)
    except (WorkflowError, YAMLError, OSError, ValueError, RecursionError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"config: can't read '{file}' ({' '.join(reason.split())})") from None
