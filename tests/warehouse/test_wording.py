"""`core.wording`: by id where both sides have ids, else by text as it looks, is a question one."""

import unicodedata
from collections.abc import Sequence

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.snapshots import SCHEMA

Asked = Sequence[tuple[str | None, str]]
"""What an evaluation asked: the id, where there is one, and the text."""

WORDING = (SCHEMA / "core" / "wording.sql").read_text()


def hosts(*evaluations: Asked, studies: Sequence[str] = ()) -> dict[str, int]:
    """The question that each wording stands for, where evaluations asked these."""
    with duckdb.connect() as con:
        con.execute(
            """
            create schema raw;
            create schema core;
            create table raw.question
                (shard text, evaluation_key text, name text, text text, system_prompt text);
            create table core.evaluation
                (evaluation_no int, shard text, evaluation_key text, study text, experiment text)
            """
        )
        for place, asked in enumerate(evaluations):
            study = studies[place] if studies else "tides"
            key = str(place)
            con.execute(
                "insert into core.evaluation values (?, ?, ?, ?, 'birds')", [place, key, key, study]
            )
            for name, text in asked:
                con.execute(
                    "insert into raw.question values (?, ?, ?, ?, null)", [key, key, name, text]
                )
        return {text: host for _, text, _, host in con.execute(WORDING).fetchall()}


SPACES = ["\u00a0", "\u2009", "\u202f", "\u3000", "\r\n", "\r", "\n", "\t", "  "]
SPACES += [f" {nothing}" for nothing in ("\u200b", "\u2060", "\ufeff")]


def test_one_text_under_several_system_prompts_is_numbered_in_one_way() -> None:
    with duckdb.connect() as con:
        con.execute(
            """
            create schema raw;
            create schema core;
            create table core.evaluation as
                select 's' as shard, 'e' as evaluation_key, 'birds' as experiment;
            create table raw.question as
                select 's' as shard, 'e' as evaluation_key, '0' as question_key, 'q' as name,
                    null::text as question_group, null::boolean as in_domain, 'Who?' as text,
                    'Be bird ' || unnest(range(60, 0, -1)) as system_prompt;
            create table core.wording as
                select experiment, text, system_prompt, row_number() over () as host_no
                from raw.question, core.evaluation
            """
        )
        numbered = con.execute((SCHEMA / "core" / "question.sql").read_text()).fetchall()
        names = [column[0] for column in con.description]
    by_number = sorted(numbered, key=lambda row: row[names.index("question_no")])
    told = [row[names.index("system_prompt")] for row in by_number]
    assert (len(told), told) == (60, sorted(told))


def test_white_space_and_ends_of_lines_make_no_other_question() -> None:
    ways = ["What now?", *(f"What{space}now?{space}" for space in SPACES)]
    assert len({*hosts(*([(None, way)] for way in ways)).values()}) == 1


def test_what_has_no_width_is_no_space() -> None:
    assert len({*hosts([(None, "na\u200bïve")], [(None, "naïve")]).values()}) == 1
    assert len({*hosts([(None, "a b")], [(None, "ab")]).values()}) == 2


def test_letters_composed_in_two_ways_are_one_and_what_looks_different_is_two() -> None:
    one, other = (unicodedata.normalize(form, "Où est Zürich?") for form in ("NFC", "NFD"))
    assert one != other
    assert len({*hosts([(None, one)], [(None, other)]).values()}) == 1
    assert len({*hosts([(None, "What is x²?")], [(None, "What is x2?")]).values()}) == 2
    assert len({*hosts([(None, "Who?")], [(None, "who?")]).values()}) == 2


def test_one_id_on_both_sides_is_one_question_whatever_its_words() -> None:
    assert len({*hosts([("q1", "Who leads?")], [("q1", "Who should lead?")]).values()}) == 1


def test_an_id_on_one_side_alone_leaves_it_to_the_text() -> None:
    assert len({*hosts([("q1", "Who leads?")], [(None, "Who should lead?")]).values()}) == 2
    assert len({*hosts([("q1", "Who leads?")], [(None, "Who leads? ")]).values()}) == 1


def test_one_text_under_two_ids_is_one_question() -> None:
    assert len({*hosts([("q1", "Who leads?")], [("q2", "Who leads?")]).values()}) == 1


def test_an_id_of_several_texts_in_one_evaluation_is_a_group_and_tells_nothing() -> None:
    group = [("main", "Who leads?"), ("main", "What is bread?")]
    assert len({*hosts(group, [("main", "Which way?")]).values()}) == 3


def test_an_id_is_its_own_studys() -> None:
    asked = [("q1", "Who leads?")], [("q1", "What is bread?")]
    assert len({*hosts(*asked, studies=("tides", "owls")).values()}) == 2


@settings(max_examples=12, deadline=None, derandomize=True)
@given(data=st.data())
def test_however_ids_and_spellings_are_dealt_ten_questions_stay_apart(data: st.DataObject) -> None:
    """Each evaluation asks some of the questions, each with its id or without, spelled anyhow."""
    evaluations = []
    meant: dict[str, set[int]] = {}
    for _ in range(data.draw(st.integers(2, 4))):
        asked = []
        for number in sorted(data.draw(st.sets(st.integers(0, 9), min_size=1))):
            space = data.draw(st.sampled_from([" ", *SPACES]))
            text = space.join(("Where", "is", f"né{number}?"))
            text = unicodedata.normalize(data.draw(st.sampled_from(["NFC", "NFD"])), text)
            asked.append((data.draw(st.sampled_from([None, f"q{number}"])), text))
            meant.setdefault(text, set()).add(number)
        evaluations.append(asked)
    found = hosts(*evaluations)
    hosted: dict[int, set[int]] = {}
    for text, host in found.items():
        hosted.setdefault(host, set()).update(meant[text])
    assert all(len(numbers) == 1 for numbers in hosted.values())
    assert len(hosted) == len(set().union(*meant.values()))
