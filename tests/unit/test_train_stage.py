"""The stages that learn, on files: bit-equal when repeated, and one round after the other."""

import csv
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from superposition import networks, samples, streams
from superposition.errors import InputError
from superposition.stages import start
from tests.small_learning import CLASSES, SETTINGS, Study, learn, make_study, outputs, write_images

import torchvision  # isort: skip  (after superposition.eager)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return make_study(tmp_path_factory.mktemp("study"))


def weights(path: Path) -> dict[str, torch.Tensor]:
    return torch.load(path, weights_only=True)


def equal(left: Path, right: Path) -> bool:
    one, other = weights(left), weights(right)
    return one.keys() == other.keys() and all(torch.equal(one[key], other[key]) for key in one)


def test_the_same_config_and_seed_give_the_same_bits(study: Study, tmp_path: Path) -> None:
    """In another process, through the command line, with augmentation and bf16, on as many threads."""
    again = outputs(tmp_path)
    flags = {"images": study.images, "samples": study.samples, "training": SETTINGS.model_dump_json()}
    flags |= {"seed": 1, "round": 1, "member": 1, "code": "c0de", **again._asdict()}
    words = [word for key, value in flags.items() for word in (f"--{key}", str(value))]
    command = [sys.executable, "-m", "superposition", "train", "--begin", *words]
    environment = {**os.environ, "OMP_NUM_THREADS": str(torch.get_num_threads())}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert not done.returncode, done.stderr
    assert equal(again.checkpoint, study.trained.checkpoint)
    assert again.checkpoint.read_bytes() == study.trained.checkpoint.read_bytes()
    assert again.optimiser.read_bytes() == study.trained.optimiser.read_bytes()
    assert re.search(r"epoch 2/2  loss \d\.\d{4}  accuracy \d+\.\d%  \d+ images/s  0 s left", done.stderr)


CHANGES: list[dict[str, Any]] = [{"seed": 2}, {"round": 2}, {"member": 2}, {"epochs": 1}, {"augment": []}]
CHANGES += [{"precision": "fp32"}, {"dropout": 0.5}]


@pytest.mark.parametrize("change", CHANGES)
def test_another_seed_round_or_setting_gives_other_weights(
    change: dict[str, Any], study: Study, tmp_path: Path
) -> None:
    other = learn(study.images, [study.samples], tmp_path, **change)
    assert not equal(other.checkpoint, study.trained.checkpoint)


def test_arms_of_a_seed_have_the_same_first_weights(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever they train on and however; another seed, or another member of a committee, has others."""
    built: list[torch.Tensor] = []
    build = networks.build

    def noted(*arguments: Any, **options: Any) -> Any:
        network = build(*arguments, **options)
        built.append(torch.cat([weight.detach().flatten() for weight in network.parameters()]))
        return network

    monkeypatch.setattr(networks, "build", noted)
    (tmp_path / "half.tsv").write_text("\n".join(study.samples.read_text().splitlines()[:7]))
    learn(study.images, [study.samples], tmp_path, epochs=1)
    learn(study.images, [tmp_path / "half.tsv"], tmp_path, round=2, epochs=1, schedule="cosine", batch_size=3)
    learn(study.images, [study.samples], tmp_path, seed=2, epochs=1)
    learn(study.images, [study.samples], tmp_path, member=2, epochs=1)
    assert torch.equal(built[0], built[1])
    assert not torch.equal(built[0], built[2])
    assert not torch.equal(built[0], built[3])


def test_torchvision_loads_the_checkpoint(study: Study) -> None:
    network = torchvision.models.resnet18(num_classes=len(CLASSES))
    missing, unexpected = network.load_state_dict(weights(study.trained.checkpoint), strict=False)
    assert not missing
    assert not unexpected


def test_history_has_a_row_an_epoch(study: Study) -> None:
    with study.trained.history.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    columns = ["epoch", "loss", "accuracy", "lr", "images_per_s", "seconds", "peak_memory_mb", "precision"]
    assert list(rows[0]) == columns
    assert [row["epoch"] for row in rows] == ["1", "2"]
    for row in rows:
        assert 0 <= float(row["accuracy"]) <= 1
        assert float(row["lr"]) == 1e-3
        assert float(row["images_per_s"]) == pytest.approx(12 / float(row["seconds"]))


def test_a_diverged_training_leaves_nothing(study: Study, tmp_path: Path) -> None:
    sgd = SETTINGS.optimiser.model_copy(update={"name": "sgd", "lr": 1e30})
    with pytest.raises(InputError) as error:
        learn(study.images, [study.samples], tmp_path, optimiser=sgd, round=3)
    place = "in epoch 1, at 1e+30, in round 3 (training.precision: fp32)"
    assert str(error.value) == f"training.optimiser.lr: the loss is nan {place}; try a tenth of it"
    assert not list(tmp_path.iterdir())


def test_where_half_precision_diverges_the_round_is_trained_at_single(
    study: Study, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Features of 10^6 are too much for fp16, and nothing to fp32."""
    large = weights(study.trained.checkpoint)
    large["layer4.1.bn2.weight"] = 1e6 * torch.ones_like(large["layer4.1.bn2.weight"])
    torch.save(large, tmp_path / "large.pt")
    begin = [tmp_path / "large.pt", study.trained.optimiser]
    half, single = (
        learn(study.images, [study.samples], tmp_path / name, begin=begin, precision=name) for name in ("fp16", "fp32")
    )
    assert (
        "the loss is nan in epoch 1, at 0.001, in round 1 (training.precision: fp16); training it again" in caplog.text
    )
    assert half.checkpoint.read_bytes() == single.checkpoint.read_bytes()
    with half.history.open(encoding="utf-8") as file:
        assert [row["precision"] for row in csv.DictReader(file, delimiter="\t")] == ["fp32", "fp32"]


def test_no_epochs_leave_the_first_weights(study: Study, tmp_path: Path) -> None:
    control = learn(study.images, [study.samples], tmp_path, epochs=0)
    first = networks.build("resnet18", classes=len(CLASSES), seed=streams.torch_seed(1, "weights", member=1))
    found = weights(control.checkpoint)
    assert all(torch.equal(found[key], value) for key, value in first.state_dict().items())
    assert len(control.history.read_text(encoding="utf-8").splitlines()) == 1


def test_weights_fill_all_but_the_head(study: Study, tmp_path: Path) -> None:
    """A step of almost nothing shows what training began from."""
    still = SETTINGS.optimiser.model_copy(update={"lr": 1e-30})
    options = {"epochs": 1, "optimiser": still, "seed": 7}
    fresh = weights(learn(study.images, [study.samples], tmp_path / "fresh", **options).checkpoint)
    filled = weights(
        learn(
            study.images, [study.samples], tmp_path / "filled", begin=[study.trained.checkpoint], **options
        ).checkpoint
    )
    given = weights(study.trained.checkpoint)
    for key in ("conv1.weight", "layer4.1.conv2.weight"):
        assert torch.equal(filled[key], given[key])
    for key in ("fc.weight", "fc.bias"):
        assert torch.equal(filled[key], fresh[key])


def test_carry_goes_on_from_network_and_optimiser(study: Study, tmp_path: Path) -> None:
    begin = [study.trained.checkpoint, study.trained.optimiser]
    carried = learn(study.images, [study.samples], tmp_path / "carried", begin=begin, round=2)
    steps = [{state["step"].item() for state in torch.load(path)["state"].values()} for path in (begin[1], carried[1])]
    assert steps == [{4.0}, {8.0}]

    still = SETTINGS.optimiser.model_copy(update={"lr": 1e-30})
    stayed = learn(study.images, [study.samples], tmp_path / "stayed", begin=begin, optimiser=still, seed=5)
    for key in ("conv1.weight", "fc.weight"):
        assert torch.equal(weights(stayed.checkpoint)[key], weights(begin[0])[key])


def test_begin_is_none_one_or_two_files(study: Study, tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match=r"^begin: 3 files; give none, one of weights, or a checkpoint and an optimiser"
    ):
        learn(study.images, [study.samples], tmp_path, begin=[study.trained.checkpoint] * 3)


def test_a_damaged_optimiser_state_is_named(study: Study, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.pt"
    damaged.write_bytes(study.trained.optimiser.read_bytes()[:5000])
    with pytest.raises(InputError, match=f"^{re.escape(str(damaged))}: not a state of this optimiser"):
        learn(study.images, [study.samples], tmp_path / "out", begin=[study.trained.checkpoint, damaged])


def first_list(study: Study, path: Path, rounds: int, take: float, seed: int = 1) -> list[str]:
    """The ids that `start` draws."""
    start.run(images=study.images, rounds=rounds, query=take, first=take, seed=seed, samples=path)
    return [line.split("\t")[0] for line in path.read_text(encoding="utf-8").splitlines()[1:]]


def test_first_lists_of_a_seed_share_their_samples(study: Study, tmp_path: Path) -> None:
    path = tmp_path / "samples.tsv"
    few, many, everything = (first_list(study, path, rounds, 1 / rounds) for rounds in (4, 2, 1))
    assert (len(few), len(many), len(everything)) == (6, 12, 24)
    assert few == many[:6]
    assert many == everything[:12]
    assert sorted(map(int, everything)) == list(range(0, 72, 3))
    assert first_list(study, path, 1, 1, seed=2) != everything


def test_a_first_list_may_have_a_size_of_its_own(study: Study, tmp_path: Path) -> None:
    start.run(images=study.images, rounds=3, query=8, first=5, seed=1, samples=tmp_path / "samples.tsv")
    assert len(samples.read_ids([tmp_path / "samples.tsv"])) == 5


def test_a_list_of_another_dataset_is_refused(study: Study, tmp_path: Path) -> None:
    """Another archive under the same name, or an id that the images lack."""
    other = write_images(tmp_path / "images.h5", train=27)
    with pytest.raises(InputError, match=r"samples.tsv: a list of colours-\w{8}, not of colours-\w{8}; delete"):
        learn(other, [study.samples], tmp_path / "out")
    foreign = tmp_path / "foreign.tsv"
    changed = re.sub(r"^\d+(?=.*\t1\tcolours)", "1", study.samples.read_text(encoding="utf-8"), flags=re.MULTILINE)
    foreign.write_text(changed, encoding="utf-8")
    with pytest.raises(InputError, match=r"foreign.tsv: id 1 is not in .*images.h5; delete the list"):
        learn(study.images, [foreign], tmp_path / "out")
    assert not (tmp_path / "out").exists()
