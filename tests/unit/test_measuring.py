"""The stage that measures features, and what it shares with that which embeds them."""

from pathlib import Path

import h5py
import pytest

from superposition import plugins, tables
from superposition.config import Measures
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
