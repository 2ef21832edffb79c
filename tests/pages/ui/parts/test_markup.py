"""Names are not markup: what comes from elsewhere is escaped, wherever Streamlit reads Markdown."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.ui.parts.markup import escaped, prose
from tests.warehouse.test_harmless import unseen

READS_MARKDOWN = {
    *("badge", "button", "caption", "chat_message", "checkbox", "date_input", "dialog"),
    *("download_button", "error", "exception", "expander", "feedback", "file_uploader"),
    *("form_submit_button", "header", "info", "link_button", "markdown", "metric", "multiselect"),
    *("number_input", "page_link", "pills", "popover", "progress", "radio", "segmented_control"),
    *("select_slider", "selectbox", "slider", "spinner", "status", "subheader", "success", "tabs"),
    *("text_area", "text_input", "time_input", "title", "toast", "toggle", "warning", "write"),
}
"""The functions of Streamlit whose text is Markdown."""

BOUND = {"many": 3, "one": 3, "row": 9, "number": 3, "text": 2, "toggle": 2}
"""The widgets of `pages.frame.bound`, and the place of their help; their label comes first."""

SHARE_FIRST = {"progress", "page_link"}
"""Functions whose first argument is no text: a share, a page."""

ESCAPING = {"escaped", "prose", "definitions", "paragraph"}
"""Functions of ours whose text is escaped: any, and what the glossary says."""

TEXTS = {"label", "body", "text", "help", "title", "value", "delta"}
"""Arguments by name that are Markdown."""

OF_CALLERS = {"bound.py": {"label", "help"}, "inline.py": {"label"}}
"""Parameters of ours that are handed on: their callers are looked at instead."""

MODULES = sorted(Path(__file__).resolve().parents[4].glob("pages/**/*.py"))


def unescaped(path: Path) -> Iterator[str]:
    """The texts of a module that Streamlit reads as Markdown and that are not surely harmless."""
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            for text in texts(node):
                if not is_ours(text, tree) and ast.unparse(text) not in OF_CALLERS.get(
                    path.name, set()
                ):
                    yield f"{path.name}:{node.lineno}: {ast.unparse(text)}"


def texts(call: ast.Call) -> Iterator[ast.expr]:
    """The arguments of a call that Streamlit reads as Markdown."""
    match call.func:
        case ast.Attribute(value=ast.Name(id="st"), attr=name) if name in READS_MARKDOWN:
            first = 1 if name in SHARE_FIRST else 0
            yield from call.args[first : first + 1]
        case ast.Attribute(value=ast.Name(id="bound"), attr=name) if name in BOUND:
            yield from call.args[:1]
            yield from call.args[BOUND[name] : BOUND[name] + 1]
        case _:
            return
    yield from (word.value for word in call.keywords if word.arg in TEXTS)


def is_ours(text: ast.expr, tree: ast.AST) -> bool:
    """Whether a text is written in the code, or escaped."""
    match text:
        case ast.Constant():
            return True
        case ast.Name(id=name) if not name.isupper():
            given = [
                node.value
                for node in ast.walk(tree)
                if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name
            ]
            return bool(given) and all(is_ours(value, tree) for value in given)
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name.isupper()
        case ast.Subscript(value=table):
            return is_ours(table, tree)
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in ESCAPING:
            return True
        case ast.Call(
            func=ast.Attribute(value=ast.Constant(), attr="join"), args=[ast.GeneratorExp(elt=each)]
        ):
            return is_ours(each, tree)
        case ast.JoinedStr(values=parts):
            return all(is_ours(part, tree) for part in parts)
        case ast.FormattedValue(value=value, format_spec=form):
            # What has a number's format is a number.
            return form is not None or is_ours(value, tree)
        case ast.IfExp(body=one, orelse=other) | ast.BinOp(left=one, right=other):
            return is_ours(one, tree) and is_ours(other, tree)
    return False


@pytest.mark.parametrize("path", [*MODULES, MODULES[0].parents[1] / "app.py"], ids=lambda p: p.stem)
def test_no_page_hands_streamlit_a_text_that_may_be_markup(path: Path) -> None:
    assert not list(unescaped(path))


def test_what_is_not_escaped_is_found(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    for line, count in {
        "st.caption(name)": 1,
        "st.markdown(f'**{name}**')": 1,
        "st.button('x', help=name)": 1,
        "st.progress(0.5, name)": 1,
        "bound.one(name, options, 'key')": 1,
        "bound.one('x', options, 'key', name)": 1,
        "name = other\nst.caption(name)": 1,
        "name = escaped(other)\nst.caption(f'{name}')": 0,
        "st.caption(' '.join(escaped(x) for x in names))": 0,
        "st.caption(f'{n:,} {LEGEND}')": 0,
        "st.text(name)": 0,
    }.items():
        script.write_text(line, "utf-8")
        assert len(list(unescaped(script))) == count, line


def test_signs_of_the_dialect_become_letters() -> None:
    assert escaped("a*b_[c](d) :red[e] $x$ <b> &amp;") == (
        "a\\*b\\_\\[c\\](d) \\:red\\[e\\] \\$x\\$ \\<b\\> \\&amp;"
    )


def test_what_is_looked_for_in_plain_text_is_taken_apart() -> None:
    assert escaped("http://x") == "http:color[\\:]//x"
    assert escaped("see WWW.x, a@b.example") == "see WWW:color[\\.]x, a:color[\\@]b.example"
    assert escaped(":smile:") == ":color[\\:]smile\\:"
    assert escaped(":material/home:") == ":color[\\:]material/home\\:"
    assert escaped("a -> b") == "a :color[\\-]\\> b"


def test_what_would_begin_a_list_does_not() -> None:
    assert [escaped(t) for t in ("1. a", "- a", "+", "10)", "===")] == [
        "1\\. a",
        "\\- a",
        "\\+",
        "10\\)",
        "\\===",
    ]


def test_a_plain_sentence_stays_as_it_is_written() -> None:
    plain = "From 12.3 % [8.1, 17.9] to −4 points (n = 100 · 10 questions), 12:30:45 UTC."
    assert escaped(plain).replace("\\", "") == plain
    kept = "From 12.3_% [8.1,_17.9] to −4 points (n_=_100 · 10 questions), 12:30:45 UTC."
    assert prose(plain).replace("\\", "") == kept.replace("_", "\u00a0")


@given(st.text())
def test_every_text_takes_one_line_and_has_no_controls(text: str) -> None:
    assert not unseen(escaped(text))
    assert "\n" not in escaped(text)
