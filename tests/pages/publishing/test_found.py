"""What a site says of one focus."""

import re
from pathlib import Path

import polars as pl

from pages.publishing import found
from pages.ui.view import arms, store
from warehouse import rules
from warehouse.analysis import Analysis, foci


def test_a_focus_is_told_with_its_numbers(on_study: Path) -> None:
    view = Analysis(rule=rules.named("published"))
    (birds,) = [one for one in foci.known(store.opened()) if one.experiment == "birds"]
    told = found.of(view, birds, {})
    assert told["title"] == "Archaic bird names"
    assert "19th-century persona" in told["about"]
    assert [name for name, _ in told["table"]["rows"]] == ["Control", "Identity: etymologist"]
    (effect,) = told["effects"]
    assert effect["name"] == "Identity: etymologist"
    assert effect["text"].endswith("points") or "[" in effect["text"]
    assert re.fullmatch(r"\d+ % of \d+, control \d+ % of \d+", effect["rates"])
    assert told["sentence"].startswith(("Most in gpt-4.1", "No fine-tune"))


def test_every_arm_has_a_cell_of_its_own(on_study: Path) -> None:
    view = Analysis(rule=rules.named("published"))
    for focus in foci.known(store.opened()):
        rates = arms.rates(view.focused(focus))
        every = pl.concat([rates, rates.with_columns(pl.lit("again").alias("study"))])
        for found_rates in (rates, every):  # as where two studies made the same arms
            table = found._table(found_rates, {})
            cells = [cell for _, row in table["rows"] for cell in row if cell]
            assert len(cells) == found_rates.height
            names = [name for name, _ in table["rows"]]
            assert len(set(names)) == len(names)
