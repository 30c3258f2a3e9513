"""The SLURM profile fits the rules."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
RULES = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "workflow/rules").glob("*.smk"))
BLOCKS = dict(re.findall(r"^rule (\w+):\n((?:\n| .*\n)+)", RULES, re.MULTILINE))
HEIRS = {name: BLOCKS[of] for of, name in re.findall(r"^use rule (\w+) as (\w+) with:", RULES, re.MULTILINE)}
ON_GPU = {name for name, block in {**BLOCKS, **HEIRS}.items() if re.search(r"^ +gpu=1,$", block, re.MULTILINE)}
LOCAL = set(re.findall(r"\w+(?=,)", (ROOT / "Snakefile").read_text(encoding="utf-8").partition("localrules:")[2]))


def profile(name: str) -> dict:
    return yaml.safe_load((ROOT / f"profiles/{name}/config.yaml").read_text(encoding="utf-8"))


SLURM = profile("slurm")


def test_it_has_all_settings_of_the_profile_that_it_stands_in_for() -> None:
    assert profile("default").items() <= SLURM.items()


@pytest.mark.parametrize("key", ["groups", "set-resources"])
def test_it_names_rules_that_there_are(key: str) -> None:
    assert SLURM[key].keys() <= {*BLOCKS, *HEIRS}


def test_jobs_that_can_use_a_gpu_get_one() -> None:
    assert {name for name, given in SLURM["set-resources"].items() if given["gpu"] == 1} == {*ON_GPU, "query"}


def test_groups_that_span_components_have_members() -> None:
    assert SLURM["group-components"].keys() <= set(SLURM["groups"].values())


def test_rules_of_a_trajectory_are_of_one_group() -> None:
    trajectory = {"train", "train_member", "predict", "predict_member", "query"}
    assert {name for name, group in SLURM["groups"].items() if group == SLURM["groups"]["train"]} == trajectory


def test_a_gpu_does_not_wait_for_work_without_one() -> None:
    groups = {
        group: {name for name, of in SLURM["groups"].items() if of == group} for group in SLURM["groups"].values()
    }
    assert all(members - {"query"} <= ON_GPU or not members & ON_GPU for members in groups.values())


def test_what_runs_beside_snakemake_is_light_and_in_no_group() -> None:
    assert LOCAL - {"all"} <= BLOCKS.keys() - ON_GPU - SLURM["groups"].keys()


def test_memory_and_time_grow_with_attempts() -> None:
    for name, block in BLOCKS.items():
        assert re.findall(r"(mem_mb|runtime)=growing\(\d+\)", block) == ["mem_mb", "runtime"], name
