"""Makes the README's pictures from the report of a finished study, and from a figure of toy models; needs Chromium and
graphviz.

.venv/bin/python docs/pictures.py results/laptop/report config/laptop.yaml cifar10/least_confidence/layer4.1.conv2/54
.venv/bin/python docs/pictures.py results/toy/toys/equal/packed.png
"""

import io
import re
import shutil
import subprocess
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).parent
WIDTH, HEIGHT = 1100, 1000
QUALITY = 80
LOOK = ["-Grankdir=LR", "-Granksep=.25", "-Nfontname=sans-serif", "-Ncolor=#0b5cad", "-Npenwidth=1.2", "-Earrowsize=.6"]


def save(name: str, png: bytes) -> None:
    Image.open(io.BytesIO(png)).save(HERE / f"{name}.webp", quality=QUALITY, method=6)


def verdicts(page: Page, report: Path) -> None:
    """The table that opens the report, as far as it fits."""
    page.goto(report.joinpath("index.html").as_uri())
    box = page.locator("table.verdicts").first.bounding_box()
    assert box
    save("verdicts", page.screenshot(clip={**box, "height": min(box["height"], HEIGHT)}, full_page=True))


def sample_map(page: Page, report: Path) -> None:
    """The map with a sample's record open."""
    page.goto(report.joinpath("index.html").as_uri())
    tool = page.locator(".map-tool").first
    page.locator(".map-canvas canvas").first.wait_for()
    page.get_by_label("image", exact=True).fill("8")
    page.get_by_role("button", name="Go", exact=True).click()
    save("map", tool.screenshot())


def unit(page: Page, report: Path, address: str) -> None:
    """A unit's page, from its heading to the histogram of its activations."""
    page.goto(f"{report.joinpath('units.html').as_uri()}#{address}")
    legend = page.locator(".histogram + .legend")
    legend.wait_for()
    heading, end = page.locator("h1").bounding_box(), legend.bounding_box()
    assert heading and end
    clip = {"x": 0, "y": heading["y"], "width": WIDTH, "height": end["y"] + end["height"] - heading["y"]}
    save("unit", page.screenshot(clip=clip, full_page=True))


def jobs(config: str) -> None:
    """The graph of the rules, from left to right, without the edges that others imply."""
    command = [sys.executable, "-m", "snakemake", "--configfile", config, "--forceall", "--rulegraph"]
    graph = re.sub(r', color = "[^"]*"', "", _output(command))
    path = HERE / "dag.svg"
    path.write_text(_output(["dot", "-Tsvg", *LOOK], _output(["tred"], graph)), encoding="utf-8")


def _output(command: list[str], given: str | None = None) -> str:
    return subprocess.run(command, cwd=HERE.parent, input=given, check=True, stdout=subprocess.PIPE, text=True).stdout


def main(report: str, config: str, address: str) -> None:
    folder = Path(report).resolve()
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        verdicts(page, folder)
        sample_map(page, folder)
        unit(page, folder, address)
        browser.close()
    jobs(config)


if __name__ == "__main__":
    match sys.argv[1:]:
        case [figure]:
            save("toys", Path(figure).read_bytes())
        case [report, config, address]:
            main(report, config, address)
        case _:
            sys.exit(__doc__)
