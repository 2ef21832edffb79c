"""The JSON schema of a study map, made from the records that read it."""

import json
from typing import Any

import msgspec

from pipeline.maps.studymap import Definition

TITLE = "A study map of Brittlescope"


def schema() -> str:
    """The schema as `docs/study-map.schema.json` holds it."""
    made: dict[str, Any] = {"title": TITLE} | msgspec.json.schema(Definition)
    return json.dumps(made, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    print(schema(), end="")
