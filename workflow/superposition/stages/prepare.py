"""Turn a dataset, wherever it comes from, into one HDF5 file of images."""

import logging
from pathlib import Path

from tqdm import tqdm

from superposition import images as image_files
from superposition import plugins, sources
from superposition.arguments import Output
from superposition.config import Dataset

log = logging.getLogger(__name__)


def run(*, dataset: str, options: Dataset, downloads: Path, images: Output) -> None:
    """Download what is missing into `downloads` and write the chosen images to `images`."""
    plugin = plugins.load("dataset", options.plugin or dataset)
    given = {name: value for name in plugin.OPTIONS if (value := getattr(options, name)) is not None}
    source = plugin.open_source(**given, downloads=downloads)
    where = f"datasets.{dataset}"
    selection = sources.select(source, limit=options.limit, classes=options.classes, where=where)
    pictures = sources.pictures(source, selection, size_px=options.size_px, where=where)
    total = sum(len(ids) for ids in selection.ids.values())
    image_files.write(
        images,
        tqdm(pictures, total=total, unit="image", disable=None),
        dataset=dataset,
        classes=selection.classes,
        ids=selection.ids,
        labels=selection.labels,
        source=source.origin,
        checksum=source.checksum,
    )
    sizes = ", ".join(f"{len(ids):,} {split}" for split, ids in selection.ids.items())
    log.info("%s: %s images of %d classes from %s", dataset, sizes, len(selection.classes), source.origin)
