"""Agreement at a glance is pure: panels in, a valid specification out."""

import polars as pl

from pages.results.published import glance
from pages.results.published.literature import Pairs

PAIRS = pl.DataFrame(
    {
        "agrees": [False, True, None],
        "name": ["a", "b", "c"],
        "published_text": ["10 %", "20 %", "30 %"],
        "text": ["50 %", "21 %", "31 %"],
    }
)


def test_every_pair_is_a_mark_that_says_whether_it_agrees() -> None:
    spec = glance.glance([Pairs("Birds", PAIRS), Pairs("Code", PAIRS.tail(2))]).to_dict()
    (rows,) = spec["datasets"].values()
    assert [(row["line"], row["answer"]) for row in rows] == [
        ("Birds", "Differs"),
        ("Birds", "Agrees"),
        ("Birds", "Cannot be told"),
        ("Code", "Agrees"),
        ("Code", "Cannot be told"),
    ]


def test_a_panel_says_how_many_agree_and_shows_what_can_be_told() -> None:
    panel = Pairs("Birds", PAIRS)
    assert panel.heading == "Birds: 1 of 2 pairs agree, 1 cannot be told"
    assert panel.differs
    assert panel.told["name"].to_list() == ["a", "b"]
    open_ = Pairs("Code", PAIRS.tail(1))
    assert not open_.differs
    assert open_.told.height == 1
