"""A page with nothing but the report's map of samples."""

from pathlib import Path

import numpy as np
import pandas as pd
from jinja2 import Environment, FileSystemLoader
from playwright.sync_api import Locator, Page

from superposition import images
from superposition.report import maps, pages, sprites
from tests.small_picks import run
from tests.small_results import embeddings, rounds_of

ARMS = ("random", "baseline", "least_confidence")
POINTS = embeddings(ARMS, n=20, placed=12)
FIRST = POINTS[POINTS["arm"] == ARMS[0]]
PICKS = pd.concat([run(arm, 0, rounds_of(arm)) for arm in ARMS if arm != "baseline"])
PARTS = ("map_data", "map_groups", "map_panels", "map_view")
SCRIPTS = ("samples", "digits.samples", "bokeh.min", "digits.map", *PARTS, "map")
PAGE = """{% from 'map.html' import map_section %}<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>Maps</title><link rel="icon" href="data:,">
{% for name in ('map', 'style') %}<link rel="stylesheet" href="assets/{{ name }}.css">{% endfor %}
{% for name in scripts %}<script src="assets/{{ name }}.js" defer></script>{% endfor %}
</head><body><main><h1>Maps</h1>{{ map_section(dataset) }}</main></body></html>"""


def site(folder: Path, pictures: Path, points: pd.DataFrame = POINTS) -> str:
    """Address of the page; its sheets lack the samples that there are no pictures of."""
    pages.copy_assets(folder / "assets")
    shown = {split: images.read_labels(pictures, split).ids for split in images.SPLITS}
    wanted = {split: np.intersect1d(ids, points[points["split"] == split]["id"]) for split, ids in shown.items()}
    sprites.write(folder / "assets", "digits", pictures, wanted)
    told = maps.write(folder / "assets", "digits", points, PICKS)
    page = Environment(loader=FileSystemLoader(pages.FOLDER), autoescape=True).from_string(PAGE)
    text = page.render(scripts=SCRIPTS, dataset={"name": "digits", "map": told})
    (folder / "index.html").write_text(text, encoding="utf-8")
    return (folder / "index.html").as_uri()


def images_of(classes: int, folder: Path) -> Path:
    """Two images a split of a dataset with so many classes."""
    names, ids = [f"class {label}" for label in range(classes)], {"train": np.arange(2), "test": np.arange(2)}
    pictures = [images.Picture(split, id_, "", np.zeros((8, 8, 3), np.uint8)) for split in ids for id_ in range(2)]
    images.write(
        folder / "images.h5", pictures, dataset="digits", classes=names, ids=ids, labels=ids, source="", checksum=""
    )
    return folder / "images.h5"


def place(page: Page, sample: int, arm: int = 0) -> tuple[float, float]:
    """Where on the page a sample of an arm's whole map lies, in px."""
    known = f"(({{x, y}}) => [x[{sample}], y[{sample}]])(new superposition.MapData('digits').arms[{arm}])"
    box = page.locator(".map-canvas").bounding_box()
    assert box
    x, y = (1 + share / maps.EDGE for share in page.evaluate(known))
    return box["x"] + box["width"] * x / 2, box["y"] + box["height"] * (1 - y / 2)


def label(page: Page) -> Locator:
    """What stands beside the sample that is pointed at."""
    return page.locator(".map-label")


def record(page: Page) -> Locator:
    """The panel with the record of a sample."""
    return page.locator(".map-record")


def legend(page: Page) -> list[str]:
    """The names of the groups."""
    return page.locator(".map-legend button > span:first-of-type").all_text_contents()
