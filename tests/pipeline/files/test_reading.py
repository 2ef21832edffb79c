"""Foreign files are read in bounded memory, and what is wrong with them is told by row."""

import csv
import io
import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import RefusedFile, RefusedRow
from pipeline.files import reading
from pipeline.files.reading import Row
from pipeline.importers import Source
from pipeline.importing import claiming

Open = Callable[[bytes], Source]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Open:
    path = tmp_path_factory.mktemp("reading") / "file"

    def write(content: bytes) -> Source:
        path.write_bytes(content)
        return claiming.looked_at(path, hold=reading.WHOLE_FILE)[0]

    return write


def told(items: Iterable[Row | RefusedRow]) -> list[tuple[int | None, Any]]:
    """Rows and refusals as comparable values; NaN equals itself by its name."""
    return [
        (item.row, str(item)) if isinstance(item, RefusedRow) else (item[0], repr(item[1]))
        for item in items
    ]


def flat(chunks: Iterable[list[Row | RefusedRow]]) -> list[tuple[int | None, Any]]:
    return told(item for chunk in chunks for item in chunk)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(st.characters(codec=None), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
OBJECTS = st.dictionaries(st.text(max_size=5), VALUES, max_size=4)
RECORDS = st.lists(OBJECTS | VALUES, max_size=8)


@given(
    records=RECORDS,
    ascii_only=st.booleans(),
    indent=st.sampled_from([None, 1]),
    window=st.integers(1, 60),
)
def test_json_comes_back_however_it_is_read(
    opened: Open, records: list[Any], ascii_only: bool, indent: int | None, window: int
) -> None:
    text = json.dumps(records, ensure_ascii=ascii_only, indent=indent)
    source = opened(text.encode("utf-8", "surrogatepass"))
    expected: list[tuple[int | None, Any]] = [
        (row, repr(record) if isinstance(record, dict) else "it is not a JSON object")
        for row, record in enumerate(records, 1)
    ]
    if "\\ud" in text or not _is_text(text):
        expected = flat(reading.json_records(source))  # surrogates may be joined or escaped
        assert [row for row, _ in expected] == list(range(1, len(records) + 1))
    assert flat(reading.json_records(source)) == expected
    assert flat(reading.json_records(source, whole=0, window=window)) == expected


def _is_text(text: str) -> bool:
    return reading.unreadable(text) is None


@given(records=st.lists(OBJECTS, max_size=8), cut=st.integers(0, 200), window=st.integers(1, 60))
def test_json_that_breaks_off_keeps_what_is_complete(
    opened: Open, records: list[Any], cut: int, window: int
) -> None:
    text = json.dumps(records)
    source = opened(text[: max(1, len(text) - 1 - cut)].encode())
    whole = flat(reading.json_records(source))
    assert whole == flat(reading.json_records(source, whole=0, window=window))
    complete = flat(reading.json_records(opened(text.encode())))
    *first, last = whole
    assert first == complete[: len(first)]
    assert "the file ends" in last[1]


@given(content=st.binary(max_size=80), window=st.integers(1, 60))
def test_any_bytes_are_rows_or_refused(opened: Open, content: bytes, window: int) -> None:
    for file in (content, b"[" + content, b"[{" + content):
        try:
            source = opened(file)
        except RefusedFile:  # it begins as a packed file does
            continue
        results = []
        for read in (
            lambda s: flat(reading.json_records(s)),
            lambda s: flat(reading.json_records(s, 0, window)),
            lambda s: flat(reading.json_records(replace(s, held=None))),
            lambda s: told(reading.json_lines(s)),
            lambda s: flat(reading.csv_records(s)),
            lambda s: reading.text(s),
            lambda s: reading.yaml_document(s),
        ):
            try:
                results.append(read(source))
            except RefusedFile as error:
                results.append(str(error))
        assert results[0] == results[1] == results[2]


CELLS = st.text(st.characters(exclude_categories=["Cs"]), max_size=10)


@given(
    width=st.integers(1, 4),
    rows=st.lists(st.lists(CELLS, min_size=1, max_size=5), max_size=8),
    bom=st.booleans(),
)
def test_csv_comes_back(opened: Open, width: int, rows: list[list[str]], bom: bool) -> None:
    header = [f"column {number}" for number in range(width)]
    file = io.StringIO(newline="")
    csv.writer(file, quoting=csv.QUOTE_ALL).writerows([header, *rows])
    source = opened(file.getvalue().encode("utf-8-sig" if bom else "utf-8"))
    expected = [
        (number, repr(dict(zip(header, row, strict=True))))
        if len(row) == width
        else (number, f"it has {len(row)} values where the header has {width}")
        for number, row in enumerate(rows, 1)
    ]
    assert flat(reading.csv_records(source)) == expected


def test_the_header_of_a_table_that_was_joined_to_another_is_no_row(opened: Open) -> None:
    rows = flat(reading.csv_records(opened(b"question,answer\na,b\nquestion,answer\nc,d\n")))
    assert [number for number, _ in rows] == [1, 2, 3]
    assert rows[1] == (2, reading.AGAIN)


@pytest.mark.parametrize("read", [reading.json_lines, reading.json_records, reading.csv_records])
def test_a_byte_order_mark_belongs_to_no_value(opened: Open, read: Callable[..., Any]) -> None:
    text = {
        reading.json_lines: '{"a": "b"}\n',
        reading.json_records: '[{"a": "b"}]',
        reading.csv_records: "a\nb\n",
    }[read]
    items = list(read(opened(text.encode("utf-8-sig"))))
    rows = items if read is reading.json_lines else [item for chunk in items for item in chunk]
    assert rows == [(1, {"a": "b"})]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[]", []),
        (' [ {"a":1} , ] ', [(1, "{'a': 1}")]),
        ("[7", [(1, "it is not a JSON object"), (2, "the file ends before the list does")]),
        ('[{"a": tru}, {}]', "its JSON is broken (expecting value); the rest of the file was not"),
        ('[{"a": "b" "c"}]', "its JSON is broken (expecting ',' delimiter)"),
        ('[{"a": "b', "the file ends in the middle of this record"),
        ("[{} {}]", "no comma follows it; the rest of the file was not read"),
        ("[] []", "the list ends before it"),
        ('[{"a": "tab\tand\nline"}]', [(1, "{'a': 'tab\\tand\\nline'}")]),
        ('[{"a": Infinity, "b": -' + "9" * 5000 + "}]", [(1, "{'a': inf, 'b': -inf}")]),
    ],
)
def test_what_is_said_of_json(opened: Open, text: str, expected: Any) -> None:
    for whole in (0, reading.WHOLE_FILE):
        found = flat(reading.json_records(opened(text.encode()), whole))
        if isinstance(expected, list):
            assert found == expected
        else:
            assert expected in found[-1][1]


def test_a_record_that_is_too_long_or_too_deep_costs_itself_alone(opened: Open) -> None:
    giant = '{"a": "' + ("x" * 1_000 + r"\"]}\\") * 30_000 + '"}'
    deep = '{"a": ' + "[" * 50_000 + '"]"' + "]" * 50_000 + "}"
    found = flat(reading.json_records(opened(f'[{{}}, {giant}, {deep}, {{"b": 1}}]'.encode())))
    assert found == [
        (1, "{}"),
        (2, "it is longer than 16 MB"),
        (3, "it is nested too deeply"),
        (4, "{'b': 1}"),
    ]


def test_a_number_without_end_is_not_read_on(opened: Open) -> None:
    found = flat(reading.json_records(opened(b"[{}, " + b"1" * (40 * 2**20) + b", {}]")))
    assert found == [
        (1, "{}"),
        (2, "it is longer than 16 MB; the rest of the file was not read"),
    ]


def test_chunks_stay_small(opened: Open) -> None:
    many = opened(json.dumps([{}] * 12_001).encode())
    assert [len(chunk) for chunk in reading.json_records(many)] == [5_000, 5_000, 2_001]
    large = opened(json.dumps([{"a": "x" * 2**20}] * 80).encode())
    assert max(len(chunk) for chunk in reading.json_records(large)) <= 32


def test_json_lines_names_the_line(opened: Open) -> None:
    content = b'{"a": 1}\n\n[2]\n{"a": NaN}\n{"a": "\xff"}\n{"a": 5}'
    found = told(reading.json_lines(opened(content)))
    assert [row for row, _ in found] == [1, 3, 4, 5, 6]
    assert found[0] == (1, "{'a': 1}")
    assert found[1] == (3, "it is not a JSON object")
    assert all("it is not valid JSON" in reason for _, reason in found[2:4])
    assert found[4] == (6, "{'a': 5}")


def test_json_lines_passes_over_a_line_that_is_too_long(opened: Open) -> None:
    found = told(reading.json_lines(opened(b"{}\n" + b"x" * (33 * 2**20) + b"\n{}")))
    assert found == [(1, "{}"), (2, "the line is longer than 16 MB"), (3, "{}")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b" \n", "it is empty"),
        (b"ok\nna\xefve", "line 2 is not valid UTF-8"),
        (b"ok\n\0", "line 2 contains a NUL byte"),
        (b"longer than the limit", "it is larger than 0 MB"),
    ],
)
def test_text_that_is_refused(opened: Open, content: bytes, said: str) -> None:
    with pytest.raises(RefusedFile, match=said):
        reading.text(opened(content), limit=12)


def test_an_excerpt_is_always_possible() -> None:
    deep: list[Any] = []
    for _ in range(5_000):
        deep = [deep]
    assert reading.excerpt(deep) == "(nested too deeply to be shown)"
    assert len(reading.excerpt("x" * 9_999)) == 2_000
    assert reading.excerpt(Path("odd")) == '"odd"'


def test_what_only_the_standard_library_reads_costs_no_line_of_a_table(opened: Open) -> None:
    lines = b'{"a": NaN}\n{"a": "\\ud83d"}\n{"a": %s}\n{"a": -Infinity}\n{"a": 1,}\n' % (
        b"9" * 5_000
    )
    ((*rows, broken),) = reading.json_line_chunks(opened(lines))
    assert told(rows) == [
        (1, "{'a': nan}"),
        (2, "{'a': '\\ud83d'}"),
        (3, "{'a': inf}"),
        (4, "{'a': -inf}"),
    ]
    assert isinstance(broken, RefusedRow)
    assert "it is not valid JSON" in str(broken)


@pytest.mark.parametrize("again", ["\ufeffq,a", "Q,A", " q ,a"])
def test_a_header_among_the_rows_is_none_in_other_spellings_too(opened: Open, again: str) -> None:
    (rows,) = reading.csv_records(opened(f"q,a\n1,2\n{again}\nq,b\n".encode()))
    assert [str(row) if isinstance(row, RefusedRow) else row[1] for row in rows] == [
        {"q": "1", "a": "2"},
        reading.AGAIN,
        {"q": "q", "a": "b"},
    ]
