"""Small datasets in the official layouts, and a web server for them."""

import io
import struct
import tarfile
import threading
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
from PIL import Image


def image_bytes(pixels: np.ndarray, kind: str = "PNG") -> bytes:
    """An image file: lossless as PNG."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, kind)
    return buffer.getvalue()


def noise(seed: int, height: int = 8, width: int = 8) -> np.ndarray:
    """Random uint8 [height, width, RGB]."""
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def folder_files(train: int = 3, test: int = 2, classes: tuple[str, ...] = ("cat", "dog")) -> dict[str, bytes]:
    """Path -> content of an image folder with that many images of each class."""
    names = [
        f"{split}/{name}/{index:04}.png"
        for split, size in (("train", train), ("test", test))
        for name in classes
        for index in range(size)
    ]
    return {name: image_bytes(noise(seed)) for seed, name in enumerate(names)}


def write_folder(root: Path, files: Mapping[str, bytes]) -> Path:
    """`files` under `root`."""
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    return root


def write_zip(path: Path, files: Mapping[str, bytes]) -> Path:
    """`files` in a zip."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def write_tar(path: Path, files: Mapping[str, bytes], compression: str = "xz") -> Path:
    """`files` in a tar."""
    with tarfile.open(path, f"w:{compression}") as archive:  # type: ignore[call-overload]
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def write_cifar10(path: Path, images_per_batch: int = 20) -> tuple[np.ndarray, np.ndarray]:
    """An archive of CIFAR-10's layout, pickled as Python 2 did; returns images [N, 32, 32, 3] and labels, test last."""
    rng = np.random.default_rng(0)
    files, images, labels = {}, [], []
    for name in ("data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch"):
        images.append(rng.integers(0, 256, (images_per_batch, 3, 32, 32), np.uint8))
        labels.append(rng.permutation(np.arange(images_per_batch) % 10))
        content = {b"labels": _py2_list(map(_py2_int, labels[-1])), b"data": _py2_array(images[-1].reshape(-1, 3072))}
        files[f"cifar-10-batches-py/{name}"] = _py2_pickle(content)
    names = _py2_list(_py2_string(f"class {label}".encode()) for label in range(10))
    files["cifar-10-batches-py/batches.meta"] = _py2_pickle({b"label_names": names})
    files["cifar-10-batches-py/readme.html"] = b"<html>"
    write_tar(path, files, "gz")
    return np.concatenate(images).transpose(0, 2, 3, 1), np.concatenate(labels)


def _py2_pickle(content: dict[bytes, bytes]) -> bytes:
    return b"\x80\x02(" + b"".join(_py2_string(key) + value for key, value in content.items()) + b"d."


def _py2_string(text: bytes) -> bytes:
    return b"T" + struct.pack("<i", len(text)) + text


def _py2_int(value: int) -> bytes:
    return b"J" + struct.pack("<i", value)


def _py2_list(items: Iterator[bytes]) -> bytes:
    return b"(" + b"".join(items) + b"l"


def _py2_array(values: np.ndarray) -> bytes:
    make = b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(" + _py2_int(0) + b"t" + _py2_string(b"b") + b"tR"
    dtype = b"cnumpy\ndtype\n(" + _py2_string(b"u1") + _py2_int(0) + _py2_int(1) + b"tR"
    dtype += b"(" + _py2_int(3) + _py2_string(b"|") + b"NNN" + _py2_int(-1) + _py2_int(-1) + _py2_int(0) + b"tb"
    shape = b"(" + b"".join(map(_py2_int, values.shape)) + b"t"
    return make + b"(" + _py2_int(1) + shape + dtype + b"\x89" + _py2_string(values.tobytes()) + b"tb"


def tiny_imagenet_files() -> dict[str, bytes]:
    """Path -> content of a Tiny ImageNet with three classes, two of which share their first word; 4 + 2 images each."""
    top, wnids = "tiny-imagenet-200", ["n03", "n01", "n02"]
    files = {
        f"{top}/wnids.txt": "\n".join(wnids).encode(),
        f"{top}/words.txt": b"n00\tentity\nn01\tcrane\nn02\tcrane, wading bird\nn03\tlemon, fruit\n",
    }
    for number, wnid in enumerate(wnids):
        for index in range(4):
            name = f"{top}/train/{wnid}/images/{wnid}_{index}.JPEG"
            files[name] = image_bytes(noise(10 * number + index, 64, 64), "JPEG")
        files[f"{top}/train/{wnid}/{wnid}_boxes.txt"] = b"boxes"
    annotations = [f"val_{index}.JPEG\t{wnids[index % 3]}\t0\t0\t9\t9\n" for index in range(6)]
    files[f"{top}/val/val_annotations.txt"] = "".join(annotations).encode()
    for index in range(6):
        grey = noise(100 + index, 64, 64)[:, :, 0]
        files[f"{top}/val/images/val_{index}.JPEG"] = image_bytes(grey, "JPEG")
    return files


@contextmanager
def web_server(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[str]:
    """The address of a server on this machine whose GET is `answer`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def send(request: BaseHTTPRequestHandler, content: bytes, status: int = 200, length: int | None = None) -> None:
    """Answer with `content`, under a Content-Length that may lie."""
    request.send_response(status)
    request.send_header("Content-Length", str(len(content) if length is None else length))
    request.end_headers()
    request.wfile.write(content)
