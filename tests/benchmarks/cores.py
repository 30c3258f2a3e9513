"""A whole study on two cores against one: the default study with its first seed, each time in a fresh copy."""

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.side_by_side import SideBySide, timed
from tests.workflow.conftest import copy_project, snakemake


def study(cores: int, config: str = "config/config.yaml", layer: str = "seeds: [0]") -> float:
    """Seconds from nothing to the report, of a config file with a layer on top."""
    with TemporaryDirectory() as folder:
        project = copy_project(Path(folder))
        (project / "layer.yaml").write_text(layer, encoding="utf-8")
        return timed(lambda: snakemake(project, "--cores", str(cores), configs=(config, "layer.yaml")))


BENCHMARKS = [
    SideBySide("two-cores", "s", "lower", "the same study on one core", partial(study, 2), partial(study, 1), repeats=1)
]
