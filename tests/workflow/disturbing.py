"""What disturbs a study that runs: processes killed, bits flipped, disks that are full."""

import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread


def jobs(folder: Path) -> dict[int, str]:
    """The processes of stages that run in a folder, with the names of the stages."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            words = (process / "cmdline").read_bytes().decode(errors="replace").split("\0")
            if words[1:3] == ["-m", "superposition"] and (process / "cwd").resolve() == folder.resolve():
                found[int(process.name)] = words[3]
    return found


class Killer(Thread):
    """Kills the first job of every stage that runs in a folder, some time into it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(daemon=True)
        self.folder, self.killed, self._seen, self._over = folder, set[str](), dict[int, float](), Event()
        self._random = random.Random(0)

    def run(self) -> None:
        while not self._over.wait(0.03):
            for process, stage in jobs(self.folder).items():
                due = self._seen.setdefault(process, time.monotonic() + self._random.uniform(0.05, 0.5))
                if stage not in self.killed and time.monotonic() >= due:
                    with suppress(ProcessLookupError):
                        os.kill(process, signal.SIGKILL)
                        self.killed.add(stage)

    def __enter__(self) -> "Killer":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.join()


def rewrite(path: Path, content: bytes) -> None:
    """Change a file as a failing disk does: unnoticed, with the time that it had."""
    times = path.stat()
    path.write_bytes(content)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def flip(path: Path, place: float = 0.5) -> None:
    """Flip the lowest bit of a byte."""
    content = bytearray(path.read_bytes())
    content[int(place * len(content))] ^= 1
    rewrite(path, bytes(content))


def cut_short(path: Path) -> None:
    content = path.read_bytes()
    rewrite(path, content[: int(0.7 * len(content))])


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[None]:
    """A disk of that size in place of a folder."""
    folder.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def remount(folder: Path, *options: str) -> None:
    """Change a disk that is mounted: its size, or whether it can be written to."""
    subprocess.run(["mount", "-o", ",".join(["remount", *options]), str(folder)], check=True)
