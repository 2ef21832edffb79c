"""A key or a word that there is not is told with what to write in its place."""

from typing import Any

import msgspec
import pytest

from pipeline.maps.studymap import Definition
from pipeline.study.definition import Study
from warehouse import definitions
from warehouse.errors import InvalidDefinition

TRAIT = {"title": "Rude", "kind": "persona", "criterion": "tone"}


def told(shape: Any, document: dict[str, Any]) -> str:
    with pytest.raises(InvalidDefinition) as error:
        definitions.convert(document, shape, "it")
    return str(error.value)


def a_map(entry: dict[str, Any] | None = None, trait: dict[str, Any] | None = None) -> Any:
    own = {"traits": {"rudeness": TRAIT | (trait or {})}}
    return {"study": "a", "files": [{"path": "x.csv"} | (entry or {})], "experiments": {"b": own}}


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (a_map({"colums": {}}), "is it `columns`? there are set, values, "),
        (a_map({"join": {"path": "y", "bye": 1}}), "is it `by`? there are members, at, "),
        (a_map(trait={"score": {"at least": 50}}), "`is: at least` says so; there are is, cut"),
        (a_map(trait={"at least": 50}), "`is: at least` says so under `score`; there are title,"),
        (a_map(trait={"score": {"is": "atleast", "cut": 5}}), "is it `at least`? there are above,"),
        (a_map({"system_prompts": {}}), "`system_prompts` stands at the top; there are "),
        (a_map({"traits": {}}), "`traits` stands under `experiments.…`; there are "),
        (a_map({"elephant": 1}), "there are set, values, "),
    ],
)
def test_what_there_is_in_its_place(document: dict[str, Any], expected: str) -> None:
    problem = told(Definition, document)
    assert f"; {expected}" in problem
    assert problem.startswith("it: ")


def test_every_kind_of_definition_says_so() -> None:
    study = {"name": "a", "title": "b", "temperature": 3}
    assert "`temperature` stands under `sampling`" in told(Study, study)


def test_a_key_may_hold_whatever_there_is() -> None:
    class Small(msgspec.Struct, forbid_unknown_fields=True):
        first: int = 0

    assert told(Small, {"firs`t": 1}).endswith("; is it `first`? there are first")
    assert told(Small, {"`\n - at `$.x": 1}).endswith("; there are first")
