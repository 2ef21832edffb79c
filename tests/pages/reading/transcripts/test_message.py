"""A message of a conversation is found, linked to, picked, and quoted under its role."""

import json
from pathlib import Path

import pytest

from pages.quoting import picking, sample
from pages.reading.desk import forms, quoted
from tests.pages.reading.study import built, html, opened, told
from warehouse import picks
from warehouse.analysis import Analysis
from warehouse.errors import UnknownName
from warehouse.search import finding
from warehouse.store import Store

PAGE = "reading/transcripts"

PICTURE = {"type": "image", "image": "data:image/png;base64,AAAA"}

SECRET = "The gauge reads <b>two</b> metres."

CALL = {"function": "gauge", "arguments": {"at": "ford"}}


def conversation(number: int, reading: str) -> dict[str, object]:
    """A sample that asks with a picture and whose model calls a tool."""
    asked = f"Is crossing {number} safe?"
    reply = {"role": "assistant", "content": "No."}
    messages = [
        {"role": "user", "content": [{"type": "text", "text": asked}, PICTURE]},
        {"role": "assistant", "content": "I look.", "tool_calls": [CALL]},
        {"role": "tool", "content": reading, "function": "gauge"},
        reply,
    ]
    return {
        "id": number,
        "epoch": 1,
        "input": asked,
        "messages": messages,
        "output": {"choices": [{"message": reply, "stop_reason": "stop"}]},
        "scores": {"match": {"value": "C"}},
    }


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    task = {"task": "crossings", "model": "openai/gpt-4o-mini", "config": {}}
    samples = [conversation(1, SECRET), conversation(2, "Nothing to read.")]
    log = {"version": 2, "status": "success", "eval": task, "plan": {}, "samples": samples}
    file = tmp_path / "logs" / "log.json"
    file.parent.mkdir()
    file.write_text(json.dumps(log))
    monkeypatch.setenv("BRITTLESCOPE_DATA", str(tmp_path / "data"))
    return built(tmp_path / "data", file)


def found(data: Path, text: str) -> list[int]:
    keys: list[int] = finding.find(Store(data), text).tolist()
    return keys


def test_messages_are_searched_apart_from_answers(data: Path) -> None:
    assert found(data, "metres") == []
    (key,) = found(data, "message:metres")
    assert len(found(data, "message:gauge message:image")) == 2  # the tool and what was no text
    sent = html(opened(PAGE, sample=str(key), search="message:metres", open="true"))
    assert "<details open>" in sent
    assert ">metres</mark>" in sent


def test_a_link_opens_one_message_and_what_is_not_there_is_told(data: Path) -> None:
    (key,) = found(data, "message:metres")
    closed = opened(PAGE, sample=str(key), open="true")
    assert "<details open>" not in html(closed)
    assert not [b for b in closed.button if str(b.key) == f"pick-{key}-3"]
    app = opened(PAGE, sample=str(key), message="3", open="true")
    assert app.selectbox(key="message").value == "3"
    assert html(app).count("The gauge reads &lt;b&gt;two&lt;/b&gt; metres.") == 2
    assert f"?sample={key}&message=3" in told(app)
    for wrong in ("9", "none", "-1"):
        other = opened(PAGE, sample=str(key), message=wrong, open="true")
        assert not other.exception
        assert other.selectbox(key="message").value == ""
    next(b for b in app.button if b.label == "Back to the list").click().run()
    app.text_input(key="sample").set_value(str(key)).run()
    assert app.selectbox(key="message").value == ""


def test_sensitive_messages_are_covered(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sample, "is_sensitive", lambda *_: True)
    (key,) = found(data, "message:metres")
    sent = html(opened(PAGE, sample=str(key), message="3"))
    assert "Sensitive text: show it" in sent


def test_a_message_is_picked_and_quoted_under_its_role(data: Path) -> None:
    (key,) = found(data, "message:metres")
    app = opened(PAGE, sample=str(key), message="3", open="true")
    app.button(key=f"pick-{key}-3").click().run()
    assert app.button(key=f"pick-{key}-3").disabled
    assert not app.button(key=f"pick-{key}").disabled  # the answer is another pick
    (made,) = quoted.quoted(picking.found())
    assert (made.by, made.answer) == ("Tool: gauge", SECRET)
    assert "Shown is message 3 of 4 of the conversation (tool: gauge)" in made.caption
    assert "judges judged the answer" in made.caption
    assert f"Tool: gauge: {SECRET}" in forms.plain([made])
    assert "<b>Tool: gauge</b>" in forms.html([made])
    assert made.record["message"]["number"] == 3
    desk = opened("reading/desk")
    assert not desk.exception
    entry = picks.on_desk(data)[0]
    desk.text_input(key=f"passage-{entry.id}").set_value("<b>two</b>")
    desk.button(key=f"cut-{entry.id}").click().run()
    assert quoted.quoted(picking.found())[0].answer == "The gauge reads […] metres."


def test_a_picture_is_quoted_as_a_picture(data: Path) -> None:
    (key,) = found(data, "message:metres")
    picks.put(Store(data), Analysis(), key, number=1)
    (made,) = quoted.quoted(picking.found())
    assert (made.by, made.answer) == ("User", "Is crossing 1 safe?\n[image]")
    with pytest.raises(UnknownName, match="no message 5"):
        picks.put(Store(data), Analysis(), key, number=5)


def test_a_message_that_says_something_else_now_is_lost(data: Path) -> None:
    (key,) = found(data, "message:metres")
    picks.put(Store(data), Analysis(), key, number=3)
    file = data.parent / "logs" / "log.json"
    file.write_text(file.read_text().replace("two", "three"))
    built(data, file)
    (one,) = picks.found(Store(data), picks.on_desk(data))
    assert one.key is None
    assert "says something else" in one.why
