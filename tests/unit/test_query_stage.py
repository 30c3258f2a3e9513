"""From a network to the next list: predictions on the pool, a committee, a choice."""

import csv
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import torch

from superposition import images as image_files
from superposition import samples, store
from superposition.errors import InputError
from superposition.layers import PENULTIMATE
from superposition.stages import predict, query
from tests.small_learning import CLASSES, SETTINGS, Study, learn, make_study

import torchvision  # isort: skip  (after superposition.eager)

DROPPING = SETTINGS.model_copy(update={"dropout": 0.5})


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return make_study(tmp_path_factory.mktemp("study"))


def predictions(study: Study, path: Path, **changes: Any) -> Path:
    """Run `predict` on the 12 samples of 24 that the first list leaves."""
    options = {"samples": [study.samples], "checkpoint": study.trained.checkpoint, "training": SETTINGS}
    options |= {"needs": [], "passes": 0, "seed": 1, "round": 1}
    predict.run(images=study.images, pool=path, **options | changes)
    return path


@pytest.fixture(scope="module")
def pool(study: Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pool")
    return predictions(study, folder / "pool.h5", needs=["features"], passes=3, training=DROPPING)


def choose(study: Study, pool: Path, samples: Path, **changes: Any) -> list[dict[str, str]]:
    """Run `query` for round 2; the rows it wrote."""
    options = {"members": [], "histories": [], "strategy": "least_confidence", "rounds": 2}
    options |= {"query": 12, "first": 12, "seed": 1, "round": 2, "effort": samples.with_name("query.tsv")}
    query.run(images=study.images, pool=pool, samples=samples, **options | changes)
    with samples.open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def plain(study: Study) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Logits and what the head reads, by torchvision's network alone, of all training samples; and whether labelled."""
    network = torchvision.models.resnet18(num_classes=len(CLASSES)).eval()
    network.load_state_dict(torch.load(study.trained.checkpoint, weights_only=True))
    data, shown = image_files.describe(study.images), image_files.read_split(study.images, "train")
    pixels = torch.from_numpy(((shown.images / 255 - data.mean) / data.std).astype(np.float32)).permute(0, 3, 1, 2)
    with torch.no_grad():
        logits = network(pixels)
        network.fc = torch.nn.Identity()
        return logits.numpy(), network(pixels).numpy(), np.isin(shown.ids, samples.read_ids([study.samples]))


def test_the_pool_is_what_no_list_has(study: Study, pool: Path) -> None:
    logits, features, labelled = plain(study)
    ids = image_files.read_labels(study.images, "train").ids
    assert labelled.sum() == 12
    for split, rows in (("pool", ~labelled), ("labelled", labelled)):
        found = store.read(pool, split, PENULTIMATE)
        assert np.array_equal(found.ids, ids[rows])
        assert np.allclose(found.logits, logits[rows], atol=1e-4)
        assert np.allclose(found.values, features[rows], atol=1e-4)


def test_a_file_has_what_is_needed_and_no_more(study: Study, tmp_path: Path) -> None:
    whole = tmp_path / "whole.tsv"
    ids = image_files.read_labels(study.images, "train").ids
    samples.SampleList(image_files.identity(study.images), ids, ids).write(whole)
    for options, splits, layers in (
        ({"needs": ["logits"]}, {"pool"}, set()),
        ({"needs": ["labelled"]}, {"pool", "labelled"}, set()),
        ({"needs": ["features"]}, {"pool", "labelled"}, {PENULTIMATE}),
        ({"needs": ["labelled"], "samples": [whole]}, {"labelled"}, set()),
    ):
        with h5py.File(predictions(study, tmp_path / "pool.h5", **options)) as file:
            assert set(file) == splits
            assert all(set(file[split]["layers"]) == layers for split in splits)


def test_dropout_passes_differ_and_depend_on_the_seed_alone(study: Study, pool: Path, tmp_path: Path) -> None:
    def passes(path: Path) -> list[np.ndarray]:
        return [store.read(path, f"pass{number}", "logits").logits for number in (1, 2, 3)]

    state = torch.random.get_rng_state()
    again = predictions(study, tmp_path / "pool.h5", training=DROPPING, passes=3)
    assert torch.equal(torch.random.get_rng_state(), state)
    other = predictions(study, tmp_path / "other.h5", training=DROPPING, passes=3, seed=2)
    first, second, third = passes(pool)
    assert not np.allclose(first, second)
    assert not np.allclose(second, third)
    assert np.array_equal([first, second, third], passes(again))
    assert not np.allclose(first, passes(other)[0])


@pytest.mark.parametrize("strategy", ["random", "least_confidence"])
def test_a_query_takes_new_samples_and_says_why(strategy: str, study: Study, pool: Path, tmp_path: Path) -> None:
    rows = choose(study, pool, tmp_path / "samples.tsv", strategy=strategy)
    shown = store.read(pool, "pool", "logits")
    by_id = {int(id): n for n, id in enumerate(shown.ids)}
    assert sorted(int(row["id"]) for row in rows) == shown.ids.tolist(), "the last round takes the rest"
    assert [row["rank"] for row in rows] == [str(rank) for rank in range(1, 13)]
    for row in rows:
        n = by_id[int(row["id"])]
        assert int(row["label"]) == shown.labels[n]
        assert int(row["predicted"]) == shown.logits[n].argmax()
    scores = [float(row["score"]) for row in rows]
    assert scores == sorted(scores, reverse=True)


def test_a_query_depends_on_its_inputs_alone(study: Study, pool: Path, tmp_path: Path) -> None:
    first, again, other = (
        choose(study, pool, tmp_path / "samples.tsv", strategy="random", seed=seed) for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other


def test_a_round_takes_its_share(study: Study, pool: Path, tmp_path: Path) -> None:
    assert len(choose(study, pool, tmp_path / "samples.tsv", rounds=3, query=1 / 3, first=1 / 3)) == 8


def test_a_committee_is_the_measured_network_and_the_others(study: Study, pool: Path, tmp_path: Path) -> None:
    trained = learn(study.images, [study.samples], tmp_path, member=2)
    member = predictions(study, tmp_path / "member.h5", checkpoint=trained.checkpoint)
    choose(study, pool, tmp_path / "samples.tsv", strategy="mean_kl", members=[member], histories=[trained.history])
    scores = {int(row["id"]): float(row["score"]) for row in samples_of(tmp_path / "samples.tsv")}
    logits = [torch.from_numpy(store.read(path, "pool", "logits").logits).double() for path in (pool, member)]
    p, q = (values.softmax(1) for values in logits)
    mean = (p + q) / 2
    expected = ((p * (p / mean).log()).sum(1) + (q * (q / mean).log()).sum(1)) / 2
    ids = store.read(pool, "pool", "logits").ids
    assert [scores[id] for id in ids.tolist()] == pytest.approx(expected.tolist(), rel=1e-4)
    effort = samples_of(tmp_path / "query.tsv")[0]
    assert float(effort["training_seconds"]) == pytest.approx(
        sum(float(row["seconds"]) for row in samples_of(trained.history))
    )
    assert float(effort["predicting_seconds"]) > 0


def samples_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def test_bald_asks_the_dropout_passes(study: Study, pool: Path, tmp_path: Path) -> None:
    rows = choose(study, pool, tmp_path / "samples.tsv", strategy="bald")
    assert len(rows) == 12
    assert all(float(row["score"]) > 0 for row in rows)


def damaged(pool: Path, copy: Path, change: Any) -> Path:
    """A copy of a predictions file after `change(file)`."""
    copy.write_bytes(pool.read_bytes())
    with h5py.File(copy, "a") as file:
        change(file)
    return copy


def set_nan(file: h5py.File) -> None:
    file["pool/logits"][3, 1] = np.nan


def drop_features(file: h5py.File) -> None:
    del file["pool/layers/penultimate"]


def shorten(file: h5py.File) -> None:
    for name in ("logits", "labels", "ids"):
        values = file["pool"][name][:8]
        del file["pool"][name]
        file["pool"][name] = values


def drop_passes(file: h5py.File) -> None:
    for number in (1, 2, 3):
        del file[f"pass{number}"]


def rename(file: h5py.File) -> None:
    file.attrs["dataset"] = "flowers-00000000"


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        (set_nan, {}, r"round 2 \(least_confidence\): .*copy.h5: layer logits: values of 1 of 12 samples are not"),
        (
            drop_features,
            {"strategy": "k_center"},
            r"round 2 \(k_center\): .*copy.h5: no layer of pool named 'penultimate', only \(nothing\); delete the file",
        ),
        (rename, {}, r"round 2 .*copy.h5: predictions for flowers-00000000, not for colours-\w{8}; delete the file"),
        (
            shorten,
            {},
            r"round 2 .*: 12 samples are asked of a pool of 8; lower `query` or `rounds`",
        ),
        (drop_passes, {"strategy": "bald"}, r"round 2 \(bald\): .*copy.h5: has no dropout passes; delete the file"),
    ],
)
def test_bad_input_is_named_and_nothing_is_overwritten(
    change: Any, options: dict[str, Any], message: str, study: Study, pool: Path, tmp_path: Path
) -> None:
    samples = tmp_path / "samples.tsv"
    samples.write_text("before", encoding="utf-8")
    copy = damaged(pool, tmp_path / "copy.h5", change)
    with pytest.raises(InputError, match=message):
        choose(study, copy, samples, **options)
    assert samples.read_text(encoding="utf-8") == "before"
    assert not (tmp_path / "query.tsv").exists()
