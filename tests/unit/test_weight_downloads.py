"""torchvision's weights, fetched from a local server."""

import hashlib
import re
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from types import SimpleNamespace

import pytest

from superposition import networks
from superposition.errors import InputError
from tests.small_data import send, web_server

from torchvision import models  # isort: skip  (after superposition.eager)
from tests.small_networks import NAMES

CONTENT = b"weights" * 1000


NAME = f"tiny-{hashlib.sha256(CONTENT).hexdigest()[:8]}.pth"


def download(monkeypatch: pytest.MonkeyPatch, url: str, path: Path) -> None:
    """Fetch weights that torchvision says to lie at `url`."""
    monkeypatch.setattr(models, "get_model_weights", lambda name: {"V1": SimpleNamespace(url=url)})
    networks.download_weights("tiny", "V1", path)


def test_weights_are_downloaded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with web_server(lambda request: send(request, CONTENT)) as address:
        download(monkeypatch, f"{address}/{NAME}", tmp_path / "weights.pth")
    assert (tmp_path / "weights.pth").read_bytes() == CONTENT


def corrupt(request: BaseHTTPRequestHandler) -> None:
    send(request, b"other" + CONTENT)


def cut_off(request: BaseHTTPRequestHandler) -> None:
    send(request, CONTENT[:3000], length=len(CONTENT))


def missing(request: BaseHTTPRequestHandler) -> None:
    send(request, b"", status=404)


@pytest.mark.parametrize(
    ("answer", "reason"), [(corrupt, "invalid hash"), (cut_off, "invalid hash"), (missing, "HTTP Error 404")]
)
def test_what_is_not_the_weights_is_refused(
    answer: object, reason: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with web_server(answer) as address, pytest.raises(InputError) as error:  # type: ignore[arg-type]
        download(monkeypatch, f"{address}/{NAME}", tmp_path / "weights.pth")
    url = f"{address}/{NAME}"
    assert str(error.value).startswith(f"weights: V1 of tiny can't be had from {url} ({reason}")
    assert str(error.value).endswith("; fetch that file elsewhere and give its path as `weights`")
    assert not list(tmp_path.iterdir())


def test_without_a_network_the_address_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"can't be had from http://127.0.0.1:9/.*Connection refused"):
        download(monkeypatch, f"http://127.0.0.1:9/{NAME}", tmp_path / "weights.pth")


@pytest.mark.parametrize("name", NAMES)
def test_every_published_file_has_its_hash_in_its_name(name: str) -> None:
    for weights in models.get_model_weights(name):
        assert re.search(r"-[0-9a-f]{8,}\.pth$", weights.url)
