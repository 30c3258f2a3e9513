"""A real browser, headless, that fails a test for whatever goes wrong on a page or leaves the disk."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from tests import small_report

NAMES = ("chromium", "chromium-browser", "google-chrome")
MISSING = f"no browser ({', '.join(NAMES)}): the report's pages were NOT tested; sudo apt-get install chromium"
ON_DISK = ("file:", "data:", "blob:")
GRAVE = ("serious", "critical")


def find_browser() -> str | None:
    """Path of an installed browser."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not find_browser():
        terminalreporter.write_line(f"WARNING: {MISSING}", red=True, bold=True)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium. Without it tests are skipped, but in continuous integration (CI=true) they fail."""
    path = find_browser()
    if not path:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(MISSING)
    with sync_playwright() as driver:
        # Containers often run as root and have no GPU.
        started = driver.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small study's report, with maps and unit pages."""
    folder = tmp_path_factory.mktemp("study")
    small_report.written(folder, small_report.STUDY, **small_report.looks(folder))
    return folder / "report"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An empty page; whatever it logs as an error, throws, or asks of a network fails the test at its end."""
    opened = browser.new_page(viewport={"width": 1200, "height": 900})
    faults: list[str] = []
    opened.on("console", lambda message: faults.append(message.text) if message.type in ("error", "warning") else None)
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("requestfailed", lambda request: faults.append(f"failed: {request.url}"))
    opened.on("request", lambda request: None if request.url.startswith(ON_DISK) else faults.append(request.url))
    yield opened
    opened.close()
    assert not faults


@pytest.fixture
def axe() -> Callable[[Page], list[str]]:
    """What axe-core finds seriously wrong with a page as it stands: rule and the elements that break it."""

    def found(page: Page) -> list[str]:
        violations = Axe().run(page, options={"preload": False}).response["violations"]
        return [
            f"{violation['id']}: {', '.join(str(node['target']) for node in violation['nodes'])}"
            for violation in violations
            if violation["impact"] in GRAVE
        ]

    return found
