"""What every test can rely on."""

import os
from pathlib import Path

import hypothesis
import pytest

os.environ.setdefault("MPLBACKEND", "Agg")

hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """On several cores one process takes all tests of the finished study, and begins with them; others whole files."""
    of_study = {item for item in items if "finished" in getattr(item, "fixturenames", ())}
    items.sort(key=lambda item: (item not in of_study, item.path.parent.name != "workflow"))
    for item in items:
        item.add_marker(pytest.mark.xdist_group("finished" if item in of_study else str(item.path)))


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of image archives that `SUPERPOSITION_TEST_DATA` names; without it the test is skipped."""
    folder = os.environ.get("SUPERPOSITION_TEST_DATA")
    if not folder:
        pytest.skip("SUPERPOSITION_TEST_DATA names no folder of image archives")
    return Path(folder)
