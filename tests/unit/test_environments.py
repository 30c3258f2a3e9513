"""pyproject.toml, the pins and the conda environment say the same."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PINS = [ROOT / "envs" / name for name in ("build.txt", "torch.txt", "requirements.txt")]
CONDA_NAMES = {"pytorch": "torch"}


def pyproject() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def requirements(lines: list[str]) -> dict[str, Requirement]:
    return {canonicalize_name(requirement.name): requirement for requirement in map(Requirement, lines)}


def package() -> dict[str, Requirement]:
    """What the package itself needs."""
    return requirements(pyproject()["project"]["dependencies"])


def everything() -> dict[str, Requirement]:
    """What the package, its installation and its development need."""
    groups = pyproject()["dependency-groups"]
    return package() | requirements([line for group in groups.values() for line in group])


def blocks(path: Path) -> list[str]:
    """One text a pinned package: the pin, then its hashes."""
    return re.split(r"^(?=\w)", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]


def pins() -> dict[str, str]:
    found = [block.split()[0].split("==") for path in PINS for block in blocks(path)]
    versions = dict(found)
    assert len(versions) == len(found), "a package is pinned twice"
    return versions


def conda() -> dict[str, str]:
    *from_conda, from_pip = yaml.safe_load((ROOT / "envs" / "superposition.yaml").read_text())["dependencies"]
    pairs = [entry.split("=") for entry in from_conda if not re.match(r"(python|pip)\b", entry)]
    pairs += [entry.split("==") for entry in from_pip["pip"]]
    return {CONDA_NAMES.get(name, name): version for name, version in pairs}


def test_pins_lie_within_the_ranges() -> None:
    versions = pins()
    assert versions.keys() >= everything().keys()
    assert {name for name, need in everything().items() if versions[name] not in need.specifier} == set()


def imported() -> set[str]:
    """What the package imports that is neither its own nor Python's."""
    names: set[str] = set()
    for path in (ROOT / "workflow" / "superposition").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names.add(str(node.module))
    return {name.split(".")[0] for name in names} - sys.stdlib_module_names - {"superposition"}


def test_what_the_package_imports_is_declared() -> None:
    distributions = packages_distributions()
    declared = package().keys()
    assert {name for name in imported() if not declared & set(map(canonicalize_name, distributions[name]))} == set()


def test_every_pin_has_a_hash() -> None:
    assert [block.split()[0] for path in PINS for block in blocks(path) if "--hash=sha256:" not in block] == []


def test_conda_environment_has_the_pinned_versions_of_what_the_package_needs() -> None:
    assert conda() == {name: pins()[name] for name in package()}


def test_conda_environment_uses_no_default_channel() -> None:
    environment = yaml.safe_load((ROOT / "envs" / "superposition.yaml").read_text())
    assert environment["channels"] == ["conda-forge", "nodefaults"]
    assert f"python{pyproject()['project']['requires-python']}" in environment["dependencies"]


def test_a_cpu_machine_needs_nothing_of_cuda_outside_torch_txt() -> None:
    cuda = re.compile(r"nvidia-|cuda-|triton|torch(vision)?==")
    assert {path.name for path in PINS for block in blocks(path) if cuda.match(block)} == {"torch.txt"}


@pytest.mark.parametrize(
    "name", ["envs/build.txt", "envs/torch.txt", "envs/requirements.txt", "envs/setup", "Makefile"]
)
def test_no_file_names_where_packages_come_from(name: str) -> None:
    assert not re.search(r"https?:|--(extra-)?index-url \S*\.|--find-links", (ROOT / name).read_text(encoding="utf-8"))
