"""What tests ask of any drawn figure: type that can be read, and files that hold a picture."""

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import BboxBase
from PIL import Image

from superposition import plotting

SMALLEST_PT = 7.0


def words(drawing: Figure) -> list[Text]:
    """Titles, labels, keys and notes that say something, and tick labels left out."""
    of_axes = [text for axis in drawing.axes for text in (axis.title, axis.xaxis.label, axis.yaxis.label, *axis.texts)]
    keys = [text for legend in drawing.legends for text in legend.get_texts()]
    return [text for text in (*of_axes, *keys, *drawing.texts) if text.get_text().strip()]


def unreadable(drawing: Figure) -> list[str]:
    """What is too small, or cut off by the edge of a page that is 180 mm wide."""
    assert drawing.get_size_inches()[0] * plotting.MM_PER_INCH == pytest.approx(180)
    small = [text for text in drawing.findobj(Text) if text.get_text().strip() and text.get_fontsize() < SMALLEST_PT]
    cut_off = [text for text in words(drawing) if not _inside(text.get_window_extent(), drawing.bbox)]
    return [text.get_text() for text in (*small, *cut_off)]


def overlapping(drawing: Figure) -> list[tuple[str, str]]:
    """Words that are written over others."""
    boxes = [(text.get_text(), text.get_window_extent().shrunk(0.9, 0.9)) for text in words(drawing)]
    return [(one, other) for (one, a), (other, b) in combinations(boxes, 2) if a.overlaps(b)]


def _inside(box: BboxBase, page: BboxBase) -> bool:
    """But for a pixel."""
    return bool(box.x0 > page.x0 - 1 and box.x1 < page.x1 + 1 and box.y0 > page.y0 - 1 and box.y1 < page.y1 + 1)


def assert_a_picture(svg: Path, png: Path, width_px: float) -> None:
    """Both files are whole, undated, as wide as asked, and not of one colour."""
    text = svg.read_text(encoding="utf-8")
    assert text.rstrip().endswith("</svg>") and "<dc:date>" not in text
    with Image.open(png) as picture:
        assert picture.width == pytest.approx(width_px, abs=1)
        assert np.asarray(picture.convert("L")).std() > 1
