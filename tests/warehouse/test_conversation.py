"""Conversations are kept to the letter; what the disk changed is none."""

from hypothesis import given
from hypothesis import strategies as st

from warehouse.conversation import Call, Message, read, written

TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
MESSAGES = st.lists(
    st.builds(
        Message,
        role=TEXT,
        text=TEXT,
        thoughts=st.none() | TEXT,
        calls=st.lists(st.builds(Call, tool=TEXT, arguments=TEXT), max_size=2).map(tuple),
        tool=st.none() | TEXT,
        error=st.none() | TEXT,
    ),
    max_size=3,
)


@given(MESSAGES)
def test_what_is_written_is_read_again(messages: list[Message]) -> None:
    assert read(written(messages)) == tuple(messages)


def test_what_is_no_conversation_is_none() -> None:
    assert read(None) == read("") == read("{") == read('[{"text": "without a role"}]') == ()
