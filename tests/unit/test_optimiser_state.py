"""A training that goes on from another: optimiser states on disk."""

import math
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from superposition import networks, optimisers, training
from superposition.config import Optimiser
from superposition.errors import InputError
from tests.small_learning import TinyNet, coloured
from tests.small_training import make_batches, make_trainer


@pytest.mark.parametrize("name", ["adam", "adamw", "sgd"])
@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_two_rounds_of_carry_are_one_long_training(name: str, precision: str, tmp_path: Path) -> None:
    pixels, labels = coloured(24)
    batches, settings = make_batches(pixels, augment=("crop", "flip")), {"optimiser": {"name": name, "lr": 0.01}}
    whole = TinyNet()
    order = torch.Generator().manual_seed(0)
    list(make_trainer(whole, epochs=4, precision=precision, **settings).fit(batches, torch.from_numpy(labels), order))

    network, order = TinyNet(), torch.Generator().manual_seed(0)
    for round in (1, 2):
        trainer = make_trainer(network, epochs=2, precision=precision, **settings)
        if round == 2:
            optimisers.load(trainer.optimiser, tmp_path / "optimiser.pt")
        list(trainer.fit(batches, torch.from_numpy(labels), order))
        training.save(trainer.optimiser.state_dict(), tmp_path / "optimiser.pt")
        checkpoint = {key: value.clone() for key, value in network.state_dict().items()}
        network = TinyNet(seed=9)
        network.load_state_dict(checkpoint)
    assert all(torch.equal(value, checkpoint[key]) for key, value in whole.state_dict().items())


def state_file(path: Path, name: str = "adam", network: nn.Module | None = None, **settings: Any) -> Path:
    """The optimiser state after one step."""
    trainer = make_trainer(network or TinyNet(), optimiser={"name": name, **settings})
    for weight in trainer.network.parameters():
        weight.grad = torch.ones_like(weight)
    trainer.optimiser.step()
    training.save(trainer.optimiser.state_dict(), path)
    return path


def test_a_loaded_state_keeps_the_new_settings(tmp_path: Path) -> None:
    path = state_file(tmp_path / "optimiser.pt", lr=0.5, weight_decay=0.7)
    optimiser = optimisers.make(TinyNet(), Optimiser(lr=0.1, weight_decay=0.2))
    optimisers.load(optimiser, path)
    assert [(group["lr"], group["weight_decay"]) for group in optimiser.param_groups] == [(0.1, 0.2), (0.1, 0.0)]
    assert {state["step"].item() for state in optimiser.state.values()} == {1.0}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of optimiser states, and of files that are none."""
    folder = tmp_path_factory.mktemp("files")
    whole = state_file(folder / "adam.pt").read_bytes()
    state_file(folder / "sgd.pt", "sgd")
    state_file(folder / "another_network.pt", network=networks.build("squeezenet1_0", classes=3))
    torch.save(TinyNet().state_dict(), folder / "checkpoint.pt")
    torch.save([1, 2], folder / "list.pt")
    for name, content in {"truncated": whole[: len(whole) // 2], "empty": b"", "text": b"<html>"}.items():
        (folder / f"{name}.pt").write_bytes(content)
    return folder


@pytest.mark.parametrize(
    ("optimiser", "file"),
    [
        ("sgd", "adam"),
        *(("adam", name) for name in ("sgd", "another_network", "checkpoint", "list")),
        *(("adam", name) for name in ("truncated", "empty", "text", "missing")),
    ],
)
def test_a_wrong_optimiser_file_is_named(optimiser: str, file: str, files: Path) -> None:
    path = files / f"{file}.pt"
    with pytest.raises(InputError) as error:
        optimisers.load(optimisers.make(TinyNet(), Optimiser(name=optimiser)), path)  # type: ignore[arg-type]
    assert str(error.value).startswith(f"{path}: not a state of this optimiser (")
    assert str(error.value).endswith("; delete it and run again")
    assert "\n" not in str(error.value)


def test_a_killed_save_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.pt"
    training.save({"a": torch.ones(2)}, path)
    with pytest.raises(AttributeError):
        training.save({"a": lambda: math.nan}, path)
    assert torch.equal(torch.load(path)["a"], torch.ones(2))
    assert [file.name for file in tmp_path.iterdir()] == ["checkpoint.pt"]
