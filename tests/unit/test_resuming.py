"""A job that is cut off goes on where it was, and ends with the bits of one that was left alone."""

import logging
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import torch

from superposition import images as image_files
from superposition import inference, networks, resuming, store, tables
from superposition.config import Autoencoder, Maximisation, Optimiser
from superposition.resuming import Resumable
from superposition.stages import autoencode, maximise, start, toy_select, toy_train
from tests.small_learning import CLASSES, SETTINGS, Study, learn, make_study, outputs, write_images
from tests.small_toys import models, selection

ROOT = Path(__file__).parents[2]
LAYER = "layer4"
ABOUT: dict[str, Any] = {"study": "s", "dataset": "colours", "arm": "al", "seed": 1, "round": 1}
TIMES = ("seconds", "images_per_s", "peak_memory_mb")


class Made(NamedTuple):
    """A study, and the features of its network."""

    study: Study
    features: Path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    study = make_study(tmp_path_factory.mktemp("study"))
    features = study.images.with_name("features.h5")
    data = image_files.describe(study.images)
    network = networks.restore(study.trained.checkpoint, SETTINGS, classes=len(CLASSES))
    results = inference.outputs(network, image_files.batches(study.images, "test"), data=data, layers=[LAYER])
    with store.create(features, {**ABOUT, "code": "f00d", "classes": CLASSES}) as file:
        inference.record(file, "test", data.sizes["test"], results, "float32")
    return Made(study, features)


Job = Callable[[Made, Path], None]


def training(**changes: Any) -> Job:
    def job(made: Made, folder: Path) -> None:
        learn(made.study.images, [made.study.samples], folder, **changes)

    return job


def autoencoder(kind: str) -> Job:
    def job(made: Made, folder: Path) -> None:
        options = Autoencoder(codes=1, active=2, steps=6, batch_size=4)
        arguments = {"features": made.features, "written_by": "f00d", "kind": kind, "layer": LAYER, "code": "c0de"}
        autoencode.run(**arguments, options=options, autoencoder=folder / "autoencoder.h5")

    return job


def toy(**changes: Any) -> Job:
    def job(_: Made, folder: Path) -> None:
        settings = models(steps=6, **changes).model_dump_json()
        toy_train.run(toy=settings, study="s", name="a", code="c0de", models=folder / "models.h5")

    return job


def toy_selection(_: Made, folder: Path) -> None:
    settings = selection(steps=3, arms=["random", "highest_loss", "k_center"]).model_dump_json()
    toy_select.run(toy=settings, study="s", name="a", code="c0de", models=folder / "models.h5")


def pictures(made: Made, folder: Path) -> None:
    maximise.run(
        images=made.study.images,
        checkpoint=made.study.trained.checkpoint,
        training=SETTINGS,
        features=made.features,
        written_by="f00d",
        matches=[],
        units={LAYER: [0, 1, 2]},
        references=[],
        setting="native",
        options=Maximisation(steps=3, starts=11),  # 33 pictures: two batches
        **ABOUT,
        code="c0de",
        maximised=folder / "maximised.h5",
    )


SGD = Optimiser(name="sgd", lr=1e-2)
JOBS: dict[str, Job] = {
    "adam-bf16": training(),
    "sgd-one-cycle-dropout": training(optimiser=SGD, schedule="one_cycle", dropout=0.5, precision="fp32"),
    "fp16-in-order": training(precision="fp16", shuffle=False, batch_size=4),
    "autoencoder-topk": autoencoder("topk"),
    "autoencoder-l1": autoencoder("l1"),
    "toy": toy(),
    "toy-of-values-untied": toy(values="normal", tied=False, optimiser="adamw"),
    "toy-selection": toy_selection,
    "pictures": pictures,
}


def contents(folder: Path) -> dict[str, object]:
    """All files of a folder, without the columns of a table that tell times."""
    return {
        path.name: tables.read(path).drop(columns=[*TIMES]).to_dict() if path.suffix == ".tsv" else path.read_bytes()
        for path in folder.glob("[!.]*")
    }


@pytest.fixture(scope="module")
def undisturbed(made: Made, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, object]]:
    found = {}
    for name, job in JOBS.items():
        job(made, folder := tmp_path_factory.mktemp(name))
        found[name] = contents(folder)
    return found


class Killed(BaseException):
    """As sudden as a test can be within a process."""


def kill_after(saves: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Save after every step, and be killed right after so many saves."""
    save, left = Resumable.save, [saves]

    def saving(self: Resumable, part: str, state: resuming.State) -> None:
        save(self, part, state)
        left[0] -= 1
        if not left[0]:
            raise Killed

    monkeypatch.setattr(Resumable, "save", saving)
    monkeypatch.setattr(resuming, "EVERY_S", 0)


@pytest.mark.parametrize("saves", [1, 2, 3])
@pytest.mark.parametrize("name", JOBS)
def test_a_killed_job_ends_with_the_same_bits(
    made: Made,
    undisturbed: dict[str, dict[str, object]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    name: str,
    saves: int,
) -> None:
    with monkeypatch.context() as patched:
        kill_after(saves, patched)
        with pytest.raises(Killed):
            JOBS[name](made, tmp_path)
    assert [path.suffix for path in tmp_path.iterdir()] == [".state"]
    with caplog.at_level(logging.INFO):
        JOBS[name](made, tmp_path)
    assert "goes on from" in caplog.text
    assert contents(tmp_path) == undisturbed[name]
    assert not list(tmp_path.glob(".*"))


def test_a_job_may_be_killed_again_and_again(
    made: Made, undisturbed: dict[str, dict[str, object]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("adam-bf16", "pictures"):
        for _ in range(2):
            with monkeypatch.context() as patched:
                kill_after(1, patched)
                with pytest.raises(Killed):
                    JOBS[name](made, tmp_path / name)
        JOBS[name](made, tmp_path / name)
        assert contents(tmp_path / name) == undisturbed[name]


def test_a_kill_while_saving_leaves_the_state_before(
    made: Made, undisturbed: dict[str, dict[str, object]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, calls = torch.save, []

    def half_a_file(value: object, file: Any) -> None:
        calls.append(1)
        if len(calls) == 2:
            file.write(b"PK half")
            raise Killed
        write(value, file)

    with monkeypatch.context() as patched:
        patched.setattr(torch, "save", half_a_file)
        patched.setattr(resuming, "EVERY_S", 0)
        with pytest.raises(Killed):
            JOBS["adam-bf16"](made, tmp_path)
    assert len(list(tmp_path.rglob("*.pt"))) == 1
    JOBS["adam-bf16"](made, tmp_path)
    assert contents(tmp_path) == undisturbed["adam-bf16"]


@pytest.mark.parametrize("change", [{"seed": 2}, {"round": 2}, {"code": "0ther"}, {"label_smoothing": 0.1}])
def test_the_state_of_another_job_is_not_taken(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, change: dict
) -> None:
    with monkeypatch.context() as patched:
        kill_after(1, patched)
        with pytest.raises(Killed):
            JOBS["adam-bf16"](made, tmp_path / "state")
    with caplog.at_level(logging.INFO):
        training(**change)(made, tmp_path / "state")
    assert "the state of a job with other inputs, begins afresh" in caplog.text
    training(**change)(made, tmp_path / "clean")
    assert contents(tmp_path / "state") == contents(tmp_path / "clean")


@pytest.mark.parametrize("other", ["images", "samples", "begin"])
def test_the_state_of_a_training_on_something_else_is_not_taken(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, other: str
) -> None:
    study = made.study
    inputs: dict[str, Any] = {"images": study.images, "samples": study.samples, "begin": []}
    with monkeypatch.context() as patched:
        kill_after(1, patched)
        with pytest.raises(Killed):
            learn(inputs["images"], [inputs["samples"]], tmp_path / "state")
    if other == "images":
        inputs[other] = write_images(tmp_path / "larger.h5", size=40)
    elif other == "samples":
        inputs[other] = tmp_path / "samples.tsv"
        start.run(images=study.images, rounds=2, query=0.5, first=0.5, seed=2, samples=inputs[other])
    else:
        inputs[other] = [study.trained.checkpoint, study.trained.optimiser]
    for folder in ("state", "clean"):
        learn(inputs["images"], [inputs["samples"]], tmp_path / folder, begin=inputs["begin"])
    assert contents(tmp_path / "state") == contents(tmp_path / "clean")


class Malicious:
    """Unpickled, it would make a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[..., object], tuple[str, str]]:
        return open, (str(self.path), "w")


@pytest.mark.parametrize("damage", ["cut short", "malicious", "not a dict"])
def test_a_damaged_state_is_not_taken(
    made: Made, undisturbed: dict[str, dict[str, object]], tmp_path: Path, caplog: pytest.LogCaptureFixture, damage: str
) -> None:
    state = tmp_path / ".checkpoint.pt.state/training.bf16.pt"
    state.parent.mkdir()
    match damage:
        case "cut short":
            torch.save({"job": "x", "state": torch.ones(1000)}, state)
            state.write_bytes(state.read_bytes()[:2000])
        case "malicious":
            state.write_bytes(pickle.dumps(Malicious(tmp_path / "ran")))
        case _:
            torch.save([1, 2], state)
    JOBS["adam-bf16"](made, tmp_path)
    assert "a damaged state, begins afresh" in caplog.text
    assert contents(tmp_path) == undisturbed["adam-bf16"]


STOPPING = """
import os, signal
from superposition import resuming
from superposition.__main__ import main

between_steps, calls = resuming.Resumable.between_steps, []

def stopped(self, *arguments):
    calls.append(1)
    if len(calls) == 2:
        os.kill(os.getpid(), signal.{name})
    between_steps(self, *arguments)

resuming.Resumable.between_steps = stopped
main()
"""


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_a_signal_saves_and_says_so(
    made: Made, undisturbed: dict[str, dict[str, object]], tmp_path: Path, name: str
) -> None:
    """The second step is done, its state is saved, and the job goes on with the third."""
    flags = {"images": made.study.images, "samples": made.study.samples, "training": SETTINGS.model_dump_json()}
    flags |= {"seed": 1, "round": 1, "member": 1, "code": "c0de", **outputs(tmp_path)._asdict()}
    words = ["train", "--begin", *(word for key, value in flags.items() for word in (f"--{key}", str(value)))]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT / "workflow")}
    command = [sys.executable, "-c", STOPPING.format(name=name), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 128 + signal.SIGTERM
    assert done.stderr.splitlines()[-1] == (
        f"stopped by a signal; run again to go on from here (state in {tmp_path}/.checkpoint.pt.state)"
    )
    again = subprocess.run(
        [sys.executable, "-m", "superposition", *words], capture_output=True, text=True, check=False, env=environment
    )
    assert again.returncode == 0 and "goes on from epoch 1, step 2" in again.stderr, again.stderr
    assert contents(tmp_path) == undisturbed["adam-bf16"]
