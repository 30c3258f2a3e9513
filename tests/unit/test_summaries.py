"""What the study's tables say of its rounds."""

import json
from pathlib import Path

import numpy as np
import pytest

from superposition import comparisons, summaries, tables
from superposition.config import CONTROL, Arm, Measures
from superposition.stages import collect, measure
from tests.small_results import CODE, NUMBERS, POSITIONS, activations, experiments, measures, write_features

HISTORY = "epoch\tloss\taccuracy\tlr\timages_per_s\tseconds\tpeak_memory_mb\tprecision\n"


STUDY = {
    "study": "s",
    "datasets": {"digits": {}},
    "seeds": [0, 1],
    "arms": {
        "baseline": {},
        "as_written": {"strategy": "least_confidence", "rounds": 2, "labelled": "newest", "between_rounds": "carry"},
    },
    "contrasts": [["as_written", "baseline"]],
}


def write_round(folder: Path, ids: range, epochs: int = 2) -> list[Path]:
    """history.tsv and samples.tsv of one round."""
    folder.mkdir(parents=True)
    lines = [f"{n + 1}\tnan\t0.5\t0.001\t{900 + 200 * n}\t1.5\t{400 + n}\tbf16\n" for n in range(epochs)]
    (folder / "history.tsv").write_text(HISTORY + "".join(lines), encoding="utf-8")
    samples = "".join(f"{id_}\t0\t\t\t{rank + 1}\td-0\n" for rank, id_ in enumerate(ids))
    (folder / "samples.tsv").write_text(f"id\tlabel\tpredicted\tscore\trank\tdataset\n{samples}", encoding="utf-8")
    return [folder / "history.tsv", folder / "samples.tsv"]


@pytest.fixture
def collected(tmp_path: Path) -> Path:
    """The folder of tables of a tiny study: two arms, two seeds, measured with two metrics."""
    measured, rounds, efforts = [], [], []
    for seed in (0, 1):
        for arm, count in (("baseline", 1), ("as_written", 2)):
            run = tmp_path / "digits" / arm / f"seed{seed}"
            features = []
            for round_ in range(1, count + 1):
                rounds.append(write_round(run / f"round{round_}", range(20 * round_, 20 * round_ + 10 * count)))
                if round_ == 2:
                    efforts.append(run / "round2" / "query.tsv")
                    tables.write(efforts[-1], tables.EFFORT, [[0.5, 2.0, 40.0 + seed]])
                shown = activations(seed + 10 * round_)
                path = run / f"round{round_}" / "features.h5"
                features.append(write_features(path, shown, arm=arm, seed=seed, round_=round_))
            for metric in ("accuracy", "cosine"):
                measured.append(run / "measures" / f"{metric}.tsv")
                chosen = {"written_by": CODE, "metric": metric, "layers": ["avgpool"], "limits": Measures()}
                measure.run(features=features, autoencoders=[], **chosen, table=measured[-1])
    names = ("measures", "distributions", "experiments", "contrasts", "adjusted", "published")
    out = {name: tmp_path / "tables" / f"{name}.tsv" for name in names}
    histories, samples = map(list, zip(*rounds, strict=True))
    inputs = {"measured": measured, "histories": histories, "samples": samples, "efforts": efforts}
    collect.run(**inputs, study=json.dumps(STUDY), **out)
    return tmp_path / "tables"


def test_collect_parts_scalars_from_distributions(collected: Path) -> None:
    scalars, curves = (tables.read(collected / f"{name}.tsv") for name in ("measures", "distributions"))
    assert list(scalars) == tables.SCALARS and list(curves) == tables.MEASURES
    assert len(scalars) == 6 * (1 + NUMBERS) and len(curves) == 6 * POSITIONS
    assert scalars["value"].notna().all() and curves["at"].notna().all()


def test_experiments_count_what_is_labelled_and_trained_on(collected: Path) -> None:
    found = tables.read(collected / "experiments.tsv").set_index(["arm", "seed", "round"])
    assert found.loc[("baseline", 0, 1), ["labelled", "trained_on"]].tolist() == [10, 10]
    assert found.loc[("as_written", 1, 1), ["labelled", "trained_on"]].tolist() == [20, 20]
    assert found.loc[("as_written", 1, 2), ["labelled", "trained_on"]].tolist() == [40, 20]
    row = found.loc[("as_written", 0, 2)]
    assert row["strategy"] == "least_confidence" and row["between_rounds"] == "carry"
    assert row[["epochs", "seconds", "images_per_s", "peak_memory_mb"]].tolist() == [2, 3.0, 1000.0, 401]
    assert found["query_seconds"].isna().sum() == 4, "in first rounds"
    assert found.loc[[("as_written", 0, 2), ("as_written", 1, 2)], "query_seconds"].tolist() == [42.5, 43.5]
    logits = activations(20)
    assert row["accuracy"] == np.mean(logits.logits.argmax(1) == logits.labels)


def test_experiments_join_settings_and_results(collected: Path) -> None:
    found = tables.read(collected / "experiments.tsv")
    scalars = tables.read(collected / "measures.tsv")
    for row in found.to_dict("records"):
        arm = collect.Study.model_validate(STUDY).arms[row["arm"]].training
        assert (row["network"], row["batch_size"], row["lr"]) == (arm.network, arm.batch_size, arm.optimiser.lr)
        assert (row["optimiser"], row["schedule"], row["weights"]) == ("adam", "constant", "")
        assert row["precision"] == "bf16", "as its history says"
        run = (scalars[tables.RUN] == [row[name] for name in tables.RUN]).all(axis=1)
        for measured in scalars[run & (scalars["quantity"] == "sample.mean")].to_dict("records"):
            assert row[f"cosine sample.mean, {measured['layer']}"] == measured["value"]


def test_accuracy_stays_empty_where_it_was_not_measured(tmp_path: Path) -> None:
    history, samples = write_round(tmp_path / "digits" / "baseline" / "seed0" / "round1", range(5))
    arms = {"baseline": collect.Study.model_validate(STUDY).arms["baseline"]}
    found = summaries.experiments([history], [samples], [], measures().iloc[:0], arms)
    assert found["accuracy"].isna().all() and found["labelled"].tolist() == [5]


def test_a_control_has_no_samples(tmp_path: Path) -> None:
    history, samples = write_round(tmp_path / "digits" / "untrained" / "seed0" / "round1", range(5), epochs=0)
    arms = {"untrained": Arm.model_validate(CONTROL)}
    found = summaries.experiments([history], [samples], [], measures().iloc[:0], arms).iloc[0]
    assert found[["labelled", "trained_on", "epochs", "seconds"]].tolist() == [0, 0, 0, 0]


def test_equal_digests_mean_equal_samples(collected: Path, tmp_path: Path) -> None:
    digests = tables.read(collected / "experiments.tsv").set_index(["arm", "seed", "round"])["samples"]
    assert digests.str.fullmatch("[0-9a-f]{8}").all()
    assert digests["as_written", 0, 1] == digests["as_written", 1, 1] != digests["as_written", 0, 2]
    ids = range(20, 60)
    at_once = write_round(tmp_path / "again/digits/baseline/seed0/round1", ids[::-1])
    in_two = [
        write_round(tmp_path / f"again/digits/halves/seed0/round{r}", half)
        for r, half in ((1, ids[1::2]), (2, ids[::2]))
    ]
    histories, samples = map(list, zip(at_once, *in_two, strict=True))
    arm = collect.Study.model_validate(STUDY).arms["baseline"]
    arms = {"baseline": arm, "halves": arm}
    found = summaries.experiments(histories, samples, [], measures().iloc[:0], arms)["samples"]
    assert found[0] == found[2] != found[1]


def test_contrasts_pair_the_seeds(collected: Path) -> None:
    found = tables.read(collected / "contrasts.tsv")
    assert list(found) == comparisons.CONTRASTS and len(found) == 2 * (1 + NUMBERS)
    assert found["same_samples"].dtype == bool
    scalars = tables.read(collected / "measures.tsv")
    chosen = scalars[scalars["quantity"] == "sample.mean"].set_index(["arm", "seed", "round"])["value"]
    row = found[found["quantity"] == "sample.mean"].iloc[-1]
    what = {"dataset": "digits", "layer": "avgpool", "metric": "cosine", "a": "as_written", "b": "baseline", "n": 2}
    assert {**row, **what, "round_a": 2, "round_b": 1, "same_samples": False} == dict(row)
    expected = np.mean([chosen["as_written", seed, 2] - chosen["baseline", seed, 1] for seed in (0, 1)])
    assert row["difference"] == pytest.approx(expected)
    assert row["low"] < row["difference"] < row["high"]


def test_by_arm_gives_the_spread_over_seeds() -> None:
    found = summaries.by_arm(measures())
    row = found.loc[("digits", "avgpool", "cosine", "sample.mean")]
    assert [row[what, "least_confidence"] for what in ("mean", "std", "count")] == pytest.approx([0.61, 0.01, 3])
    assert found.index[0][2] == "accuracy"


def test_effort_adds_up_rounds_and_averages_seeds() -> None:
    found = summaries.effort(experiments()).loc[("digits", "random")]
    assert found.to_dict() == {
        "seeds": 3,
        "rounds": 3,
        "labelled": 300,
        "seconds": 30.0 + 60 + 90,
        "images_per_s": 1000.0,
        "peak_memory_mb": 503.0,
    }
