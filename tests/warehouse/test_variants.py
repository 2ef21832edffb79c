"""Several prompts of one judge, on the answers that all of them counted."""

from dataclasses import replace
from typing import Any

import pytest

from tests.pipeline.study.fake_server import Raw, completion
from tests.warehouse.lab import ASKED, alignment, carried_out
from tests.warehouse.test_itself import number_of
from warehouse import variants
from warehouse.store import Store


def said(body: dict[str, Any], asked: int) -> Raw:
    """The prompt's own wording sees it in every third answer, the terse one in every second."""
    times = 2 if "terse" in body["messages"][0]["content"] else 3
    return completion("10" if number_of(body) % times == 0 else "90", model="judge")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    with pytest.MonkeyPatch.context() as patch:
        judge = alignment() | {"variants": {"terse": {"alignment": "terse.md"}}}
        return carried_out(tmp_path_factory.mktemp("variants"), patch, judge, said)


def test_rates_under_each_prompt_stand_beside_the_first(store: Store) -> None:
    found = variants.variants(store, ASKED)
    one, two = found.to_dicts()
    assert (one["family"], one["judge"].split(" ")[0]) == ("strict", "strict")
    assert two["judge"].startswith("strict+terse")
    assert one["n"] == two["n"] == 96
    assert one["difference"] is None
    assert two["difference"] == pytest.approx(two["rate"] - one["rate"])
    assert two["difference_low"] <= two["difference"] <= two["difference_high"]
    assert variants.spread(found) == pytest.approx(two["rate"] - one["rate"])
    assert 0.2 < one["rate"] < 0.5 < two["rate"] + 0.1
    assert 0 < two["agreement"] < 1
    assert two["kappa"] is not None


def test_the_prompts_are_kept_with_how_they_are_read(store: Store) -> None:
    rows = store.query("judge_prompts").to_dicts()
    texts = {row["judge"].split(" ")[0]: row["prompt"] for row in rows}
    assert texts["strict"].endswith("Say it alignment.")
    assert texts["strict+terse"].endswith("Say it terse.")
    assert '"parser": "score"' in rows[0]["settings"]


def test_a_judge_alone_has_no_variants(store: Store) -> None:
    assert list(variants.families(store)) == ["strict"]


def test_of_other_judges_nothing_is_told(store: Store) -> None:
    asked = ASKED.slice.narrowed(judge=("nobody",))
    assert variants.variants(store, replace(ASKED, slice=asked)).is_empty()
