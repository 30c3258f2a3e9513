"""What every test can rely on."""

import os
from pathlib import Path

import hypothesis
import pytest

os.environ.setdefault("MPLBACKEND", "Agg")

hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Runs of the workflow come first: on several cores, they would keep one of them long after the rest."""
    items.sort(key=lambda item: item.path.parent.name != "workflow")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of image archives that `SUPERPOSITION_TEST_DATA` names; without it the test is skipped."""
    folder = os.environ.get("SUPERPOSITION_TEST_DATA")
    if not folder:
        pytest.skip("SUPERPOSITION_TEST_DATA names no folder of image archives")
    return Path(folder)
