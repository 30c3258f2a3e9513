"""The report of a small study, and how tests read it."""

import json
import re
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd

from superposition import adjustment, comparisons, curves, published, tables
from superposition.config import Study
from superposition.stages import report
from tests import small_picks, small_units
from tests.small_results import ARMS, embeddings, experiments, measures, rounds_of

STUDY = {
    "study": "tiny",
    "datasets": {"digits": {}},
    "seeds": [0, 1, 2],
    "arms": {
        "baseline": {},
        "random": {"rounds": 3},
        "least_confidence": {"strategy": "least_confidence", "rounds": 3},
    },
    "contrasts": [["least_confidence", "random"], ["least_confidence", "baseline"]],
    "metrics": ["accuracy", "cosine"],
}
SVG = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
FIGURES = ("tsne", "learning_curves")
SHOWN = ("tables", "figures", "images", "embeddings", "picks", "units", "matches", "maximised", "toys")
"""What a report is made of; it may lack any but, where there are datasets, the tables."""
VOID = {"meta", "img", "br", "wbr", "link", "hr", "input"}


class Page(HTMLParser):
    """The tags of a page, each with its attributes, and what was closed out of turn."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.misplaced: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.misplaced.append(tag)


def written(
    folder: Path,
    study: dict,
    seeds: tuple[int, ...] = (0, 1, 2),
    rounds: pd.DataFrame | None = None,
    scalars: pd.DataFrame | None = None,
    apart: pd.DataFrame | None = None,
    classes: tuple[str, ...] = small_picks.CLASSES,
    **looks: list[Path],
) -> str:
    """The index page of a small study, in the folder `report`; rounds, scalars: its experiments.tsv and measures.tsv,
    where they aren't the small ones; apart: its apart.tsv, if it has one; classes: their names; looks: what its
    maps and unit pages show, if it has any (`looks`), and `toys`, tables and figures of its toy models."""
    config = Study.model_validate(study)
    arms = tuple(config.arms)
    frames = {
        "measures": measures(seeds, arms) if scalars is None else scalars,
        "experiments": experiments(seeds, arms) if rounds is None else rounds,
    }
    compared = comparisons.contrasts(frames["measures"], frames["experiments"], config.contrasts)
    frames["contrasts"] = compared
    frames["adjusted"] = adjustment.adjusted(frames["measures"], frames["experiments"], config.contrasts, config.arms)
    frames["published"] = published.beside(frames["measures"], config.arms)
    frames["areas"] = curves.areas(frames["experiments"])
    picked = small_picks.of_runs(runs(arms, seeds), classes)
    frames |= {name: picked[name] for name in ("picked", "queries", "overlaps")}
    frames["efficiency"] = curves.efficiency(frames["experiments"], config.arms)
    if apart is not None:
        frames["apart"] = apart
    for name, frame in frames.items():
        tables.write_frame(folder / f"{name}.tsv", frame)
    figures = [folder / "figures" / "digits" / f"{name}.svg" for name in FIGURES]
    for svg in figures:
        svg.parent.mkdir(parents=True, exist_ok=True)
        svg.write_text(SVG, encoding="utf-8")
    paths = [folder / f"{name}.tsv" for name in frames]
    return _written(folder / "report", study, tables=paths, figures=figures, **looks)


def written_of_toys(folder: Path, study: dict, toys: list[Path]) -> str:
    """The index page of a study of toy models alone, in the folder `report`; toys: their tables and figures."""
    return _written(folder / "report", study, tables=[], figures=[], toys=toys)


def _written(folder: Path, study: dict, **files: list[Path]) -> str:
    nothing: dict[str, list[Path]] = {name: [] for name in SHOWN}
    report.run(study=json.dumps(study), report=folder, **nothing | files)
    return (folder / "index.html").read_text(encoding="utf-8")


def runs(arms: Sequence[str], seeds: Sequence[int]) -> tuple[tuple[str, int, int], ...]:
    """(arm, seed, rounds) of each run."""
    return tuple((arm, seed, rounds_of(arm)) for arm in arms for seed in seeds)


def looks(folder: Path, classes: tuple[str, ...] = small_picks.CLASSES) -> dict[str, list[Path]]:
    """What the maps and unit pages of the small study show, as files."""
    of_first = runs(ARMS, [0])
    picked = small_picks.of_runs(of_first, classes)["picks"]
    points = embeddings(classes=len(classes), n=small_units.SAMPLES)
    named = points.assign(**{"class": [classes[label] for label in points["label"]]})
    frames = {"tsne.avgpool": named, "picks": picked, **small_units.of_runs(of_first)}
    for name, frame in frames.items():
        tables.write_frame(folder / "digits" / f"{name}.tsv", frame)
    embedded, chosen, matched = ([folder / "digits" / f"{name}.tsv"] for name in frames)
    images = [small_picks.write_images(folder / "digits" / "images.h5", classes)]
    shown = {"images": images, "embeddings": embedded, "picks": chosen, "matches": matched}
    return {**shown, **small_units.files(of_first)}


def text_of(html: str) -> str:
    """What a reader sees, with single spaces."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html))


def section(html: str, name: str) -> str:
    """The part of the index page that a link of its contents leads to."""
    return html.split(f'<section id="{name}">')[1].split("</section>")[0]
