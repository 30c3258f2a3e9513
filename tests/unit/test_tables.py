"""Tables on disk."""

from pathlib import Path

import pandas as pd
import pytest

from superposition import tables
from superposition.errors import InputError


def test_names_that_look_like_numbers_or_nothing_stay_text(tmp_path: Path) -> None:
    rows = [["1", "nan", "a\tb", 0.1], ["NA", "", 'q"uote', 1e-300]]
    tables.write(tmp_path / "t.tsv", ["arm", "class", "layer", "value"], rows)
    found = tables.read(tmp_path / "t.tsv")
    assert found.to_numpy().tolist() == rows
    tables.write_frame(tmp_path / "u.tsv", found)
    pd.testing.assert_frame_equal(tables.read(tmp_path / "u.tsv"), found)


@pytest.mark.parametrize(
    ("content", "why"), [("", "not a table"), ("arm\tvalue\na\tb\n", "column value has something that is no number")]
)
def test_damaged_tables_are_refused_by_name(tmp_path: Path, content: str, why: str) -> None:
    (tmp_path / "t.tsv").write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=rf"t\.tsv: .*{why}.*run again"):
        tables.read(tmp_path / "t.tsv")
