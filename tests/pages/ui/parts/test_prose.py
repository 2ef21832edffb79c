"""Tables of sentences, short and long."""

from streamlit.testing.v1 import AppTest

from pages.ui.parts import prose


def drawn(rows: int) -> AppTest:
    def script(rows: int) -> None:
        import polars as pl

        from pages.ui.parts import prose

        prose.table(pl.DataFrame({"reason": [f"row {n} is long" for n in range(rows)]}), "why")

    app = AppTest.from_function(script, kwargs={"rows": rows}).run()
    assert not app.exception
    return app


def test_a_short_table_is_drawn_whole() -> None:
    app = drawn(prose.PAGE)
    assert app.get("html")[0].proto.body.count(" is long") == prose.PAGE
    assert not app.get("pagination")


def test_a_long_table_is_wrapped_page_by_page() -> None:
    app = drawn(2 * prose.PAGE + 1)
    assert not app.dataframe
    body = app.get("html")[0].proto.body
    assert body.count(" is long") == prose.PAGE
    assert "row 0 is long" in body
