"""The stages that measure and embed features, and t-SNE."""

from pathlib import Path

import h5py
import numpy as np
import pytest

from superposition import plugins, tables
from superposition.config import Measures
from superposition.embedding import tsne
from superposition.errors import InputError
from superposition.stages import embed, measure
from tests.small_results import CODE, NUMBERS, POSITIONS, activations, write_features


def measured(features: list[Path], metric: str, table: Path, layer: str = "avgpool", code: str = CODE) -> None:
    """Run the stage."""
    chosen = {"written_by": code, "metric": metric, "layers": [layer], "limits": Measures()}
    measure.run(features=features, autoencoders=[], **chosen, table=table)


def test_measure_writes_a_row_a_quantity_and_position(tmp_path: Path) -> None:
    paths = [write_features(tmp_path / f"{r}.h5", activations(r), arm="random", seed=4, round_=r) for r in (1, 2)]
    measured(paths, "cosine", tmp_path / "m.tsv")
    found = tables.read(tmp_path / "m.tsv")
    assert list(found) == ["dataset", "arm", "seed", "round", "layer", "metric", "quantity", "at", "value"]
    assert (found["at"].isna()).sum() == 2 * NUMBERS and found["at"].notna().sum() == 2 * POSITIONS
    second = found[(found["round"] == 2) & (found["quantity"] == "sample.mean")]
    expected = plugins.load("metric", "cosine").measure(activations(2))["sample.mean"]
    assert second[["dataset", "arm", "seed", "value"]].to_numpy().tolist() == [["digits", "random", 4, expected]]


def test_a_metric_with_its_own_layers_ignores_the_studys(tmp_path: Path) -> None:
    path = write_features(tmp_path / "f.h5", activations())
    measured([path], "accuracy", tmp_path / "m.tsv", layer="no such layer")
    assert tables.read(tmp_path / "m.tsv")["layer"].tolist() == ["logits"]


def test_features_of_other_code_are_refused_by_both_stages_before_they_begin(tmp_path: Path) -> None:
    paths = [write_features(tmp_path / name, activations(n=40)) for name in ("a.h5", "b.h5")]
    with h5py.File(paths[1], "r+") as file:
        file.attrs["code"] = "fedcba9876543210"
    message = rf"b\.h5: written by code fedcba9876543210, not {CODE}; delete it and run again"
    with pytest.raises(InputError, match=message):
        measured(paths, "accuracy", tmp_path / "m.tsv")
    with pytest.raises(InputError, match=message):
        embed.run(features=paths[1], written_by=CODE, layer="avgpool", seed=0, table=tmp_path / "tsne.tsv")
    with pytest.raises(InputError, match=rf"a\.h5: written by code {CODE}, not 0;"):
        measured(paths[:1], "accuracy", tmp_path / "m.tsv", code="0")
    assert not list(tmp_path.glob("*.tsv"))


@pytest.mark.parametrize("metric", plugins.names("metric"))
def test_every_measure_names_the_file_that_was_cut_short(metric: str, tmp_path: Path) -> None:
    whole, cut = (write_features(tmp_path / name, activations()) for name in ("a.h5", "b.h5"))
    cut.write_bytes(cut.read_bytes()[:-1])
    with pytest.raises(InputError, match=r"b\.h5: not a whole features file \(.+\); delete it and run again"):
        measured([whole, cut], metric, tmp_path / "m.tsv")


def test_embed_writes_a_point_a_sample(tmp_path: Path) -> None:
    shown = activations(n=40)
    path = write_features(tmp_path / "f.h5", shown)
    for name in ("a", "b"):
        embed.run(features=path, written_by=CODE, layer="avgpool", seed=0, table=tmp_path / f"tsne.{name}.tsv")
    found = tables.read(tmp_path / "tsne.a.tsv")
    assert list(found) == tables.EMBEDDING
    assert found["id"].tolist() == shown.ids.tolist()
    assert found["class"].tolist() == [f"class {label}" for label in shown.labels]
    assert np.isfinite(found[["x", "y"]]).all(axis=None)
    assert (tmp_path / "tsne.a.tsv").read_bytes() == (tmp_path / "tsne.b.tsv").read_bytes()


def test_tsne_keeps_far_groups_apart() -> None:
    rng = np.random.default_rng(0)
    layout = tsne(np.concatenate([rng.normal(0, 0.1, (40, 16)), rng.normal(3, 0.1, (40, 16))]).astype(np.float32), 0)
    assert layout.shape == (80, 2)
    nearest = np.linalg.norm(layout[:, None] - layout + 1e9 * np.eye(80)[..., None], axis=2).argmin(1)
    assert ((nearest < 40) == (np.arange(80) < 40)).all()


@pytest.mark.parametrize("n", [2, 5, 20])
def test_tsne_of_few_samples(n: int) -> None:
    assert np.isfinite(tsne(np.random.default_rng(0).normal(size=(n, 16)), 0)).all()


def test_tsne_of_equal_samples_is_refused() -> None:
    with pytest.raises(InputError, match="t-SNE needs samples that differ, not 9 with the same features"):
        tsne(np.ones((9, 4)), 0)
