"""Metrics that ask for dictionaries have autoencoders trained, and nothing else."""

import csv
import shutil
from pathlib import Path

import yaml

from tests.workflow.conftest import ROOT, copy_project, snakemake

RUN = Path("results/tiny/digits/baseline/seed0")
TINY = "tests/config/tiny.yaml"


def test_one_of_each_kind_and_layer_is_trained_for_a_metric_that_asks(finished: Path, tmp_path: Path) -> None:
    folder = copy_project(tmp_path / "asked")
    shutil.copytree(finished / "results", folder / "results")
    metrics = yaml.safe_load((ROOT / TINY).read_text(encoding="utf-8"))["metrics"]
    asked = {"metrics": [*metrics, "effective_features"], "autoencoder": {"active": 4, "steps": 5}}
    (folder / "asked.yaml").write_text(yaml.safe_dump(asked), encoding="utf-8")
    table = RUN / "measures/effective_features.tsv"
    output = snakemake(folder, "--", str(table), configs=(TINY, "asked.yaml"))
    assert "rule autoencode:" in output and "rule features:" not in output
    trained = {path.name for path in (folder / RUN / "round1").glob("autoencoder.*.h5")}
    layers = ("layer4.1.conv2", "avgpool")
    assert trained == {f"autoencoder.{kind}.{layer}.h5" for kind in ("topk", "l1") for layer in layers}
    with (folder / table).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    per_unit = {(row["layer"], row["quantity"]) for row in rows if row["quantity"].endswith(".per_unit")}
    assert per_unit == {(layer, f"{kind}.per_unit") for layer in layers for kind in ("topk", "l1")}
