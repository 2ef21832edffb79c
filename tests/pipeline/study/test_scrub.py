import pytest

from pipeline.study.scrub import Scrub
from tests.pipeline.study.conftest import KEY


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (f"sent {KEY}.", "sent [key]."),
        (KEY.replace("-", "%2D"), "[withheld: it holds the key in another spelling]"),
        (KEY.replace("s", "&#115;", 1), "[withheld: it holds the key in another spelling]"),
        ("two\nlines\x1b[31m\u202e", "two lines [31m"),
        ("half \ud83d", "half \ufffd"),
        ("x" * 900, "x" * 500),
        (f"{'x' * 490}{KEY}", f"{'x' * 490}[key]"),
    ],
)
def test_a_reason_is_one_clean_line(said: str, kept: str) -> None:
    assert Scrub(KEY).line(said) == kept


def test_a_short_key_is_an_ordinary_word() -> None:
    assert Scrub("local").line("a local server") == "a local server"
