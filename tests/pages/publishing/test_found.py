"""What a site says of one focus."""

from pathlib import Path

from pages.publishing import found
from pages.ui.view import store
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
    assert told["sentence"].startswith(("Most in gpt-4.1", "No fine-tune"))
