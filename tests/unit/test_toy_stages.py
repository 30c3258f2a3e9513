"""The stages of toy models on files, from settings to tables."""

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from pandas import DataFrame

from superposition import tables
from superposition.stages import toy_compare, toy_measure, toy_select, toy_train
from superposition.toys import files, learning, packed, prediction
from tests.small_toys import models, selection

ARMS = ["random", "most_active", "k_center"]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "UNSEEN", learning.BLOCK)
    monkeypatch.setattr(prediction, "STEPS", 20)


def names(folder: Path) -> list[str]:
    return sorted(item.name for item in folder.iterdir())


def trained_and_measured(folder: Path, **changes: Any) -> tuple[DataFrame, DataFrame]:
    """The tables of models and of features."""
    toy, paths = models(**changes).model_dump_json(), {name: folder / f"{name}.tsv" for name in ("summary", "features")}
    toy_train.run(toy=toy, study="s", name="a", code="abc", models=folder / "models.h5")
    toy_measure.run(toy=toy, models=folder / "models.h5", **paths)
    return tables.read(paths["summary"]), tables.read(paths["features"])


def test_models_go_from_settings_to_tables(tmp_path: Path) -> None:
    folder = tmp_path / "toys" / "a"
    changes: dict[str, Any] = {"activations": ["linear", "relu"], "occurrence": ["independent", "correlated"]}
    summary, features = trained_and_measured(folder, seeds=[0, 1], **changes)
    assert names(folder) == ["features.tsv", "models.h5", "summary.tsv"]
    assert len(summary) == 16 and len(features) == 16 * 6
    assert summary["activation"].tolist() == ["linear"] * 8 + ["relu"] * 8
    assert summary["occurrence"].tolist() == (["independent"] * 4 + ["correlated"] * 4) * 2
    assert summary["density"].tolist() == [0.5, 0.5, 0.1, 0.1] * 4 and summary["seed"].tolist() == [0, 1] * 8
    assert features["feature"].tolist() == [1, 2, 3, 4, 5, 6] * 16
    numbers = {"loss", "loss_over_mean", "represented", "dimensions_per_feature", "largest_overlap", "filled"}
    assert numbers <= set(summary) and summary[[*numbers]].notna().all(axis=None)
    assert (summary["loss_over_mean"] > 0).all() and summary["filled"].between(0, 1.001).all()
    losses = features.assign(paid=features["error"] * features["importance_of_feature"])["paid"]
    assert losses.to_numpy().reshape(16, 6).sum(axis=1) == pytest.approx(summary["loss"].to_numpy(), rel=1e-5)


def test_a_file_of_models_says_where_it_is_from(tmp_path: Path) -> None:
    toy_train.run(toy=models().model_dump_json(), study="s", name="a", code="abc", models=tmp_path / "models.h5")
    with h5py.File(tmp_path / "models.h5") as file:
        assert {name: file.attrs[name] for name in ("study", "toy", "code")} == {
            "study": "s",
            "toy": "a",
            "code": "abc",
        }
        assert "torch" in file.attrs


def test_models_without_bias_or_with_a_decoder_can_be_measured(tmp_path: Path) -> None:
    _, features = trained_and_measured(tmp_path / "one", bias=False)
    assert (features["bias"] == 0).all()
    trained_and_measured(tmp_path / "other", tied=False, hidden=["relu"])
    assert files.read(tmp_path / "other" / "models.h5").models.decoder is not None


def test_selections_go_from_settings_to_tables(tmp_path: Path) -> None:
    folder = tmp_path / "toys" / "a"
    toy = selection(arms=ARMS, seeds=[0, 1, 2], decay=0.8).model_dump_json()
    paths = {name: folder / f"{name}.tsv" for name in ("features", "rounds", "contrasts")}
    toy_select.run(toy=toy, study="s", name="a", code="abc", models=folder / "models.h5")
    toy_compare.run(toy=toy, models=folder / "models.h5", **paths)
    assert names(folder) == ["contrasts.tsv", "features.tsv", "models.h5", "rounds.tsv"]
    features, rounds, contrasts = (tables.read(path) for path in paths.values())

    assert len(features) == 3 * 3 * 3 * 6
    assert features["density"].to_numpy() == pytest.approx(np.tile(0.3 * 0.8 ** np.arange(6), 27))
    measured = {"norm", "dimensionality", "interference"}
    assert {*measured, *(f"{name}.predicted" for name in measured), "density_chosen", "error"} <= set(features)

    assert len(rounds) == 27 * len(packed.QUANTITIES)
    assert list(rounds["quantity"].unique()) == list(packed.QUANTITIES)
    assert set(zip(rounds["round"], rounds["given"], strict=True)) == {(1, 20), (2, 40), (3, 60)}
    explained = rounds[rounds["quantity"] == "explained"]
    assert explained[["value", "predicted"]].max(axis=None) < 1
    assert len(explained.groupby(["arm", "seed", "round"])) == 27

    assert contrasts.columns.to_list() == packed.CONTRASTS
    assert len(contrasts) == 2 * 3 * len(packed.QUANTITIES)
    assert set(contrasts["a"]) == {"most_active", "k_center"} and set(contrasts["b"]) == {"random"}
    first = contrasts[contrasts["round"] == 1]
    assert (first["difference"].dropna() == 0).all() and first["p_t"].isna().all()
    active = contrasts[(contrasts["quantity"] == "active") & (contrasts["a"] == "most_active")]
    assert (active["difference"] > 0).tolist() == [False, True, True] and active["predicted"].isna().all()


def test_a_killed_training_leaves_nothing_but_its_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_off(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(h5py.File, "create_group", break_off)
    with pytest.raises(KeyboardInterrupt):
        toy_train.run(toy=models().model_dump_json(), study="s", name="a", code="abc", models=tmp_path / "models.h5")
    assert names(tmp_path) == [".models.h5.state"]
