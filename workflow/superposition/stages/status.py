"""Show how far a study is."""

import time
from contextlib import suppress
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console, RenderableType
from rich.live import Live

from superposition import checks, config_files, jobs, overview, progress
from superposition.errors import InputError

EVERY_S = 5.0


def run(
    *,
    config: Annotated[list[Path], Parameter(name=["--config", "--configfile"])] = [Path("config/config.yaml")],  # noqa: B006
    watch: bool = False,
    every: float | None = None,
) -> None:
    """Show how far a study is: the rounds of each arm and seed, what runs, what has failed, time and memory.

    config: the study's config files, as Snakemake was given them. watch: keep on showing it until the study has ended;
    every: so many seconds apart.
    """
    if every is not None and every <= 0:
        raise InputError(f"every: {every:g} is not right: give a number of seconds above 0")
    study = config_files.read(config)
    checks.check(study)
    folder, expected = Path("results", study.study), jobs.expected(study)

    def look() -> tuple[RenderableType, bool]:
        seen = progress.look(folder, expected)
        return overview.describe(study.study, folder, seen, progress.used(folder)), progress.ended(folder, seen)

    console = Console(highlight=False)
    if not (watch or every):
        console.print(look()[0])
        return
    with suppress(KeyboardInterrupt), Live(console=console, auto_refresh=False, vertical_overflow="crop") as live:
        ended = False
        while not ended:
            shown, ended = look()
            live.update(shown, refresh=True)
            time.sleep(0 if ended else every or EVERY_S)
    if not console.is_terminal:
        console.line()  # ends the last line
