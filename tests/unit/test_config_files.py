"""Config files are laid over one another, and what can't be read is refused in one line."""

from pathlib import Path

import pytest
import yaml

from superposition import config_files, studies
from superposition.errors import InputError

CONFIG = Path(__file__).parents[2] / "config"


def test_files_are_read_one_over_the_other(tmp_path: Path) -> None:
    (tmp_path / "layer.yaml").write_text("study: mine\narms: {random: null}\ncontrasts: []\n", encoding="utf-8")
    study = config_files.read([CONFIG / "config.yaml", tmp_path / "layer.yaml"])
    below = studies.parse(yaml.safe_load((CONFIG / "config.yaml").read_text(encoding="utf-8")))
    assert study.study == "mine"
    assert list(study.arms) == [name for name in below.arms if name != "random"]
    assert study.toys == below.toys


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, r"config: can't read '.*a\.yaml' \(No such file or directory\)"),
        (b"a: [", r"config: can't read '.*a\.yaml' \(.* is not valid JSON or YAML\. .*\)"),
        (b"\xff\xfe\xff", r"config: can't read '.*a\.yaml' \(.*\)"),
        (b"- a", r"config: can't read '.*a\.yaml' \(.* with keys at top level\.\)"),
        (b"", r"config: can't read '.*a\.yaml' \(.* with keys at top level\.\)"),
        (b"study: s\nseed: [1]", r"seed: no such key; choose from study, .*"),
    ],
)
def test_what_is_no_study_is_refused_in_one_line(tmp_path: Path, content: bytes | None, message: str) -> None:
    file = tmp_path / "a.yaml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(InputError, match=rf"\A{message}\Z"):
        config_files.read([file])


def test_a_folder_is_no_config_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"\Aconfig: can't read '.*' \(.*directory.*\)\Z"):
        config_files.read([tmp_path])
