"""Downloads: whole, verified and retried, or an error that says what to do by hand."""

import hashlib
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from superposition import downloads
from superposition.errors import InputError
from tests.small_data import send, web_server

CONTENT = os.urandom(300_000)
HASH = f"sha256:{hashlib.sha256(CONTENT).hexdigest()}"


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses between attempts, not slept."""
    slept: list[float] = []
    monkeypatch.setattr("pooch.core.time.sleep", slept.append)
    return slept


def whole(request: BaseHTTPRequestHandler) -> None:
    send(request, CONTENT)


def test_a_file_is_downloaded_once(tmp_path: Path) -> None:
    asked = []

    def answer(request: BaseHTTPRequestHandler) -> None:
        asked.append(request.path)
        whole(request)

    with web_server(answer) as address:
        for _ in range(2):
            path = downloads.fetch(f"{address}/some/data.zip", HASH, tmp_path / "new" / "folder")
    assert path == tmp_path / "new" / "folder" / "data.zip"
    assert path.read_bytes() == CONTENT
    assert asked == ["/some/data.zip"]
    assert {entry.name for entry in path.parent.iterdir()} == {"data.zip", ".lock"}


def test_a_file_that_is_there_needs_no_web(tmp_path: Path) -> None:
    (tmp_path / "data.zip").write_bytes(CONTENT)
    assert downloads.fetch("http://127.0.0.1:1/data.zip", HASH, tmp_path).read_bytes() == CONTENT


def test_a_file_with_another_checksum_is_downloaded_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "data.zip").write_bytes(CONTENT[:1000])
    with web_server(whole) as address, caplog.at_level(logging.WARNING):
        assert downloads.fetch(f"{address}/data.zip", HASH, tmp_path).read_bytes() == CONTENT
    assert f"data.zip: its checksum is not {HASH}; downloading it again" in caplog.text


def test_a_server_that_recovers_is_asked_again(tmp_path: Path, waits: list[float]) -> None:
    failures = iter([500, 503])

    def answer(request: BaseHTTPRequestHandler) -> None:
        status = next(failures, 200)
        send(request, CONTENT if status == 200 else b"busy", status)

    with web_server(answer) as address:
        assert downloads.fetch(f"{address}/data.zip", HASH, tmp_path).read_bytes() == CONTENT
    assert waits == sorted(waits) and len(set(waits)) == 2


def stall(request: BaseHTTPRequestHandler) -> None:
    send(request, CONTENT[:1000], length=len(CONTENT))
    threading.Event().wait(1)


def drop(request: BaseHTTPRequestHandler) -> None:
    """Close the connection without a word."""
    request.connection.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (drop, "Connection aborted"),
        (stall, "timed out"),
        (lambda request: send(request, b"gone", 404), "404"),
        (lambda request: send(request, b"broken", 500), "500"),
        (lambda request: send(request, CONTENT, length=len(CONTENT) - 9), "does not match the known hash"),
        (lambda request: send(request, CONTENT[:1000], length=len(CONTENT)), "1000 bytes read"),
        (lambda request: send(request, CONTENT[:1000]), "does not match the known hash"),
        (lambda request: send(request, b"<html>please log in</html>"), "does not match the known hash"),
    ],
    ids=["drops", "stalls", "missing", "broken", "more than it said", "less than it said", "wrong content", "html"],
)
def test_failures_say_what_to_do_and_leave_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer, reason: str
) -> None:
    monkeypatch.setattr(downloads, "TIMEOUT_S", 0.2)
    with web_server(answer) as address, pytest.raises(InputError) as caught:
        downloads.fetch(f"{address}/data.zip", HASH, tmp_path)
    message = str(caught.value)
    assert "\n" not in message
    for part in (reason, f"{address}/data.zip", HASH, f"put it at {tmp_path / 'data.zip'}"):
        assert part in message
    assert not (tmp_path / "data.zip").exists()


def test_an_unreachable_server(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"data.zip is missing and http://127.0.0.1:1/data.zip cannot be downloaded"):
        downloads.fetch("http://127.0.0.1:1/data.zip", HASH, tmp_path)


def test_a_wrong_file_survives_a_failed_download(tmp_path: Path) -> None:
    (tmp_path / "data.zip").write_bytes(b"mine")
    with pytest.raises(InputError):
        downloads.fetch("http://127.0.0.1:1/data.zip", HASH, tmp_path)
    assert (tmp_path / "data.zip").read_bytes() == b"mine"


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="cannot be downloaded"):
        downloads.fetch("http://127.0.0.1:1/data.zip", HASH, tmp_path / "file")


def holds_something(folder: Path) -> bool:
    with suppress(FileNotFoundError):
        return any(file.stat().st_size for file in folder.glob("*"))
    return False


def test_a_killed_download_leaves_no_half_file_and_starts_anew(tmp_path: Path) -> None:
    started = threading.Event()

    def half(request: BaseHTTPRequestHandler) -> None:
        send(request, CONTENT[:200_000], length=len(CONTENT))
        started.set()
        threading.Event().wait(30)

    code = """
import sys
from pathlib import Path
from superposition.downloads import fetch
fetch(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
"""
    with web_server(half) as address:
        job = subprocess.Popen([sys.executable, "-c", code, f"{address}/data.zip", HASH, str(tmp_path)])
        assert started.wait(30)
        deadline = time.monotonic() + 30
        while not holds_something(tmp_path / ".partial"):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        job.send_signal(signal.SIGKILL)
        job.wait()
    assert not (tmp_path / "data.zip").exists()
    with web_server(whole) as address:
        assert downloads.fetch(f"{address}/data.zip", HASH, tmp_path).read_bytes() == CONTENT
    assert {entry.name for entry in tmp_path.iterdir()} == {"data.zip", ".lock"}


def test_jobs_that_need_one_file_download_it_once(tmp_path: Path) -> None:
    asked = []

    def answer(request: BaseHTTPRequestHandler) -> None:
        asked.append(request.path)
        time.sleep(0.2)
        whole(request)

    with web_server(answer) as address, ThreadPoolExecutor(4) as pool:
        paths = list(pool.map(lambda _: downloads.fetch(f"{address}/data.zip", HASH, tmp_path), range(4)))
    assert len(asked) == 1
    assert {path.read_bytes() for path in paths} == {CONTENT}


def test_no_progress_bar_off_a_terminal(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with web_server(whole) as address:
        downloads.fetch(f"{address}/data.zip", HASH, tmp_path)
    assert "%|" not in capfd.readouterr().err


def test_progress_bar_on_a_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with web_server(whole) as address:
        downloads.fetch(f"{address}/data.zip", HASH, tmp_path)
    assert "100%|" in capsys.readouterr().err


def test_verify(tmp_path: Path) -> None:
    path = tmp_path / "data.zip"
    with pytest.raises(InputError, match=r"data.zip: no such file"):
        downloads.verify(path, HASH, what="the data")
    path.write_bytes(b"abc")
    with pytest.raises(
        InputError, match=r"data.zip is not the data: its md5 is 900150983cd24fb0d6963f7d28e17f72, not 12"
    ):
        downloads.verify(path, "md5:12", what="the data")
    downloads.verify(path, "md5:900150983cd24fb0d6963f7d28e17f72", what="the data")
