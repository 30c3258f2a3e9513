"""Search for the best weights of a toy, and set them beside bounds from theory."""

from superposition import tables
from superposition.arguments import Output
from superposition.toys.config import Bounds
from superposition.toys.search import search


def run(*, toy: str, bounds: Output) -> None:
    """Search for the best weights of a toy, and set them beside bounds from theory.

    toy: its settings as JSON; bounds: the table that `superposition.toys.search` describes.
    """
    tables.write_frame(bounds, search(Bounds.model_validate_json(toy)))
