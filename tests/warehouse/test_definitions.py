"""Definition files are plain data, bounded, and refused with the place that is wrong."""

from pathlib import Path

import msgspec
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from warehouse import definitions
from warehouse.errors import InvalidDefinition


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 2026-13-45", "it holds a value that YAML does not allow (month must be in 1..12)"),
        ("a: 2026-02-03T25:00:00Z", "a value that YAML does not allow"),
        ("a:\n  - " + "9" * 5_000, "it, line 2: a number of 5,000 characters is too long"),
        ("a: " + "1:" * 400 + "1.5", "it, line 1: a number of 803 characters is too long"),
        ("a: " + "1:" * 400_000 + "1", "a number of 800,001 characters is too long"),
        ("%TAG !a! tag:x,1:\n" * 100_000 + "---\na", "it has more than 20 directives"),
        ("a: !" + "!" * 100_000, "could not determine a constructor"),
        ("a: 1\nb: {c: 1, d: 2, c: 3}", "it, line 2: the field 'c' stands there twice"),
        ("a: !!bool x", "a value that YAML does not allow"),
        ('a: !!int ""', "a value that YAML does not allow"),
        ('a: !!float ""', "a value that YAML does not allow"),
        ("a: !!timestamp x", "a value that YAML does not allow"),
        ("a: \ud800", "a value that YAML does not allow"),
        ("a: \0", "it: control characters are not allowed"),
        ("a: !!python/object/apply:os.getcwd []", "it, line 1: could not determine a constructor"),
        ("{[a]: b}", "found unhashable key"),
        ("a\n---\nb", "it, line 2: but found another document"),
        ("&a {b: *a}", "the document contains itself"),
        ("&a {<<: *a}", "the document contains itself"),
        ("a: [1,\nb: 2", "it, line 3: did not find expected"),
        ("", "it is empty"),
        ("[" * 100_000, "it is nested too deeply"),
        ("[" * 200 + "]" * 200, "it is nested too deeply"),
        ("\n".join(" " * depth + "a:" for depth in range(2_000)), "it is nested too deeply"),
        ("[" + "1," * 200_001 + "]", "it unfolds to more than 200,000 values"),
    ],
)
def test_what_cannot_be_taken_is_said(text: str, said: str) -> None:
    with pytest.raises(InvalidDefinition) as error:
        definitions.parse(text, "it")
    assert said in str(error.value)
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 1_000


def test_a_bomb_is_not_set_off() -> None:
    lines = ["a: &a [1, 2, 3, 4, 5, 6, 7, 8, 9]"]
    for one, next_one in zip("abcdefgh", "bcdefghi", strict=True):
        lines.append(f"{next_one}: &{next_one} [{', '.join([f'*{one}'] * 9)}]")
    with pytest.raises(InvalidDefinition, match="unfolds to more than 200,000 values"):
        definitions.parse("\n".join(lines), "it")
    assert definitions.parse("a: &a [1, 2]\nb: [*a, *a]", "it")["b"] == [[1, 2], [1, 2]]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
        ),
        max_leaves=8,
    )
)
def test_plain_data_comes_back(data: object) -> None:
    assert definitions.parse(yaml.safe_dump(data), "it") == data


@given(st.text(max_size=60))
def test_any_text_is_data_or_refused(text: str) -> None:
    try:
        definitions.parse(text, "it")
    except InvalidDefinition as error:
        assert str(error).startswith("it")  # noqa: PT017


class Thing(msgspec.Struct):
    name: str


def test_a_file_is_validated_and_named(tmp_path: Path) -> None:
    path = tmp_path / "thing.yaml"
    path.write_text("name: wren\n")
    assert definitions.load(path, Thing).name == "wren"
    path.write_text("name: 5\n")
    with pytest.raises(InvalidDefinition, match=r"thing\.yaml: Expected `str`, got `int` - at"):
        definitions.load(path, Thing)
    path.write_bytes(b"# a bird\nname: d\xe9j\xe0\n")
    told = r"thing\.yaml cannot be read: line 2 is not UTF-8 text: save it as UTF-8"
    with pytest.raises(InvalidDefinition, match=told):
        definitions.load(path, Thing)
    path.write_text("name: d\xe9j\xe0\n", "utf-16")
    assert definitions.load(path, Thing).name == "d\xe9j\xe0"
    with pytest.raises(InvalidDefinition, match="cannot be read"):
        definitions.load(tmp_path / "absent.yaml", Thing)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name: no", "YAML reads `no` in line 1 as true or false: write what is a text in quotes"),
        ("# a map\nname: 2024-01-01", "YAML reads `2024-01-01` in line 2 as a date"),
        ("name: 2024-01-01 10:00:00", "YAML reads `2024-01-01 10:00:00` in line 1 as a time"),
        ("name: 1.5", "YAML reads `1.5` in line 1 as a number"),
        ("name:", "YAML reads an empty value in line 1 as nothing"),
        ("name: ~", "YAML reads `~` in line 1 as nothing"),
    ],
)
def test_a_text_that_yaml_reads_as_something_else_is_told(text: str, said: str) -> None:
    with pytest.raises(InvalidDefinition) as error:
        definitions.understood(text.encode(), Thing, "it")
    assert said in str(error.value)
    with pytest.raises(InvalidDefinition) as error:
        definitions.understood(b"name: [no]", Thing, "it")
    assert "YAML reads" not in str(error.value)
