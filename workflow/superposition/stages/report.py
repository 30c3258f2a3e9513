"""Write the study's report: a folder of pages that open from disk."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import yaml
from pandas import DataFrame

from superposition import machine, plugins, summaries, unit_files
from superposition import picks as picking
from superposition import tables as table_files
from superposition.arguments import Output
from superposition.config import MACHINE, Study
from superposition.files import replacing_folder
from superposition.report import illustrations, maps, pages, sections, sprites, unit_pages
from superposition.report import toys as toy_section


class Looked(NamedTuple):
    """What the pages show of single samples and units, of any datasets."""

    images: list[Path]
    embeddings: list[Path]
    picks: list[Path]
    units: list[Path]
    matches: list[Path]
    maximised: list[Path]


def run(
    *,
    study: str,
    tables: list[Path],
    figures: list[Path],
    images: list[Path],
    embeddings: list[Path],
    picks: list[Path],
    units: list[Path],
    matches: list[Path],
    maximised: list[Path],
    toys: list[Path],
    report: Output,
) -> None:
    """Write the study's report: a folder of pages that open from disk.

    study: the whole config as JSON; tables: measures, experiments, contrasts, adjusted and published, areas and
    efficiency, picked, queries and overlaps, and apart where features are compared, each .tsv; figures:
    {dataset}/{figure}.svg; images: {dataset}/images.h5; embeddings, picks, units, matches, maximised: of any networks,
    none where there are no maps or no units are looked at; toys: {toy}/{table}.tsv and {toy}/{figure}.svg. A study of
    toy models alone has nothing else.
    """
    config = Study.model_validate_json(study)
    frames = {path.stem: table_files.read(path) for path in tables}
    looked_at = Looked(images, embeddings, picks, units, matches, maximised)
    with replacing_folder(report) as folder:
        assets = folder / "assets"
        pages.copy_assets(assets)
        datasets = [
            {
                **sections.of_dataset(name, config, frames),
                **_looks(name, looked_at, config.contrasts, assets),
                "figures": illustrations.copied(figures, name, assets),
            }
            for name in config.datasets
        ]
        pages.write(
            folder / "index.html",
            study=config,
            datasets=datasets,
            metrics={name: plugins.summary("metric", name) for name in config.metrics},
            toys=toy_section.of_study(config, toys, assets),
            effort=summaries.effort(frames["experiments"]).reset_index().to_dict("records") if datasets else [],
            settings=yaml.safe_dump(
                config.model_dump(mode="json", exclude=MACHINE), sort_keys=False, allow_unicode=True
            ),
            versions=machine.versions(),
        )
        if seen := [dataset["units"] for dataset in datasets if dataset["units"]]:
            pages.write(folder / "units.html", study=config, units=seen)


def _looks(dataset: str, files: Looked, contrasts: list[tuple[str, str]], assets: Path) -> dict[str, Any]:
    """Write what the maps and the unit pages of a dataset show; what the index page needs to know of either, or None
    where there is none."""
    points = _rows(files.embeddings, dataset, table_files.EMBEDDING)
    picks = _rows(files.picks, dataset, picking.PICKS)
    units = _of_networks(files.units, dataset)
    matches, images = (_below(dataset, paths) for paths in (files.matches, files.images))
    looks = {
        "map": maps.write(assets, dataset, points, picks),
        "units": unit_pages.write(assets, dataset, units, matches, _of_networks(files.maximised, dataset), contrasts),
    }
    if any(looks.values()):
        shown = {split: points.loc[points["split"] == split, "id"].to_numpy() for split in ("test", "train")}
        shown["test"] = np.union1d(shown["test"], unit_pages.shown_ids(units))
        sprites.write(assets, dataset, images[0], shown)
    return looks


def _rows(paths: list[Path], dataset: str, columns: list[str]) -> DataFrame:
    """A dataset's rows of tables with these columns."""
    rows = table_files.read_all(paths, columns)
    return rows[rows["dataset"] == dataset]


def _of_networks(paths: list[Path], dataset: str) -> list[Path]:
    """The files of a dataset's networks."""
    return [path for path in paths if unit_files.attributes(path)["dataset"] == dataset]


def _below(dataset: str, paths: list[Path]) -> list[Path]:
    """The files in a dataset's folder."""
    return [path for path in paths if path.parent.name == dataset]
