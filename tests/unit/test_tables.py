"""From features and histories to the study's tables."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from superposition import plugins, summaries, tables
from superposition.config import Arm
from superposition.embedding import tsne
from superposition.errors import InputError
from superposition.stages import collect, embed, measure
from tests.small_results import activations, experiments, measures, write_features

HISTORY = "epoch\tloss\taccuracy\tlr\timages_per_s\tseconds\tpeak_memory_mb\n"
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


def rounds_of(arm: str, samples: list[str], seeds: tuple[int, ...] = (0, 1)) -> pd.DataFrame:
    """What experiments.tsv says of an arm whose rounds trained on `samples`; each a digest."""
    runs = [["digits", arm, seed, round_ + 1, digest] for seed in seeds for round_, digest in enumerate(samples)]
    return pd.DataFrame(runs, columns=[*tables.RUN, "samples"])


def compared(*arms: pd.DataFrame) -> pd.DataFrame:
    """The contrast of two arms, a and b, in whose rounds something was measured."""
    rounds = pd.concat(arms)
    what = {"layer": "avgpool", "metric": "cosine", "quantity": "sample.mean"}
    scalars = rounds.assign(**what, value=rounds["round"] + 0.1 * rounds["seed"])[tables.SCALARS]
    return summaries.contrasts(scalars, rounds, [("a", "b")])


def write_round(folder: Path, ids: range, epochs: int = 2) -> list[Path]:
    """history.tsv and samples.tsv of one round."""
    folder.mkdir(parents=True)
    lines = [f"{epoch + 1}\tnan\t0.5\t0.001\t{900 + 200 * epoch}\t1.5\t{400 + epoch}\n" for epoch in range(epochs)]
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
                measure.run(features=features, metric=metric, layers=["avgpool"], table=measured[-1])
    out = {
        name: tmp_path / "tables" / f"{name}.tsv" for name in ("measures", "distributions", "experiments", "contrasts")
    }
    histories, samples = map(list, zip(*rounds, strict=True))
    inputs = {"measured": measured, "histories": histories, "samples": samples, "efforts": efforts}
    collect.run(**inputs, study=json.dumps(STUDY), **out)
    return tmp_path / "tables"


def test_measure_writes_a_row_a_quantity_and_position(tmp_path: Path) -> None:
    paths = [write_features(tmp_path / f"{r}.h5", activations(r), arm="random", seed=4, round_=r) for r in (1, 2)]
    measure.run(features=paths, metric="cosine", layers=["avgpool"], table=tmp_path / "m.tsv")
    found = tables.read(tmp_path / "m.tsv")
    assert list(found) == ["dataset", "arm", "seed", "round", "layer", "metric", "quantity", "at", "value"]
    assert (found["at"].isna()).sum() == 2 * 18 and found["at"].notna().sum() == 2 * 2 * 200
    second = found[(found["round"] == 2) & (found["quantity"] == "sample.mean")]
    expected = plugins.load("metric", "cosine").measure(activations(2))["sample.mean"]
    assert second[["dataset", "arm", "seed", "value"]].to_numpy().tolist() == [["digits", "random", 4, expected]]


def test_a_metric_with_its_own_layers_ignores_the_studys(tmp_path: Path) -> None:
    path = write_features(tmp_path / "f.h5", activations())
    measure.run(features=[path], metric="accuracy", layers=["no such layer"], table=tmp_path / "m.tsv")
    assert tables.read(tmp_path / "m.tsv")["layer"].tolist() == ["logits"]


def test_embed_writes_a_point_a_sample(tmp_path: Path) -> None:
    shown = activations(n=40)
    path = write_features(tmp_path / "f.h5", shown)
    for name in ("a", "b"):
        embed.run(features=path, layer="avgpool", seed=0, table=tmp_path / f"tsne.{name}.tsv")
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


def test_collect_parts_scalars_from_distributions(collected: Path) -> None:
    scalars, curves = (tables.read(collected / f"{name}.tsv") for name in ("measures", "distributions"))
    assert list(scalars) == tables.SCALARS and list(curves) == tables.MEASURES
    assert len(scalars) == 6 * (1 + 18) and len(curves) == 6 * 400
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


def test_accuracy_stays_empty_where_it_was_not_measured(tmp_path: Path) -> None:
    history, samples = write_round(tmp_path / "digits" / "baseline" / "seed0" / "round1", range(5))
    arms = {"baseline": collect.Study.model_validate(STUDY).arms["baseline"]}
    found = summaries.experiments([history], [samples], [], measures().iloc[:0], arms)
    assert found["accuracy"].isna().all() and found["labelled"].tolist() == [5]


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
    assert list(found) == summaries.CONTRASTS and len(found) == 2 * (1 + 18)
    assert found["same_samples"].dtype == bool
    scalars = tables.read(collected / "measures.tsv")
    chosen = scalars[scalars["quantity"] == "sample.mean"].set_index(["arm", "seed", "round"])["value"]
    row = found[found["quantity"] == "sample.mean"].iloc[-1]
    what = {"dataset": "digits", "layer": "avgpool", "metric": "cosine", "a": "as_written", "b": "baseline", "n": 2}
    assert {**row, **what, "round_a": 2, "round_b": 1, "same_samples": False} == dict(row)
    expected = np.mean([chosen["as_written", seed, 2] - chosen["baseline", seed, 1] for seed in (0, 1)])
    assert row["difference"] == pytest.approx(expected)
    assert row["low"] < row["difference"] < row["high"]


def test_contrasts_leave_out_seeds_that_one_arm_lacks() -> None:
    scalars = measures()
    scalars = scalars[~((scalars["arm"] == "random") & (scalars["seed"] > 0))]
    found = summaries.contrasts(scalars, experiments(), [("random", "baseline"), ("random", "absent")])
    assert set(found["b"]) == {"baseline"} and set(found["n"]) == {1}
    assert found[["low", "high"]].isna().all(axis=None)


ONE_OF_TWO_SEEDS = [rounds_of("b", ["1st", "2nd"], (0,)), rounds_of("b", ["1st", "other"], (1,))]


@pytest.mark.parametrize(
    ("arms", "rounds", "same", "told"),
    [
        pytest.param(
            [rounds_of("a", ["1st", "half", "pool"]), rounds_of("b", ["1st", "other", "pool"])],
            [(1, 1), (2, 2), (3, 3)],
            [True, False, True],
            (2, 2),
            id="exhausted pool",
        ),
        pytest.param(
            [rounds_of("a", ["1st", "2nd"]), rounds_of("b", ["1st", "other"])],
            [(1, 1), (2, 2)],
            [True, False],
            (2, 2),
            id="pool not exhausted",
        ),
        pytest.param(
            [rounds_of("a", ["1st", "newest", "rest"]), rounds_of("b", ["1st", "other", "pool"])],
            [(1, 1), (2, 2), (3, 3)],
            [True, False, False],
            (3, 3),
            id="newest only",
        ),
        pytest.param(
            [rounds_of("a", ["1st", "half", "pool"]), rounds_of("b", ["pool"])],
            [(1, 1), (2, 1), (3, 1)],
            [False, False, True],
            (2, 1),
            id="against a single round",
        ),
        pytest.param(
            [rounds_of("a", ["pool"]), rounds_of("b", ["1st", "pool"])],
            [(1, 1), (1, 2)],
            [False, True],
            (1, 1),
            id="a single round against",
        ),
        pytest.param(
            [rounds_of("a", ["1st", "2nd", "3rd"]), rounds_of("b", ["1st", "other"])],
            [(1, 1), (2, 2)],
            [True, False],
            (2, 2),
            id="more rounds in one",
        ),
        pytest.param(
            [rounds_of("a", ["1st", "2nd"]), *ONE_OF_TWO_SEEDS],
            [(1, 1), (2, 2)],
            [True, False],
            (2, 2),
            id="same in one seed only",
        ),
        pytest.param(
            [rounds_of("a", ["1st", "2nd"], (0,)), rounds_of("b", ["1st", "2nd"], (0,))],
            [(1, 1), (2, 2)],
            [True, True],
            (2, 2),
            id="one seed, never different",
        ),
    ],
)
def test_rounds_that_are_compared_and_told(
    arms: list[pd.DataFrame], rounds: list[tuple[int, int]], same: list[bool], told: tuple[int, int]
) -> None:
    found = compared(*arms)
    assert list(zip(found["round_a"], found["round_b"], strict=True)) == rounds
    assert found["same_samples"].tolist() == same
    assert found["difference"].tolist() == pytest.approx([round_a - round_b for round_a, round_b in rounds])
    assert summaries.telling(found, alike=True)[summaries.ROUNDS].to_numpy().tolist() == [list(told)]
    assert summaries.telling(found, alike=False)[summaries.ROUNDS].to_numpy().tolist() == [list(rounds[-1])]


@pytest.mark.parametrize(
    ("arm", "alike"),
    [
        ({}, True),
        ({"rounds": 5, "strategy": "least_confidence"}, True),
        ({"rounds": 5, "between_rounds": "carry"}, False),
        ({"start": "baseline"}, False),
        ({"training": {"epochs": 7}}, False),
    ],
)
def test_arms_that_would_train_the_same_network(arm: dict, alike: bool) -> None:
    plain, other = Arm.model_validate({}), Arm.model_validate(arm)
    assert summaries.train_alike(plain, other) == summaries.train_alike(other, plain) == alike


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


def test_names_that_look_like_numbers_or_nothing_stay_text(tmp_path: Path) -> None:
    rows = [["1", "nan", "a\tb", 0.1], ["NA", "", 'q"uote', 1e-300]]
    tables.write(tmp_path / "t.tsv", ["arm", "class", "layer", "value"], rows)
    found = tables.read(tmp_path / "t.tsv")
    assert found.to_numpy().tolist() == rows
    tables.write_frame(tmp_path / "u.tsv", found)
    pd.testing.assert_frame_equal(tables.read(tmp_path / "u.tsv"), found)


@pytest.mark.parametrize(
    ("content", "why"), [("", "not a table"), ("arm\tvalue\na\tb\n", "column value has something that is no number")]
)
def test_damaged_tables_are_refused_by_name(tmp_path: Path, content: str, why: str) -> None:
    (tmp_path / "t.tsv").write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=rf"t\.tsv: .*{why}.*run again"):
        tables.read(tmp_path / "t.tsv")
