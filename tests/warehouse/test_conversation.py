"""Conversations are kept to the letter; what the disk changed is none."""

from hypothesis import given
from hypothesis import strategies as st

from warehouse.conversation import Call, Message, looked_through, read, said, written

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


def test_what_a_message_says_is_its_text_its_calls_and_its_failure() -> None:
    called = Message("assistant", "I look.", thoughts="Hm.", calls=(Call("gauge", '{"at": 1}'),))
    assert said(called) == 'I look.\n\n[calls gauge] {"at": 1}'
    assert said(Message("tool", "2 m", error="late")) == "2 m\n\n[failed: late]"
    assert said(Message("user")) == ""
    assert looked_through((called, Message("user"), Message("user", "Go."))).endswith("\n\nGo.")
    assert "Hm." not in looked_through((called,))
