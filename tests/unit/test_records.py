"""What jobs record of their outputs, and what is found out by that."""

import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from superposition import arguments, plan, records, verification
from superposition.arguments import Output
from superposition.config import Training
from superposition.errors import InputError
from superposition.stages import train
from superposition.studies import parse

STUDY = parse(
    {"study": "s", "datasets": {"digits": {}}, "seeds": [0], "arms": {"al": {"rounds": 2, "query": 10}, "baseline": {}}}
)
RUN = Path("digits/al/seed0")


def write(path: Path, text: str, inputs: list[Path] | None = None, stage: str = "train", **settings: Any) -> Path:
    """What a job leaves."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with records.kept(stage, settings, inputs or [], [path], "c0de"):
        path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """The folder of a study: images, a checkpoint made from them, features made from that, and a report."""
    folder = tmp_path / "results/s"
    images = write(folder / "digits/images.h5", "images", stage="prepare")
    checkpoint = write(folder / RUN / "round1/checkpoint.pt", "weights", [images])
    write(folder / RUN / "round1/optimiser.pt", "moments", [images])
    features = write(folder / RUN / "round1/features.h5", "features", [images, checkpoint], stage="features")
    with records.kept("report", {"study": STUDY.model_dump_json()}, [features], [folder / "report"], "c0de"):
        (folder / "report/assets").mkdir(parents=True)
        (folder / "report/index.html").write_text("page", encoding="utf-8")
    return folder


def test_a_record_says_how_an_output_came_to_be(study: Path) -> None:
    write(study / "a.tsv", "a\n", [study / "digits/images.h5"], training=Training(epochs=3), options='{"x": 1}', seed=4)
    record = json.loads((study / ".provenance/a.tsv.json").read_text(encoding="utf-8"))
    assert record["sha256"] == hashlib.sha256(b"a\n").hexdigest() and record["bytes"] == 2
    assert record["stage"] == "train" and record["code"] == "c0de"
    assert record["arguments"]["training"]["epochs"] == 3 and record["arguments"]["training"]["optimiser"]["lr"] == 1e-3
    assert record["arguments"]["options"] == {"x": 1} and record["arguments"]["seed"] == 4
    assert record["inputs"] == {"digits/images.h5": hashlib.sha256(b"images").hexdigest()}
    assert re.fullmatch(r"[0-9a-f]{40}(-dirty)?", record["commit"])
    assert record["versions"]["python"] == sys.version.split()[0] and record["versions"]["torch"]
    assert {"host", "system", "processor", "cores"} <= record["machine"].keys()
    assert record["seconds"] >= 0 and record["peak_memory_mb"] > 1 and record["started"].endswith("+00:00")


def test_stages_say_what_they_read_and_write(tmp_path: Path) -> None:
    given = {
        "images": Path("i"),
        "samples": [Path("a"), Path("b")],
        "begin": [],
        "training": Training(),
        "seed": 1,
        "checkpoint": Path("c"),
        "history": Path("h"),
    }
    settings, inputs, outputs = arguments.sorted_out(train.run, given)
    assert settings == {"training": Training(), "seed": 1}
    assert inputs == [Path("i"), Path("a"), Path("b")] and outputs == [Path("c"), Path("h")]

    def stage(*, one: Path, other: Output) -> None: ...

    assert arguments.sorted_out(stage, {"one": Path("x"), "other": Path("y")}) == ({}, [Path("x")], [Path("y")])


def test_a_job_refuses_an_input_that_is_not_as_it_was_written(study: Path) -> None:
    images = study / "digits/images.h5"
    images.write_text("imagez", encoding="utf-8")
    with pytest.raises(
        InputError, match=rf"^{images}: not as it was written \(sha256 [0-9a-f]{{12}}\.\.\., not [0-9a-f]"
    ):
        write(study / RUN / "round2/checkpoint.pt", "weights", [images])
    assert not (study / RUN / "round2/checkpoint.pt").exists()


def test_an_input_without_a_record_is_taken(study: Path) -> None:
    archive = study / "own.tar"
    archive.write_text("mine", encoding="utf-8")
    assert "inputs" in json.loads(records.path_of(write(study / "b.tsv", "b", [archive])).read_text(encoding="utf-8"))


def test_a_job_that_fails_leaves_no_record(study: Path) -> None:
    checkpoint = study / RUN / "round1/checkpoint.pt"
    with pytest.raises(KeyboardInterrupt), records.kept("train", {}, [], [checkpoint], "c0de"):
        raise KeyboardInterrupt
    assert records.read(checkpoint) is None


def test_a_damaged_record_is_named(study: Path) -> None:
    path = records.path_of(study / "digits/images.h5")
    for damage in ("", "{", "[]", '{"sha256": 1}'):
        path.write_text(damage, encoding="utf-8")
        with pytest.raises(InputError, match=rf"^{path}: a damaged record"):
            records.checked([study / "digits/images.h5"])


def test_what_was_left_alone_matches(study: Path) -> None:
    (study / RUN / "round1/optimiser.pt").unlink()  # as Snakemake does
    (study / "logs").mkdir()
    (study / "logs/any.log").write_text("", encoding="utf-8")
    found = verification.verify(study, STUDY)
    assert found == (4, len("images" + "weights" + "features" + "page"), [])


def test_a_moved_study_matches(study: Path, tmp_path: Path) -> None:
    moved = study.rename(tmp_path / "elsewhere")
    assert verification.verify(moved, STUDY).faults == []


def faults_of(study: Path) -> list[str]:
    return [fault.removeprefix(f"{study}/") for fault in verification.verify(study, STUDY).faults]


def test_what_was_changed_is_named(study: Path) -> None:
    page = study / "report/index.html"
    page.write_text("pages", encoding="utf-8")
    [fault] = faults_of(study)
    assert fault.startswith("report: not as it was written (sha256 ")


def test_one_flipped_bit_is_found(study: Path) -> None:
    path = study / RUN / "round1/features.h5"
    content = bytearray(path.read_bytes())
    content[3] ^= 1
    path.write_bytes(content)
    [fault] = faults_of(study)
    assert fault.startswith(f"{RUN}/round1/features.h5: not as it was written")


def test_what_is_missing_or_came_from_nowhere_is_named(study: Path) -> None:
    (study / RUN / "round1/features.h5").unlink()
    (study / RUN / "round1/copy.h5").write_text("", encoding="utf-8")
    assert faults_of(study) == [
        f"{RUN}/round1/features.h5: is missing",
        f"{RUN}/round1/copy.h5: has no record of how it came to be",
    ]


def test_what_was_made_from_something_else_is_named(study: Path) -> None:
    write(study / RUN / "round1/checkpoint.pt", "other weights", [study / "digits/images.h5"])
    assert faults_of(study) == [
        f"{RUN}/round1/features.h5: made from another {RUN}/round1/checkpoint.pt than there is now"
    ]


def test_another_config_is_named(study: Path) -> None:
    other = STUDY.model_copy(update={"layers": ["layer1"], "gpus": 2})
    assert verification.verify(study, other).faults == [
        f"{study}/report: `layers` of the config has changed since it was written"
    ]


@pytest.mark.parametrize(
    ("path", "all_rounds", "last_round"),
    [
        ("digits/al/seed0/round1/checkpoint.pt", False, True),
        ("digits/al/seed0/round2/checkpoint.pt", False, False),
        ("digits/al/seed0/round1/autoencoder.topk.avgpool.h5", False, True),
        ("digits/al/seed0/round1/features.h5", False, True),
        ("digits/al/seed0/round1/samples.tsv", False, False),
        ("digits/al/seed0/round2/optimiser.pt", True, True),
        ("digits/al/seed0/round1/member2/checkpoint.pt", True, True),
        ("digits/images.h5", False, False),
    ],
)
def test_what_snakemake_deletes_may_be_missing(path: str, all_rounds: bool, last_round: bool) -> None:
    assert plan.is_temporary(STUDY, Path(path)) == all_rounds
    assert plan.is_temporary(STUDY.model_copy(update={"keep": "last"}), Path(path)) == last_round


def test_no_repository_no_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_git(*_: object, **__: object) -> None:
        raise FileNotFoundError("git")

    monkeypatch.setattr(subprocess, "run", no_git)
    assert records.commit() is None


def test_the_commit_says_whether_files_differ_from_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def git(*words: str) -> str:
        command = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-C", str(tmp_path), *words]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    code = tmp_path / "code.py"
    monkeypatch.setattr(records, "__file__", str(code))
    code.write_text("1", encoding="utf-8")
    git("init")
    git("add", "code.py")
    git("commit", "--message", "first")
    assert records.commit() == git("rev-parse", "HEAD")
    code.write_text("2", encoding="utf-8")
    assert records.commit() == f"{git('rev-parse', 'HEAD')}-dirty"


def test_a_folder_counts_by_the_names_and_contents_of_its_files(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    page = tmp_path / "inner/page.html"
    page.write_text("page", encoding="utf-8")
    before = records.checksum(tmp_path)
    (tmp_path / ".snakemake_timestamp").write_text("now", encoding="utf-8")
    assert records.checksum(tmp_path) == before
    renamed = page.rename(tmp_path / "inner/other.html")
    assert records.checksum(tmp_path) != before
    renamed.rename(page).write_text("pages", encoding="utf-8")
    assert records.checksum(tmp_path) != before
