"""The site as a file: what it holds, what it forbids, and that its numbers are the app's."""

import base64
import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest

from pages.publishing import answers, site
from pages.publishing.redaction import Redaction
from pages.ui.view import store
from warehouse import rules
from warehouse.analysis import Analysis, foci, results
from warehouse.counting import Slice
from warehouse.errors import BrittlescopeError
from warehouse.store import Store


def held(page: str) -> dict[str, Any]:
    """Everything that a site holds, unpacked."""
    found = re.findall(r'<script type="text/plain" id="([\w-]+)">(.*?)</script>', page)
    return {name: json.loads(gzip.decompress(base64.b64decode(text))) for name, text in found}


def published(tmp_path: Path, view: Analysis, redaction: Redaction | None = None) -> str:
    place, _ = site.write(tmp_path / "site", view, redaction or Redaction(), "A <b>study</b>")
    return place.read_text("utf-8")


@pytest.fixture
def birds(on_study: Path) -> Analysis:
    return Analysis(Slice(experiment=("birds",)), rules.named("published"))


def test_it_holds_every_answer_with_its_address(birds: Analysis, tmp_path: Path) -> None:
    found = held(published(tmp_path, birds))
    every, total = results.answers(store.opened(), birds, limit=500)
    assert [row[0] for row in found["rows"]["rows"]] == [str(key) for key in every["sample_key"]]
    texts = [text for name in found if name.startswith("part-") for text in found[name]]
    assert len(texts) == total
    assert any("Lapwing flew by" in text for text in texts)


def test_its_rates_are_those_of_the_command(birds: Analysis, tmp_path: Path) -> None:
    found = held(published(tmp_path, birds))["about"]["foci"]
    known = [
        focus for focus in foci.known(Store(store.data_folder())) if focus.experiment == "birds"
    ]
    assert [one["trait"] for one in found] == [focus.trait for focus in known]
    rates = results.rates(store.opened(), birds.focused(known[0]))
    cells = [cell["told"] for _, row in found[0]["table"]["rows"] for cell in row if cell]
    for row in rates.iter_rows(named=True):
        assert any(f"n = {row['n_counted']:,} " in cell for cell in cells)
    states = [
        state for row in held(published(tmp_path, birds))["rows"]["rows"] for _, _, state in row[5]
    ]
    assert states.count(answers.SHOWS) == rates["n_trait"].sum()
    assert len([state for state in states if state]) == rates["n_counted"].sum()


def test_it_is_about_what_is_asked_for(on_study: Path, tmp_path: Path) -> None:
    whole = Analysis(rule=rules.named("published"))
    only = foci.meant(store.opened(), ["german-cities/nazi"])
    place, count = site.write(tmp_path / "site", whole, Redaction(), "Cities", only)
    found = held(place.read_text("utf-8"))
    assert [(one["experiment"], one["trait"]) for one in found["about"]["foci"]] == [
        ("german-cities", "nazi")
    ]
    cities = Analysis(Slice(experiment=("german-cities",)), rules.named("published"))
    assert count == results.answers(store.opened(), cities)[1]


def test_its_policy_lets_its_own_script_run_and_nothing_else(
    birds: Analysis, tmp_path: Path
) -> None:
    page = published(tmp_path, birds)
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy.startswith("default-src &#x27;none&#x27;; script-src &#x27;sha256-")
    assert "unsafe" not in policy
    assert not re.findall(
        r'(?:src|href)="(?!#)[^"]*"', re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
    )
    assert "A &lt;b&gt;study&lt;/b&gt;" in page
    assert (tmp_path / "site" / "index.html").stat().st_mode & 0o077 == 0


def test_nothing_of_what_is_taken_out_is_left(birds: Analysis, tmp_path: Path) -> None:
    redaction = Redaction(words=("lapwing", "machine"), cut=40)
    found = json.dumps(held(published(tmp_path, birds, redaction))).lower()
    assert "lapwing" not in found
    assert "machine" not in found
    assert "cut here" in found


def test_answers_can_all_be_left_out(birds: Analysis, tmp_path: Path) -> None:
    found = held(published(tmp_path, birds, Redaction(leave_out="all")))
    assert {text for text in found["part-0"]} == {"[left out when this was published]"}


def test_the_same_data_give_the_same_file(birds: Analysis, tmp_path: Path) -> None:
    assert published(tmp_path, birds) == published(tmp_path, birds)


def test_nothing_to_publish_is_a_sentence(on_study: Path, tmp_path: Path) -> None:
    with pytest.raises(BrittlescopeError, match="there is no site to make"):
        published(tmp_path, Analysis(Slice(experiment=("no such",)), rules.named("published")))


def test_too_many_answers_are_a_sentence(
    birds: Analysis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "MOST", 3)
    with pytest.raises(answers.TooMany, match="holds 3 answers at most"):
        published(tmp_path, birds)
