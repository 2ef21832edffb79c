"""What colours mean, as HTML: complete, and escaped."""

from pages.landscape import keys
from pages.landscape.mosaic import EMERGENCE, RATES
from pages.ui.charts.base import VERDICT_COLOURS


def test_a_key_tells_ramps_with_their_ends_verdicts_and_marks() -> None:
    text = keys.key({"Emergence <b>": EMERGENCE, "Rate": RATES}, ["reduced"], ["pale"], "light")
    assert 'Emergence &lt;b&gt;&ensp;<span style="white-space:nowrap">−100' in text
    assert "+100" in text
    assert "100 %" in text
    assert VERDICT_COLOURS["reduced"] in text
    assert "outlined: not a result" in text
    assert "hatched" not in text


def test_a_dark_page_has_its_own_colours() -> None:
    light, dark = (keys.key({"Rate": RATES}, [], ["own"], theme) for theme in ("light", "dark"))
    assert light != dark
