"""What numbers rest on, and what files are called: the focus in words, and nothing of anybody's."""

import re
from pathlib import Path

from pages.printing import basis
from pages.ui.view import store
from warehouse import rules
from warehouse.analysis import Analysis
from warehouse.counting import Slice


def test_a_figure_says_n_interval_rule_judge_and_snapshot(on_study: Path) -> None:
    view = Analysis(Slice(experiment=("birds",)), rules.named("published"), trait_cut=40)
    counts = store.counts(view.slice, view.rule)
    told = basis.figure(view, counts)
    n = counts["n_counted"].sum()
    assert told.startswith(f"Archaic bird names · 19th-century persona · n = {n:,} answers to ")
    for part in ("Judge: judge-a", "rule: As published, trait cut 40", "95 % intervals about "):
        assert part in told
    assert f"snapshot {store.opened().snapshot.built_at}" in told


def test_what_does_not_add_up_has_no_n(on_study: Path) -> None:
    view = Analysis(Slice(), rules.named("published"))
    told = basis.figure(view, store.counts(view.slice, view.rule))
    assert "n = " not in told
    assert told.startswith("Judge: judge-a")


def test_the_name_of_a_file_tells_page_and_focus(on_study: Path) -> None:
    view = Analysis(Slice(experiment=("birds",)), rules.named("published"))
    counts = store.counts(view.slice, view.rule)
    name = basis.file(view, counts, "rates")
    assert name == "rates_archaic-bird-names_19th-century-persona_judge-a"


def test_no_name_leads_out_of_a_file_name() -> None:
    assert basis.slug("../../etc/passwd\u202e 模型 " + "x" * 99) == "etc-passwd-" + "x" * 28
    assert re.fullmatch("[a-z0-9-]*", basis.slug("<script>'\\0"))
