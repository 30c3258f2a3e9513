"""The schema and the manual in config/ say what the code says."""

from pathlib import Path

import jsonschema
import pytest
import yaml

from superposition import config, manual

CONFIG = Path(__file__).parents[2] / "config"


@pytest.mark.parametrize(("file", "made"), [("schema.json", manual.schema), ("README.md", manual.readme)])
def test_what_is_made_from_the_code_is_up_to_date(file: str, made: object) -> None:
    assert (CONFIG / file).read_text(encoding="utf-8") == made(), "run `make docs`"


def test_the_schema_accepts_the_shipped_configs_and_refuses_a_typo() -> None:
    schema = yaml.safe_load(manual.schema())
    for path in CONFIG.glob("*.yaml"):
        study = yaml.safe_load(path.read_text(encoding="utf-8"))
        jsonschema.validate(study, schema)
        with pytest.raises(jsonschema.ValidationError, match="epoch"):
            jsonschema.validate({**study, "training": {"epoch": 3}}, schema)


def test_every_key_is_explained() -> None:
    assert {model for _, model in manual.SECTIONS} == set(config.Section.__subclasses__())
    for _, model in manual.SECTIONS:
        assert all(field.description for field in model.model_fields.values()), model
