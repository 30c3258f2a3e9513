"""Look at each unit of a network: its images, its scores, and how its activations spread over classes."""

from pathlib import Path

from superposition import store, tables, unit_files, unit_views
from superposition.arguments import Output


def run(*, features: Path, written_by: str, layers: list[str], seed: int, code: str, units: Output) -> None:
    """Look at each unit of a network: its images, its scores, and how its activations spread over classes.

    written_by: digest of the code that the features must be of; seed: draws the random images, the same for all
    networks; code: what the file says of itself.
    units: what `superposition.unit_files` describes.
    """
    store.require_code(features, written_by)
    about = store.attributes(features)
    labels = store.read(features, "test", layers[0]).labels
    sizes = {"samples": len(labels), "judged_by": unit_views.judged_by(labels)}
    place = {name: about[name] for name in ("study", *tables.RUN, "classes")}
    seen = ((layer, unit_views.views(store.read(features, "test", layer), seed)) for layer in layers)
    unit_files.write(units, {**place, **sizes, "code": code}, seen)
