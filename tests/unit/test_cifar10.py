"""CIFAR-10's official archive."""

import hashlib
import pickle
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from superposition.datasets import cifar10
from superposition.errors import InputError
from tests.small_data import (
    send,
    web_server,
    write_cifar10,
    write_tar,
)
from tests.small_datasets import everything, pixels, small_cifar10


def test_cifar10_reads_what_torchvision_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from torchvision.datasets import CIFAR10

    written, labels = write_cifar10(tmp_path / "a.tar.gz")
    source = cifar10.read_archive(tmp_path / "a.tar.gz", "here")
    found = pixels(source, everything(source))
    with tarfile.open(tmp_path / "a.tar.gz") as archive:
        archive.extractall(tmp_path)
    monkeypatch.setattr("torchvision.datasets.cifar.check_integrity", lambda *_: True)
    for split, start in (("train", 0), ("test", 100)):
        theirs = CIFAR10(str(tmp_path), train=split == "train")
        assert theirs.classes == source.classes
        for id in everything(source)[split]:
            np.testing.assert_array_equal(found[split, id], np.asarray(theirs[id][0]))
            np.testing.assert_array_equal(found[split, id], written[start + id])
            assert theirs[id][1] == source.labels[split][id] == labels[start + id]


def test_cifar10_is_downloaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small_cifar10(tmp_path, monkeypatch)
    content = (tmp_path / "cifar.tar.gz").read_bytes()
    with web_server(lambda request: send(request, content)) as address:
        monkeypatch.setattr(cifar10, "URL", f"{address}/cifar-10-python.tar.gz")
        source = cifar10.open_source(downloads=tmp_path / "downloads")
    assert (tmp_path / "downloads" / "cifar-10-python.tar.gz").read_bytes() == content
    assert source.origin == f"{address}/cifar-10-python.tar.gz"
    assert source.checksum == hashlib.sha256(content).hexdigest()


def test_cifar10_opens_no_pickle_before_the_checksum_is_right(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_cifar10(tmp_path / "a.tar.gz")
    monkeypatch.setattr(pickle, "Unpickler", None)
    with pytest.raises(
        InputError, match=r"a.tar.gz is not the official CIFAR-10 archive .* image_folder\): its md5 is "
    ):
        cifar10.open_source(archive=tmp_path / "a.tar.gz", downloads=tmp_path)


class Attack:
    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (Path("attacked"),))


@pytest.mark.parametrize("content", [Attack(), {"data": Attack()}, np.array([Attack()]), print])
def test_cifar10_unpickles_arrays_only(tmp_path: Path, content: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"cifar-10-batches-py/data_batch_1": pickle.dumps(content, 2)}
    with pytest.raises(InputError, match=r"a.tar.gz: data_batch_1: not a batch of CIFAR-10 \(it asks for "):
        cifar10.read_archive(write_tar(tmp_path / "a.tar.gz", files, "gz"), "")
    assert not Path("attacked").exists()


def test_cifar10_names_missing_batches(tmp_path: Path) -> None:
    files = {"cifar-10-batches-py/readme.html": b""}
    with pytest.raises(InputError, match=r"a.tar.gz: no batches.meta, data_batch_1, .*, test_batch in it"):
        cifar10.read_archive(write_tar(tmp_path / "a.tar.gz", files, "gz"), "")
