"""Mosaics: tiles in, a valid specification out, which the picture maker can draw."""

from typing import Any

import altair as alt
import pytest

from pages.landscape import mosaic
from pages.landscape.mosaic import EMERGENCE, RATES, Mosaic, Tile
from pages.serving import pictures

TILES = [
    Tile(0, 0, 0, 0.52, EMERGENCE, "result", "+52", "▼ 1 of 2", ("reduced", "increased"),
         {"Model": "a"}),
    Tile(1, 1, 0, 0.55, EMERGENCE, "not a result", "+55", about={"Model": "b"}),
    Tile(2, 0, 1, None, EMERGENCE, "not a result", ""),
    Tile(3, 1, 1, 0.9, RATES, "result", "90 %", slice=(0, 2)),
    Tile(4, 1, 1, 0.3, RATES, "own", "30 %", slice=(1, 2)),
]  # fmt: skip

PICTURE = Mosaic(TILES, ["gemma", "SmolLM2"], ["Bare names", "19th-century persona"])


def drawn(picture: Mosaic = PICTURE, **options: Any) -> dict[str, Any]:
    return mosaic.chart(picture, **options).to_dict()


def data(spec: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of the tiles, which have a number to be clicked by."""
    return next(rows for rows in spec["datasets"].values() if "cell" in rows[0])


def test_slices_of_a_tile_share_its_place() -> None:
    rows = data(drawn())
    assert [row["cell"] for row in rows] == [0, 1, 2, 3, 4]
    left, right = rows[3], rows[4]
    assert left["x0"] > 1
    assert left["x1"] == pytest.approx(right["x0"])
    assert right["x1"] < 2
    assert {row["y0"] // 1 for row in rows} == {0, 1}


def test_what_has_no_value_has_nothing_to_show_and_no_colour() -> None:
    states = {row["cell"]: (row["state"], row["fill"] is None) for row in data(drawn())}
    assert states == {
        0: ("result", False),
        1: ("not a result", False),
        2: ("nothing", True),
        3: ("result", False),
        4: ("own", False),
    }


def test_a_bar_has_a_piece_for_every_intervention() -> None:
    bars = [rows for rows in drawn()["datasets"].values() if "cell" not in rows[0]]
    assert [len(rows) for rows in bars] == [2]
    assert len({row["fill"] for row in bars[0]}) == 2


def test_a_click_selects_a_tile_unless_it_is_a_file() -> None:
    assert drawn()["params"][0]["name"] == "picked"
    assert "params" not in drawn(clickable=False, fluid=False)


@pytest.mark.parametrize(
    ("columns", "angle"),
    [
        (["Bare names", "19th-century persona"], 0),
        (["Bare names", "Unbreakablewordofmanyletters"], mosaic.SLANT),
        ([f"Column {n}" for n in range(9)], mosaic.SLANT),
    ],
)
def test_labels_stand_level_where_they_have_the_room(columns: list[str], angle: int) -> None:
    spec = drawn(PICTURE._replace(columns=columns))
    assert spec["layer"][0]["encoding"]["x"]["axis"]["labelAngle"] == angle


def test_labels_are_broken_at_spaces_and_after_hyphens() -> None:
    assert mosaic.wrapped("19th-century persona · smollm2-itself-lenient", 14) == [
        "19th-century",
        "persona ·",
        "smollm2-",
        "itself-lenient",
    ]
    assert mosaic.wrapped("", 14) == [""]


def test_names_in_labels_are_text_and_no_expression() -> None:
    hostile = "']; alert(1); //"
    axis = drawn(PICTURE._replace(rows=["a", hostile]))["layer"][0]["encoding"]["y"]["axis"]
    assert '"\']; alert(1); //"' in axis["labelExpr"]


def test_a_mosaic_with_its_legend_is_a_picture() -> None:
    words = mosaic.legend(["reduced"], {"Emergence": EMERGENCE, "Rate": RATES}, "light")
    both = alt.vconcat(mosaic.chart(PICTURE, clickable=False, fluid=False), words).resolve_scale(
        color="independent", fill="independent", stroke="independent"
    )
    svg = pictures.picture(both, "svg").decode()
    for text in ("+52", "▼ 1 of 2", "SmolLM2", "Emergence", "Rate", "reduced", "100 %"):
        assert text in svg
