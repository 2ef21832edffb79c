from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.importers import Source, claimant, definitions

ROOT = Path(__file__).resolve().parents[3]
OURS = [
    *sorted((ROOT / "examples" / "small-models" / "batteries").glob("*.yaml")),
    *sorted((ROOT / "examples" / "small-models" / "lexica").glob("*.yaml")),
    *sorted((ROOT / "examples" / "mappings").glob("*.yaml")),
    *sorted((ROOT / "warehouse" / "rules").glob("*.yaml")),
]


@pytest.mark.parametrize("path", OURS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_our_own_definitions_are_known_and_hold_no_results(
    path: Path, source_of: Callable[[Path], Source]
) -> None:
    source = source_of(path)
    assert claimant(source) is definitions
    assert list(definitions.read(source)) == []


@pytest.mark.parametrize(
    "text",
    [
        "questions:\n- {name: a, text: b, answer: c}\n",
        "questions: [{name: a, text: b}]\nscores: [1]\n",
        "questions: 5\n",
        "questions:\n- {name: a, text: b\n",
        "study: mine\nfiles: [results.csv]\n",
        "labels: {a: {terms: [b]}}\n",
    ],
)
def test_what_only_looks_like_one_is_left_to_others(
    text: str, tmp_path: Path, source_of: Callable[[Path], Source]
) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(text, "utf-8")
    assert not definitions.accepts(source_of(path))
