"""`python -m superposition STAGE --name value ...` calls `superposition.stages.STAGE.run(name=value, ...)`."""

import logging
import signal
import sys
from pathlib import Path

from cyclopts import App, Parameter

from superposition import eager, heartbeat  # noqa: F401  (eager: before any stage imports torch)
from superposition.errors import InputError, Stopped

STOPPED = 128 + signal.SIGTERM
"""Exit code, as of a program that the signal has killed."""
STAGES = sorted(path.stem for path in (Path(__file__).parent / "stages").glob("[!_]*.py"))

app = App(name="superposition", help=__doc__, default_parameter=Parameter(consume_multiple=True, negative=()))
for stage in STAGES:
    app.command(f"superposition.stages.{stage}:run", name=stage)


def main() -> None:
    """Run one stage; what the user can mend ends with one line and exit code 1."""
    heartbeat.start()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    try:
        app()
    except InputError as error:
        sys.exit(f"error: {error}")
    except Stopped as stopped:
        print(stopped, file=sys.stderr)
        sys.exit(STOPPED)


if __name__ == "__main__":
    main()
