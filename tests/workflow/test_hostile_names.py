"""What a config and a dataset say does nothing in a shell or on a page, whatever it looks like."""

import subprocess
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest
import torch
import yaml

from superposition import images, networks
from tests.small_data import folder_files
from tests.workflow.conftest import ROOT, copy_project, snakemake

HARM = "$(touch harm)"
CLASSES = (
    f"{HARM}; '\"",
    "-rf `touch harm`\n& touch harm",
    "<img src=x onerror=alert('harm')>",
    "é | touch harm \u202e{input} %s",
)
SETTINGS = {
    "study": "hostile",
    "seeds": [0],
    "arms": {"only": {}, "untrained": None},
    "metrics": ["accuracy"],
    "figures": ["picked_classes"],
    "units": {},
}


def test_names_from_the_config_and_the_data_never_reach_a_shell(tmp_path: Path) -> None:
    folder = copy_project(tmp_path / "project")
    archive, weights = (folder / f'it\'s {HARM} "`touch harm`" & {kind}' for kind in ("images.zip", "weights.pt"))
    with zipfile.ZipFile(archive, "w") as packed:
        for name, content in folder_files(classes=CLASSES).items():
            packed.writestr(name.replace("0000.png", f"{HARM}; '.png"), content)
    torch.save(networks.build("resnet18", classes=3, stem="cifar").state_dict(), weights)
    training = {"stem": "cifar", "epochs": 1, "batch_size": 8, "weights": weights.name}
    datasets = {"data": {"plugin": "image_folder", "archive": archive.name}}
    study = {**SETTINGS, "datasets": datasets, "training": training}
    (folder / "study.yaml").write_text(yaml.safe_dump(study), encoding="utf-8")
    assert "(100%) done" in snakemake(folder, configs=("study.yaml",))
    results = folder / "results/hostile"
    assert set(images.describe(results / "data/images.h5").classes) == set(CLASSES)
    assert "<img src=x" not in (results / "report/index.html").read_text(encoding="utf-8")
    drawn = list(ElementTree.parse(results / "figures/data/picked_classes.svg").iter())
    assert len(drawn) > 50
    assert not [part.tag for part in drawn if part.tag.rpartition("}")[2] in ("script", "img", "foreignObject", "a")]
    assert not [name for part in drawn for name in part.attrib if name.startswith("on")]
    assert not [path for path in tmp_path.rglob("*") if path.name == "harm"]


LAUGHS = "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}' if n else 'ha'] * 9)}]" for n in range(30))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('study: !!python/object/apply:os.system ["touch harm"]', "Config file is not valid JSON or YAML"),
        (f"{LAUGHS}\nstudy: *a29", "error: a5: more than the 100,000 entries or 20 levels of a study"),
    ],
    ids=["code", "bomb"],
)
def test_a_config_file_runs_nothing_and_fills_no_memory(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "study.yaml").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "snakemake", "--cores", "1", "--snakefile", str(ROOT / "Snakefile")]
    done = subprocess.run(
        [*command, "--configfile", "study.yaml"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1 and message in done.stderr and "Traceback" not in done.stderr
    assert not (tmp_path / "harm").exists()
