"""Pictures of charts: the same as ever, and what breaks the converter breaks nothing else."""

import re
import subprocess
import sys
import threading
from pathlib import Path
from xml.etree import ElementTree

import altair as alt
import polars as pl
import pytest

from pages.serving import pictures
from warehouse import programs

FORBIDDEN = [*range(9), 11, 12, *range(14, 32), 0xD800, 0xDFFF, 0xFFFE, 0xFFFF]
"""The code points that no XML file may hold."""


def chart(*names: str) -> alt.Chart:
    """A chart whose title, labels, values and columns are these names."""
    rows = [{"name": name, names[0]: 1} for name in names]
    plain: alt.Chart = alt.Chart(alt.InlineData(values=rows), title=list(names)).mark_point()
    x, y = alt.X(field="name", type="nominal", title=names[0]), alt.Y(field=names[0])
    return plain.encode(x, y.type("nominal"))


def drawn(words: Path, program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this program stand where the converter does."""
    words.write_text(program, "utf-8")
    monkeypatch.setattr(pictures, "CONVERTER", words)


def under_way() -> bool:
    """Whether any program of ours is."""
    return any(not program.is_done for program in list(programs._BOUND))


def alive() -> None:
    """Holds that a picture of an ordinary chart is still made."""
    assert b"<svg" in pictures.picture(chart("a"), "svg")


def test_a_picture_is_what_the_converter_makes_here() -> None:
    rows = pl.DataFrame({"model": ["gpt-4.1", "Größe ≥ 5 · 模型"], "rate": [0.1, 0.2]})
    plain = alt.Chart(rows).mark_bar().encode(x="rate:Q", y="model:N")
    here = "import json, sys, vl_convert; print(vl_convert.vegalite_to_svg(json.load(sys.stdin)))"
    made = subprocess.run(
        [sys.executable, "-c", here],
        input=plain.to_json(),
        capture_output=True,
        text=True,
        check=True,
    ).stdout.removesuffix("\n")
    there = pictures.picture(plain, "svg").decode()
    # Altair and Vega number what has no name.
    assert re.sub(r"\d+", "0", there) == re.sub(r"\d+", "0", made)
    assert "Größe" in there


@pytest.mark.parametrize("form", ["svg", "png"])
def test_no_character_of_a_name_stops_a_picture(form: str) -> None:
    names = [f"model {chr(code)}{code:x}" for code in FORBIDDEN]
    made = pictures.picture(chart(*names), "svg" if form == "svg" else "png")
    if form == "png":
        assert made.startswith(b"\x89PNG")
        return
    written = "".join(ElementTree.fromstring(made).itertext())
    assert "model ␁1" in written
    assert "model ⟨U+FFFF⟩ffff" in written


def test_hostile_names_stay_text() -> None:
    names = [
        "<script>alert(1)</script>",
        "]]>&amp;&#1;",
        "<!ENTITY x SYSTEM 'file:///'>",
        "\u202eabc",
    ]
    made = ElementTree.fromstring(pictures.picture(chart(*names), "svg"))
    written = [text for text in made.itertext() if text.strip()]
    assert set(names) <= set(written)
    tags = {str(element.tag).rpartition("}")[2] for element in made.iter()}
    assert tags <= {"svg", "g", "path", "text", "rect", "line", "defs", "clipPath", "tspan"}


def test_a_chart_that_asks_for_a_file_gets_nothing(tmp_path: Path) -> None:
    secret = tmp_path / "secret.json"
    secret.write_text('[{"name": "secret"}]', "utf-8")
    asking = alt.Chart(alt.UrlData(secret.as_uri())).mark_text().encode(text="name:N")
    assert b"secret" not in pictures.picture(asking, "svg")


ABORTS = "import os; os.abort()"
SAYS_NOTHING = ""
HANGS = "import time; time.sleep(600)"


@pytest.mark.parametrize("program", [ABORTS, SAYS_NOTHING])
def test_a_converter_that_dies_is_a_sentence(
    program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        drawn(tmp_path / "converter.py", program, patched)
        with pytest.raises(pictures.NoPicture, match=r"^This chart could not be made into PNG; "):
            pictures.picture(chart("a"), "png")
    alive()


def test_a_converter_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        drawn(tmp_path / "converter.py", HANGS, patched)
        patched.setattr(pictures, "DEADLINE", 0.2)
        with pytest.raises(pictures.NoPicture, match="was not done within"):
            pictures.picture(chart("a"), "svg")
    assert not under_way()
    alive()


def test_a_converter_may_hold_only_so_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = pictures.CONVERTER.read_text("utf-8")
    assert "MEMORY = 2 << 30" in real
    with monkeypatch.context() as patched:
        greedy = real.replace("MEMORY = 2 << 30", "MEMORY = 64 << 20")
        drawn(tmp_path / "converter.py", greedy, patched)
        with pytest.raises(pictures.NoPicture, match="could not be made"):
            pictures.picture(chart("a"), "svg")


def test_what_is_under_way_ends_with_the_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn(tmp_path / "converter.py", f"print('begun', flush=True); {HANGS}", monkeypatch)
    raised: list[BaseException] = []

    def make() -> None:
        try:
            pictures.picture(chart("a"), "svg")
        except pictures.NoPicture as error:
            raised.append(error)

    thread = threading.Thread(target=make)
    thread.start()
    while not under_way():
        thread.join(0.01)
    programs.leave()
    thread.join(60)
    assert len(raised) == 1


def test_the_keys_of_endpoints_do_not_reach_the_converter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    says = "import os, sys; told = str(dict(os.environ)).encode()\n"
    says += "sys.stdout.buffer.write(len(told).to_bytes(8) + told)"
    drawn(tmp_path / "converter.py", says, monkeypatch)
    told = pictures.picture(chart("a"), "svg")
    assert b"PATH" in told
    assert b"sk-secret" not in told


def test_a_picture_that_is_cut_short_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut = "import sys; sys.stdout.buffer.write((9).to_bytes(8) + b'<svg')"
    drawn(tmp_path / "converter.py", cut, monkeypatch)
    with pytest.raises(pictures.NoPicture, match="could not be made"):
        pictures.picture(chart("a"), "svg")
