"""Kernels on numpy's arrays, on torch's, and on a GPU where there is one; which of them is chosen, and when."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from superposition import arrays, neighbours, pairs, silhouettes
from superposition.activations import Distribution, Quantities

DEVICES = ["cpu", pytest.param("cuda", marks=pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU"))]
PACKAGES = Path(arrays.__file__).parents[1]

RANDOM = np.random.default_rng(0)
OF = RANDOM.integers(0, 7, 900)
VALUES = np.maximum(RANDOM.normal(size=(7, 40))[OF] + RANDOM.normal(size=(900, 40)), 0).astype(np.float32)
DRAWN = RANDOM.permutation(900)[:300]


def numbers(quantities: Quantities) -> np.ndarray:
    """All of them, one after the other."""
    found = [quantity.value if isinstance(quantity, Distribution) else [quantity] for quantity in quantities.values()]
    return np.concatenate(found)


KERNELS: dict[str, Callable[[], np.ndarray]] = {
    "pairs": lambda: numbers(pairs.described(VALUES, "")),
    "pairs of a sample": lambda: numbers(pairs.described(VALUES, "", DRAWN)),
    "pairs with the diagonal": lambda: numbers(pairs.described_with_diagonal(VALUES, "")),
    "silhouettes": lambda: silhouettes.silhouettes(silhouettes.euclidean_sums(VALUES, OF), OF, np.bincount(OF)),
    "silhouettes of a sample": lambda: np.array(silhouettes.sampled_euclidean(VALUES, OF, DRAWN)),
    "neighbours": lambda: neighbours.distances_to_nearest_two(VALUES, DRAWN),
}


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("device", DEVICES)
def test_torch_gives_what_numpy_gives(device: str, kernel: str, monkeypatch: pytest.MonkeyPatch) -> None:
    expected, moved = KERNELS[kernel](), []

    def placed(values: np.ndarray) -> torch.Tensor:
        moved.append(torch.from_numpy(values).to(device))
        return moved[-1]

    monkeypatch.setattr(arrays, "placed", placed)
    assert KERNELS[kernel]() == pytest.approx(expected, abs=1e-5)
    assert moved and all(tensor.dtype == torch.float32 for tensor in moved)


def test_products_keep_single_precision() -> None:
    assert torch.get_float32_matmul_precision() == "highest"


def test_many_rows_go_to_a_gpu_if_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrays, "MANY", len(VALUES))
    placed = arrays.placed(VALUES)
    assert isinstance(placed, np.ndarray) != torch.cuda.is_available()
    assert np.array_equal(arrays.to_numpy(placed), VALUES)
    assert arrays.placed(VALUES[1:]).base is VALUES


def test_a_driver_without_a_gpu_leaves_numpys_arrays(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(arrays, "MANY", 1)
    monkeypatch.setattr(arrays, "DRIVER", tmp_path)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert arrays.placed(VALUES) is VALUES


def test_torch_is_not_loaded_where_there_is_no_driver() -> None:
    code = "import sys, pathlib, numpy; from superposition import arrays, pairs; arrays.MANY = 1\n"
    code += "arrays.DRIVER = pathlib.Path('nowhere'); pairs.described(numpy.eye(3, dtype='f'), '')\n"
    code += "print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=PACKAGES, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "False"
