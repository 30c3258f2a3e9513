"""Files from the web: checksum verified, retried, never half a file in place."""

import fcntl
import logging
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pooch

from superposition.errors import InputError

RETRIES = 3
TIMEOUT_S = 60
CHUNK_BYTES = 2**16

log = logging.getLogger(__name__)
T = TypeVar("T")


def fetch(url: str, known_hash: str, folder: Path) -> Path:
    """The file at `url`, in `folder` under its own name; downloaded unless it is there already.

    `known_hash` is like "md5:c58f..." or "sha256:...". A file that is there with another checksum is downloaded again.
    A download that was killed starts anew. Raises InputError when the file cannot be had.
    """
    path = folder / url.rpartition("/")[2]
    try:
        with alone_in(folder):
            if not (path.exists() and pooch.hashes.hash_matches(path, known_hash)):
                if path.exists():
                    log.warning("%s: its checksum is not %s; downloading it again", path, known_hash)
                _download(url, known_hash, path)
    except (OSError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise InputError(
            f"{path} is missing and {url} cannot be downloaded ({reason}). "
            f"Get that file on another machine, check that its checksum is {known_hash}, and put it at {path}"
        ) from error
    return path


def verify(path: Path, known_hash: str, *, what: str) -> None:
    """Raises InputError unless the file `path`, which should be `what`, has the checksum `known_hash`."""
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    algorithm, _, expected = known_hash.rpartition(":")
    found = pooch.file_hash(path, alg=algorithm)
    if found != expected:
        raise InputError(f"{path} is not {what}: its {algorithm} is {found}, not {expected}")


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Jobs that run at the same time take turns, so two that need one file download it once."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def retried(action: Callable[[], T]) -> T:
    """What `action` returns; where the web fails it (OSError, RuntimeError) it is tried again after 1, 2 and 3 s."""
    for wait_s in range(1, RETRIES + 1):
        try:
            return action()
        except (OSError, RuntimeError) as error:
            log.warning("%s; trying again in %d s", error, wait_s)
            time.sleep(wait_s)
    return action()


def _download(url: str, known_hash: str, path: Path) -> None:
    staging = path.parent / ".partial"
    shutil.rmtree(staging, ignore_errors=True)
    source = pooch.create(
        staging, base_url="", registry={path.name: known_hash}, urls={path.name: url}, retry_if_failed=RETRIES
    )
    progress = sys.stderr.isatty()
    source.fetch(path.name, downloader=pooch.HTTPDownloader(progress, CHUNK_BYTES, timeout=TIMEOUT_S))
    (staging / path.name).replace(path)
    staging.rmdir()
