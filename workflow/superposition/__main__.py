"""`python -m superposition STAGE --name value ...` calls `superposition.stages.STAGE.run(name=value, ...)`."""

import errno
import logging
import signal
import sys
from pathlib import Path

from cyclopts import App, CycloptsError, Parameter

from superposition import arguments, eager, heartbeat, records  # noqa: F401  (eager: before any stage imports torch)
from superposition.errors import InputError, Stopped

STOPPED = 128 + signal.SIGTERM
"""Exit code, as of a program that the signal has killed."""
DISK = errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES
STAGES = sorted(path.stem for path in (Path(__file__).parent / "stages").glob("[!_]*.py"))

app = App(name="superposition", help=__doc__, default_parameter=Parameter(consume_multiple=True, negative=()))
for stage in STAGES:
    app.command(f"superposition.stages.{stage}:run", name=stage)


def main() -> None:
    """Run one stage; what the user can mend ends with one line and exit code 1."""
    heartbeat.start()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    try:
        _run(sys.argv[1:])
    except InputError as error:
        sys.exit(f"error: {error}")
    except Stopped as stopped:
        print(stopped, file=sys.stderr)
        sys.exit(STOPPED)
    except Exception as error:
        if not (fault := _of_the_disk(error)):
            raise
        sys.exit(f"error: {' '.join(str(fault).split())}; make room or give access, and run again: nothing is lost")


def _of_the_disk(error: BaseException | None) -> OSError | None:
    """What the disk has refused, if that is at the bottom of an error."""
    while error:
        if isinstance(error, OSError) and error.errno in DISK:
            return error
        error = error.__cause__ or error.__context__
    return None


def _run(words: list[str]) -> None:
    """Run a stage on the command line's words, and record what it writes.

    `--code`, the digest of the code that runs, is for the record; few stages want it as well.
    """
    try:
        stage, given, others, _ = app.parse_known_args(words)
    except CycloptsError:
        others = words
    if others[:1] not in ([], ["--code"]):
        app(words)  # says what is wrong, and exits
    if stage.__name__ != "run":  # --help, --version
        stage(*given.args, **given.kwargs)
        return
    settings, inputs, outputs = arguments.sorted_out(stage, given.arguments)
    code = settings.pop("code", "".join(others[1:]))
    with records.kept(words[0], settings, inputs, outputs, code):
        stage(*given.args, **given.kwargs)


if __name__ == "__main__":
    main()
