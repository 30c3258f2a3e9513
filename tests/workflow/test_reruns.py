"""An edit re-runs exactly the jobs that it can change."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.workflow.conftest import copy_project, snakemake

PACKAGE = Path("workflow/superposition")
TINY = Path("tests/config/tiny.yaml")
Edit = Callable[[Path], None]


def planned(folder: Path) -> dict[str, int]:
    """Jobs that Snakemake would run, by rule."""
    output = snakemake(folder, "--dry-run")
    if "Nothing to be done" in output:
        return {}
    table = re.search(r"^job +count\n-+ +-+\n(.*?)^total", output, re.DOTALL | re.MULTILINE)
    assert table, output
    return {rule: int(count) for rule, count in re.findall(r"^(\w+) +(\d+)$", table[1], re.MULTILINE)}


@contextmanager
def edited(folder: Path, file: Path, change: Callable[[str], str]) -> Iterator[None]:
    """A file as `change` rewrites it, put back at the end with its old time."""
    path = folder / file
    before, times = path.read_text(encoding="utf-8"), path.stat()
    after = change(before)
    assert after != before
    path.write_text(after, encoding="utf-8")
    try:
        yield
    finally:
        path.write_text(before, encoding="utf-8")
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def replaced(old: str, new: str) -> Callable[[str], str]:
    return lambda text: text.replace(old, new, 1)


def appended(line: str) -> Callable[[str], str]:
    return lambda text: f"{text}\n{line}\n"


NOTHING: dict[str, int] = {}
LATE = {"collect": 1, "curves": 1, "report": 1, "all": 1}  # what follows from any new measure or training
CHOSEN = {"tally": 1, "draw": 18, **LATE}  # and from any new choice
COMMITTEE = {"train_member": 1, "predict_member": 1}
COMPARED = {"align": 6, "apart": 1}
PICTURES = {"match": 1, "maximise": 7}
LOOKED_AT = {"inspect": 8, **PICTURES}
EVERY_RUN = {
    **COMMITTEE,
    **COMPARED,
    "train": 8,
    "predict": 7,
    "query": 3,
    "features": 8,
    "measure": 25,
    "trace": 4,
}
TRAINED = {**EVERY_RUN, **LOOKED_AT, "embed": 5, **CHOSEN}
TWO_ROUNDS = {
    "match": 1,
    "maximise": 2,
    "train": 2,
    "predict": 2,
    "query": 1,
    "features": 2,
    "inspect": 2,
    "measure": 5,
    "embed": 1,
    "trace": 1,
    "apart": 1,
}
SWEPT = {"toy_train": 1, "toy_measure": 1}
CHOSEN_IN_A_TOY = {"toy_select": 1, "toy_compare": 1}
NEW_CODE = appended("_NEW_CODE = 1")

TABLE = [
    pytest.param(PACKAGE / "training.py", appended("# a comment"), NOTHING, id="comment"),
    pytest.param(PACKAGE / "training.py", replaced('"""', '"""New words: '), NOTHING, id="docstring"),
    pytest.param(PACKAGE / "config.py", appended("_NEW_CODE = 1"), NOTHING, id="config-model"),
    pytest.param(TINY, replaced("study: tiny", "study: tiny  # a comment"), NOTHING, id="config-comment"),
    pytest.param(
        TINY,
        appended("keep: last"),
        {"align": 4, "apart": 1, "match": 1, "maximise": 1, "draw": 2, "report": 1, "all": 1},
        id="keep-last",
    ),
    pytest.param(TINY, appended("gpus: 2\njobs_per_gpu: 3"), NOTHING, id="gpus"),
    pytest.param(PACKAGE / "strategies/margin.py", NEW_CODE, NOTHING, id="strategy-of-no-arm"),
    pytest.param(PACKAGE / "metrics/silhouette.py", NEW_CODE, {"measure": 5, "draw": 10, **LATE}, id="metric"),
    pytest.param(
        PACKAGE / "similarity.py",
        NEW_CODE,
        {**COMPARED, "draw": 1, "report": 1, "all": 1},
        id="how-networks-are-compared",
    ),
    pytest.param(PACKAGE / "published.tsv", appended(""), {**LATE, "draw": 10}, id="the-paper's-numbers"),
    pytest.param(PACKAGE / "figures/tsne.py", NEW_CODE, {"draw": 1, "report": 1, "all": 1}, id="figure"),
    pytest.param(PACKAGE / "embedding.py", NEW_CODE, {"embed": 5, "draw": 1, "report": 1, "all": 1}, id="t-SNE"),
    pytest.param(
        TINY, appended("figure: {width_mm: 90}"), {"draw": 18, "toy_draw": 5, "report": 1, "all": 1}, id="figure-size"
    ),
    pytest.param(
        TINY,
        appended("measures: {sample: 500}"),
        {"measure": 25, "draw": 10, **LATE},
        id="sample-size",
    ),
    pytest.param(
        TINY,
        replaced("davies_bouldin, ", ""),
        {"draw": 10, **LATE},
        id="one-metric-less",
    ),
    pytest.param(
        TINY,
        replaced("davies_bouldin, ", "davies_bouldin, effective_features, "),
        {"autoencode": 32, "measure": 5, "draw": 10, **LATE},
        id="a-metric-that-asks-for-autoencoders",
    ),
    pytest.param(
        TINY, appended("autoencoder: {active: 8}"), {"report": 1, "all": 1}, id="autoencoders-that-no-metric-asks-for"
    ),
    pytest.param(
        PACKAGE / "datasets/digits.py",
        NEW_CODE,
        {"prepare": 1, "start": 5, **TRAINED},
        id="dataset",
    ),
    pytest.param(
        PACKAGE / "networks.py",
        NEW_CODE,
        TRAINED,
        id="network",
    ),
    pytest.param(
        PACKAGE / "strategies/least_confidence.py",
        NEW_CODE,
        # both arms choose again; `carried` needs its first round's optimiser state again; where units match others',
        # pictures are made again when these may have changed
        {
            "match": 1,
            "maximise": 4,
            "train": 3,
            "predict": 4,
            "query": 2,
            "features": 3,
            "inspect": 3,
            "measure": 10,
            "embed": 2,
            "trace": 2,
            "align": 3,
            "apart": 1,
            **CHOSEN,
        },
        id="strategy",
    ),
    pytest.param(
        PACKAGE / "strategies/mean_kl.py",
        NEW_CODE,
        # the committee is asked again, so its other network trains again
        {
            "train": 1,
            **COMMITTEE,
            "match": 1,
            "maximise": 3,
            "predict": 2,
            "query": 1,
            "features": 1,
            "inspect": 1,
            "measure": 5,
            "embed": 1,
            "trace": 1,
            "align": 1,
            "apart": 1,
            **CHOSEN,
        },
        id="strategy-of-a-committee",
    ),
    pytest.param(
        PACKAGE / "curves.py", NEW_CODE, {"curves": 1, "draw": 3, "report": 1, "all": 1}, id="learning-curves"
    ),
    pytest.param(
        TINY,
        replaced(
            "{strategy: least_confidence, rounds: 2}", "{strategy: least_confidence, rounds: 2, training: {epochs: 2}}"
        ),
        {**TWO_ROUNDS, "align": 2, **CHOSEN},
        id="epochs-of-one-arm",
    ),
    pytest.param(
        TINY,
        replaced("  baseline: {}", "  baseline: {}\n  random: {rounds: 2}"),
        {"start": 1, **TWO_ROUNDS, "maximise": 4, "align": 1, **CHOSEN},
        id="new-arm",
    ),
    pytest.param(
        TINY,
        replaced("seeds: [0]", "seeds: [0, 1]"),
        {"start": 5, **EVERY_RUN, **CHOSEN, "draw": 15},
        id="new-seed",
    ),
    pytest.param(
        TINY,
        replaced("layers: [layer4.1.conv2, avgpool]", "layers: [layer3, avgpool]"),
        {"features": 8, "inspect": 8, "match": 1, "measure": 25, "embed": 5, "draw": 12, **COMPARED, **LATE},
        id="layers",
    ),
    pytest.param(
        TINY,
        appended("units: {avgpool: [3]}"),
        {"inspect": 8, **PICTURES, "draw": 1, "report": 1, "all": 1},
        id="units",
    ),
    pytest.param(
        TINY,
        replaced("{steps: 2,", "{steps: 3,"),
        {"maximise": 7, "draw": 1, "report": 1, "all": 1},
        id="steps-of-pictures",
    ),
    pytest.param(
        TINY,
        replaced("{steps: 2,", "{settings: [native, as_coded], steps: 2,"),
        {"maximise": 4, "draw": 1, "report": 1, "all": 1},
        id="another-setting-of-pictures",
    ),
    pytest.param(
        PACKAGE / "matching.py", NEW_CODE, {**PICTURES, "draw": 1, "report": 1, "all": 1}, id="how-units-are-matched"
    ),
    pytest.param(
        PACKAGE / "toys/autoencoders.py",
        NEW_CODE,
        {**SWEPT, **CHOSEN_IN_A_TOY, "toy_draw": 4, "report": 1, "all": 1},
        id="how-toy-models-are-trained",
    ),
    pytest.param(
        PACKAGE / "toys/measures.py",
        NEW_CODE,
        {"toy_measure": 1, "toy_compare": 1, "toy_draw": 4, "report": 1, "all": 1},
        id="how-toy-models-are-measured",
    ),
    pytest.param(
        PACKAGE / "toys/improvement.py",
        NEW_CODE,
        {"toy_bound": 1, "toy_compare": 1, "toy_draw": 3, "report": 1, "all": 1},
        id="theory-of-toy-models",
    ),
    pytest.param(
        PACKAGE / "strategies/random.py",
        NEW_CODE,
        {**CHOSEN_IN_A_TOY, "toy_draw": 2, "report": 1, "all": 1},
        id="strategy-of-a-toy-model",
    ),
    pytest.param(
        TINY,
        replaced("densities: [0.5, 0.1]", "densities: [0.5, 0.2]"),
        {**SWEPT, "toy_draw": 2, "report": 1, "all": 1},
        id="densities-of-a-toy-model",
    ),
    pytest.param(
        TINY,
        replaced("figures: [matrices, plane]", "figures: [matrices, plane, losses]"),
        {"toy_draw": 1, "report": 1, "all": 1},
        id="another-figure-of-a-toy-model",
    ),
    pytest.param(
        PACKAGE / "toy_figures/plane.py", NEW_CODE, {"toy_draw": 1, "report": 1, "all": 1}, id="figure-of-a-toy-model"
    ),
    pytest.param(PACKAGE / "report/style.css", appended("p {}"), {"report": 1, "all": 1}, id="style-of-the-report"),
]


@pytest.mark.parametrize(("file", "change", "jobs"), TABLE)
def test_an_edit_re_runs_what_it_can_change(
    finished: Path, file: Path, change: Callable[[str], str], jobs: dict[str, int]
) -> None:
    with edited(finished, file, change):
        assert planned(finished) == jobs


def test_touching_every_file_re_runs_nothing(finished: Path) -> None:
    for path in [*finished.glob("workflow/**/*.py"), *finished.glob("**/*.smk"), *finished.glob("**/*.yaml")]:
        path.touch()
    assert planned(finished) == NOTHING


def test_a_plugin_that_no_config_names_re_runs_nothing(finished: Path) -> None:
    new = finished / PACKAGE / "strategies/new.py"
    new.write_text('"""New."""\n', encoding="utf-8")
    assert planned(finished) == NOTHING
    new.unlink()


def test_a_clone_with_copied_results_re_runs_nothing(finished: Path, tmp_path: Path) -> None:
    clone = copy_project(tmp_path / "clone")
    shutil.copytree(finished / "results", clone / "results", copy_function=os.link)
    assert planned(clone) == NOTHING
