"""A finished study holds what it should, and a broken one says why before it starts."""

import csv
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import torch
import torchvision.models
import yaml

from superposition import unit_files
from tests.workflow.conftest import ROOT, copy_project, snakemake, verified

RUNS = Path("results/tiny/digits")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def ids(path: Path) -> list[int]:
    return [int(row["id"]) for row in rows(path)]


def weights(path: Path) -> dict[str, torch.Tensor]:
    return torch.load(path, weights_only=True)


def equal(a: dict[str, torch.Tensor], b: dict[str, torch.Tensor]) -> bool:
    return a.keys() == b.keys() and all(torch.equal(a[key], b[key]) for key in a)


def test_the_lists_of_a_run_cover_the_pool_once(finished: Path) -> None:
    for arm in ("least_confidence", "committee", "carried"):
        run = finished / RUNS / arm / "seed0"
        taken = ids(run / "round1/samples.tsv") + ids(run / "round2/samples.tsv")
        assert len(taken) == 120
        assert sorted(taken) == sorted(ids(finished / RUNS / "baseline/seed0/round1/samples.tsv"))


def test_arms_of_a_seed_begin_with_the_same_samples(finished: Path) -> None:
    everything = ids(finished / RUNS / "baseline/seed0/round1/samples.tsv")
    for arm in ("least_confidence", "committee", "carried"):
        assert ids(finished / RUNS / arm / "seed0/round1/samples.tsv") == everything[:60]


def test_a_query_says_what_it_chose_and_why(finished: Path) -> None:
    queried = rows(finished / RUNS / "least_confidence/seed0/round2/samples.tsv")
    scores = [float(row["score"]) for row in queried]
    assert scores == sorted(scores, reverse=True)
    assert 0 < scores[-1] < scores[0] < 0.9
    assert {row["predicted"] for row in queried} <= {str(digit) for digit in range(10)}


def test_a_checkpoint_loads_in_plain_torchvision(finished: Path) -> None:
    network = torchvision.models.resnet18(num_classes=10)
    network.conv1 = torch.nn.Conv2d(3, 64, 3, padding=1, bias=False)
    saved = weights(finished / RUNS / "carried/seed0/round2/checkpoint.pt")
    missing, unexpected = network.load_state_dict(saved, strict=False)
    assert not missing
    assert not unexpected


def test_what_resumes_an_arm_is_kept_only_where_an_arm_starts_from_it(finished: Path) -> None:
    kept = {path.relative_to(finished / RUNS) for path in finished.glob(f"{RUNS}/**/optimiser.pt")}
    assert kept == {Path("baseline/seed0/round1/optimiser.pt")}
    assert not list(finished.glob(f"{RUNS}/**/pool.h5"))


def test_a_committees_other_networks_leave_how_they_were_trained_alone(finished: Path) -> None:
    members = finished / RUNS / "committee/seed0"
    assert [path.relative_to(members) for path in members.glob("round*/member*/[!.]*")] == [
        Path("round1/member2/history.tsv")
    ]
    log = (finished / "results/tiny/logs/digits/committee/seed0/round1/member2/train.log").read_text(encoding="utf-8")
    assert "epoch 1/1" in log
    trained = rows(members / "round1/member2/history.tsv")[0]["seconds"]
    assert rows(members / "round2/query.tsv")[0]["training_seconds"] == trained


def test_a_run_says_what_became_of_every_sample(finished: Path) -> None:
    picks = rows(finished / RUNS / "least_confidence/seed0/picks.tsv")
    everything = ids(finished / RUNS / "baseline/seed0/round1/samples.tsv")
    assert [int(row["id"]) for row in picks] == sorted(everything)
    queried = {int(row["id"]): row for row in rows(finished / RUNS / "least_confidence/seed0/round2/samples.tsv")}
    for row in picks:
        if row["round"] == "2":
            assert float(row["score"]) == float(queried[int(row["id"])]["score"])


def test_the_tables_have_a_row_for_everything(finished: Path) -> None:
    tables = finished / "results/tiny/tables"
    experiments = rows(tables / "experiments.tsv")
    labelled = {(row["arm"], row["round"]): int(row["labelled"]) for row in experiments}
    trained_on = {(row["arm"], row["round"]): int(row["trained_on"]) for row in experiments}
    assert labelled == {
        ("baseline", "1"): 120,
        ("least_confidence", "1"): 60,
        ("least_confidence", "2"): 120,
        ("committee", "1"): 60,
        ("committee", "2"): 120,
        ("carried", "1"): 60,
        ("carried", "2"): 120,
        ("untrained", "1"): 0,
    }
    assert {row["round"] for row in experiments if float(row["query_seconds"] or 0) > 0} == {"2"}
    assert trained_on["carried", "2"] == 60
    measured = {(row["arm"], row["round"], row["layer"], row["metric"]) for row in rows(tables / "measures.tsv")}
    assert len(measured) == 8 * (2 + 2 * 3)  # eight rounds: two metrics of their own layer, three of two layers


def test_the_report_stands_alone(finished: Path) -> None:
    report = finished / "results/tiny/report"
    page = (report / "index.html").read_text(encoding="utf-8")
    assert all(arm in page for arm in ("baseline", "least_confidence", "carried"))
    figures = {path.name for path in finished.glob("results/tiny/figures/digits/*.svg")}
    assert len(figures) == 18
    of_toys = {f"toys.{path.parent.name}.{path.name}" for path in finished.glob("results/tiny/toys/*/*.svg")}
    assert len(of_toys) == 5
    assert {path.name for path in report.glob("assets/*.svg")} == {f"digits.{name}" for name in figures} | of_toys
    assert page.count("<img") == len(figures) + len(of_toys)
    assert 'src="http' not in page
    assert (report / "units.html").is_file() and (report / "assets/digits.carried.layer4.1.conv2.units.js").is_file()


def test_maps_show_drawn_training_samples_among_the_test_samples(finished: Path) -> None:
    shown = rows(finished / RUNS / "carried/seed0/round2/tsne.avgpool.tsv")
    assert [row["split"] for row in shown] == ["test"] * 120 + ["train"] * 120
    assert {row["id"] for row in shown[120:]} == {str(id_) for id_ in ids(finished / RUNS / "carried/seed0/picks.tsv")}


def test_pictures_are_of_the_units_asked_for_and_of_their_matches(finished: Path) -> None:
    paper = [8, 54, 200, 455]
    path = finished / RUNS / "least_confidence/seed0/round2/maximised.native.h5"
    found = unit_files.read(path, "layer4.1.conv2")
    matches = {
        int(row["match"])
        for row in rows(finished / "results/tiny/digits/matches.tsv")
        if (row["layer"], row["a"], row["b"]) == ("layer4.1.conv2", "baseline", "least_confidence")
        and int(row["unit"]) in paper
    }
    assert found["units"].tolist()[:4] == found["asked"].tolist() == paper
    assert {*found["units"].tolist()} == {*paper} | matches
    assert found["images"].shape == (len(found["units"]), 1, 8, 8, 3)
    before = path.read_bytes()
    snakemake(finished, "--forcerun", "maximise", "--until", "maximise", "--", str(path.relative_to(finished)))
    assert path.read_bytes() == before


def test_a_study_of_toy_models_alone_runs(finished: Path, tmp_path: Path) -> None:
    folder = copy_project(tmp_path / "toys")
    toys = yaml.safe_load((ROOT / "tests/config/tiny.yaml").read_text(encoding="utf-8"))["toys"]
    (folder / "toys.yaml").write_text(yaml.safe_dump({"study": "toys", "toys": toys}), encoding="utf-8")
    output = snakemake(folder, configs=("toys.yaml",))
    assert "Study toys: 3 toy models (sweep, cubic, chosen)." in output and "rule collect" not in output
    made = {path.relative_to(folder / "results/toys/toys") for path in folder.glob("results/toys/toys/*/*.tsv")}
    assert made == {
        path.relative_to(finished / "results/tiny/toys") for path in finished.glob("results/tiny/toys/*/*.tsv")
    }
    for path in made:
        assert rows(folder / "results/toys/toys" / path) == rows(finished / "results/tiny/toys" / path), path
    assert (folder / "results/toys/report/index.html").is_file()


def test_snakemakes_own_report_has_captions_and_labels(finished: Path, tmp_path: Path) -> None:
    snakemake(finished, "--report", str(tmp_path / "report.zip"))
    with zipfile.ZipFile(tmp_path / "report.zip") as packed:
        text = "".join(packed.read(name).decode() for name in packed.namelist() if name.endswith((".js", ".html")))
    for expected in ("t-SNE of the test samples", "Figures", "Tables", "Runs", "least_confidence", "Toy models"):
        assert expected in text, expected


def test_a_deleted_round_comes_back_bit_for_bit(finished: Path) -> None:
    checkpoint = finished / RUNS / "least_confidence/seed0/round1/checkpoint.pt"
    before = weights(checkpoint)
    checkpoint.unlink()
    snakemake(finished, "--until", "train", "--forcerun", "train", "--", str(checkpoint.relative_to(finished)))
    assert equal(before, weights(checkpoint))


def test_keeping_the_last_round_alone_leaves_the_same_tables(finished: Path, tmp_path: Path) -> None:
    folder = copy_project(tmp_path / "last")
    layer = folder / "last.yaml"
    arms = "{baseline: null, committee: null, carried: null, untrained: null}"
    layer.write_text(f"keep: last\narms: {arms}\ncontrasts: []\nfigures: []\n", encoding="utf-8")
    snakemake(folder, configs=("tests/config/tiny.yaml", "last.yaml"))
    run = folder / RUNS / "least_confidence/seed0"
    assert sorted(path.name for path in (run / "round1").glob("[!.]*")) == ["history.tsv", "samples.tsv"]
    assert "All of them are as they were written" in verified(folder, "tests/config/tiny.yaml", "last.yaml")
    assert {"checkpoint.pt", "features.h5"} <= {path.name for path in (run / "round2").iterdir()}
    whole = [row for row in rows(finished / "results/tiny/tables/measures.tsv") if row["arm"] == "least_confidence"]
    assert rows(folder / "results/tiny/tables/measures.tsv") == whole


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        ("training: {epoch: 3}", "error: training.epoch: no such key; choose from network, stem, weights, epochs"),
        (
            "arms: {x: {strategy: entropie}}",
            "error: arms.x.strategy: 'entropie' is none of badge, bald, cluster_margin",
        ),
        (
            "arms: {committee: {committee: 1}}",
            "error: arms.committee.committee: 1 is not right: input should be greater",
        ),
        ("arms: {carried: {strategy: mean_kl}}", "error: arms.carried.committee: mean_kl needs one; give the number"),
        ("training: {network: resnet19}", "network: 'resnet19' is none of alexnet"),
        ("layers: [layer5]", "error: layers (resnet18): 'layer5' is none of "),
        ("arms: {carried: {query: 120}}", "arms.carried.rounds: 2 rounds of query 120 don't fit a pool of 120"),
        ("datasets: {cifar10: {archive: no.tar}}", "error: datasets.cifar10.archive: no file at 'no.tar'"),
        ("arms: {carried: {start: carried}}", "error: arms.carried.start: 'carried' starts from itself"),
        (
            "toys: {models: {sweep: {dimensions: 5}}}",
            "error: toys.models.sweep: 5 dimensions for 5 features; give fewer",
        ),
        (
            "toys: {bounds: {cubic: {activation: power2}}}",
            "error: toys.bounds.cubic.activation: 'power2' answers x and",
        ),
    ],
)
def test_a_faulty_config_ends_in_one_line_before_any_job(tmp_path: Path, layer: str, message: str) -> None:
    (tmp_path / "layer.yaml").write_text(layer, encoding="utf-8")
    command = [sys.executable, "-m", "snakemake", "--cores", "1", "--snakefile", str(ROOT / "Snakefile")]
    configs = ["--configfile", str(ROOT / "tests/config/tiny.yaml"), "layer.yaml"]
    done = subprocess.run([*command, *configs], cwd=tmp_path, capture_output=True, text=True, check=False)
    errors = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert done.returncode != 0
    assert len(errors) == 1
    assert message in errors[0]
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "results/tiny").exists()
