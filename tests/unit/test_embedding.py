"""Features in the plane: t-SNE of the test samples, training samples among them, and the stage that writes both."""

from pathlib import Path

import h5py
import numpy as np
import pytest

from superposition import store, tables
from superposition.activations import Activations
from superposition.embedding import tsne
from superposition.errors import InputError
from superposition.stages import embed
from tests.small_results import CODE, activations, write_features

TEST = activations(n=40)


def groups(n: int, units: int = 16) -> np.ndarray:
    """n samples about each of two far centres: float32 [2 n, unit]."""
    rng = np.random.default_rng(n)
    return np.concatenate([rng.normal(centre, 0.1, (n, units)) for centre in (0, 3)]).astype(np.float32)


def with_drawn(path: Path, drawn: Activations) -> Path:
    """A features file with training samples beside the test split."""
    write_features(path, TEST)
    with h5py.File(path, "r+") as file:
        shapes = {drawn.layer: drawn.values.shape[1:]}
        split = store.Writer(file).split("drawn", n=len(drawn.ids), classes=3, layers=shapes, dtype="float32")
        split.write(0, drawn.logits, {drawn.layer: drawn.values}, drawn.labels, drawn.ids)
    return path


def embedded(features: Path, table: Path, seed: int = 0) -> bytes:
    """The table that the stage writes."""
    embed.run(features=features, written_by=CODE, layer="avgpool", seed=seed, table=table)
    return table.read_bytes()


def test_embed_writes_a_row_a_sample(tmp_path: Path) -> None:
    path = write_features(tmp_path / "f.h5", TEST)
    assert embedded(path, tmp_path / "a.tsv") == embedded(path, tmp_path / "b.tsv")
    found = tables.read(tmp_path / "a.tsv")
    assert list(found) == tables.EMBEDDING
    assert found["split"].unique().tolist() == ["test"]
    assert found["id"].tolist() == TEST.ids.tolist()
    assert found["class"].tolist() == [f"class {label}" for label in TEST.labels]
    assert found["predicted"].tolist() == TEST.logits.argmax(axis=1).tolist()
    assert np.isfinite(found[["x", "y"]]).all(axis=None)


def test_training_samples_follow_and_move_no_test_sample(tmp_path: Path) -> None:
    drawn = activations(seed=1, n=30)
    embedded(write_features(tmp_path / "test.h5", TEST), tmp_path / "test.tsv")
    embedded(with_drawn(tmp_path / "both.h5", drawn), tmp_path / "both.tsv")
    alone, both = (tables.read(tmp_path / f"{name}.tsv") for name in ("test", "both"))
    assert both.iloc[:40].equals(alone)
    assert both["split"].iloc[40:].unique().tolist() == ["train"]
    assert both["id"].iloc[40:].tolist() == drawn.ids.tolist()
    assert both["predicted"].iloc[40:].tolist() == drawn.logits.argmax(axis=1).tolist()


def test_of_a_layer_that_was_not_drawn_there_are_test_samples_alone(tmp_path: Path) -> None:
    path = with_drawn(tmp_path / "f.h5", activations(seed=1, n=30, layer="layer4.1.conv2"))
    embedded(path, tmp_path / "f.tsv")
    assert len(tables.read(tmp_path / "f.tsv")) == len(TEST.ids)


def test_tsne_keeps_far_groups_apart() -> None:
    layout = tsne(groups(40), 0)
    assert layout.shape == (80, 2)
    nearest = np.linalg.norm(layout[:, None] - layout + 1e9 * np.eye(80)[..., None], axis=2).argmin(1)
    assert ((nearest < 40) == (np.arange(80) < 40)).all()


def test_placed_samples_come_to_lie_among_their_like() -> None:
    layout = tsne(groups(40), 0, groups(5))
    samples, placed = layout[:80], layout[80:]
    nearest = np.linalg.norm(placed[:, None] - samples, axis=2).argmin(1)
    assert ((nearest < 40) == (np.arange(10) < 5)).all()


def test_copies_of_samples_lie_about_them_on_a_map_that_leans_to_one_side() -> None:
    rng = np.random.default_rng(0)
    values = np.concatenate([rng.normal(centre, 1, (n, 16)) for centre, n in ((0, 60), (3, 8), (6, 12))])
    samples, copies = np.split(tsne(values, 0, values), 2)
    assert np.abs(samples.max(axis=0) + samples.min(axis=0)).max() > 1
    assert np.abs(np.median(copies - samples, axis=0)).max() < 0.1


def test_where_a_sample_is_placed_does_not_hang_on_the_others() -> None:
    few = tsne(groups(20), 0, groups(3))
    more = tsne(groups(20), 0, np.concatenate([groups(3), groups(7)]))
    assert more[:46] == pytest.approx(few, abs=1e-9)


@pytest.mark.parametrize("n", [2, 5, 20])
def test_tsne_of_few_samples(n: int) -> None:
    values = np.random.default_rng(0).normal(size=(n, 16))
    assert np.isfinite(tsne(values, 0, values + 0.1)).all()


def test_tsne_of_equal_samples_is_refused() -> None:
    with pytest.raises(InputError, match="t-SNE needs samples that differ, not 9 with the same features"):
        tsne(np.ones((9, 4)), 0)
