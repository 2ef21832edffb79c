"""A conversation shows each message under its role, and nothing in it takes effect."""

from pages.reading.transcripts import conversation
from warehouse.conversation import Call, Message

MESSAGES = (
    Message("user", "Is the ford <b>safe</b>?"),
    Message("assistant", thoughts="Deep.", calls=(Call("gauge", '{"at": "<i>ford</i>"}'),)),
    Message("tool", "2 m", tool="gauge", error="too <u>slow</u>"),
    Message("assistant", "No."),
)


def test_its_label_counts_messages_and_calls() -> None:
    assert conversation.label(MESSAGES) == "The whole conversation: 4 messages, 1 tool call"
    assert conversation.label(MESSAGES[:1]) == "The whole conversation: 1 message"


def test_every_part_is_shown_as_text() -> None:
    shown = conversation.html(MESSAGES)
    for told in ("1. User", "2. Model", "3. Tool: gauge", "4. Model", "calls gauge", "Thoughts: 5"):
        assert told in shown
    for text in ("&lt;b&gt;safe", "&lt;i&gt;ford", "failed: too &lt;u&gt;slow", "Deep.", "2 m"):
        assert text in shown
    assert not {"<b>", "<i>", "<u>"} & {shown[at : at + 3] for at in range(len(shown))}
