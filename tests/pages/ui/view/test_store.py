"""What is kept is told apart by everything it depends on, and goes with its snapshot."""

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from functools import partial
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import msgspec
import polars as pl
import pytest

from pages.ui.view import store
from tests.pages.reading.study import built
from warehouse import building, rules
from warehouse.analysis import Analysis
from warehouse.counting import Slice

VIEW = Analysis(slice=Slice(), rule=rules.named("published"))

OTHERS: dict[str, Any] = {
    "unit": "prompts",
    "trait_cut": 12.0,
    "coherence_cut": 12.0,
    "margin": 0.123,
    "adjustment": "none",
    "intervals": "simultaneous",
    "baseline": "untuned",
}
"""Another value of each part of a view that is neither the slice nor the rule."""


def views() -> Iterator[Analysis]:
    """Views that differ from `VIEW` in one thing each."""
    yield VIEW
    for field in fields(Analysis):
        if field.name == "slice":
            for name in Slice.dimensions():
                yield replace(VIEW, slice=VIEW.slice.narrowed(**{name: ("a", "b")}))
                yield replace(VIEW, slice=VIEW.slice.narrowed(**{name: ("a, b",)}))
            yield replace(VIEW, slice=replace(VIEW.slice, domain="all"))
        elif field.name == "rule":
            for change in rule_changes():
                yield replace(VIEW, rule=msgspec.structs.replace(VIEW.rule, **change))
        else:
            yield replace(VIEW, **{field.name: OTHERS[field.name]})


def rule_changes() -> Iterator[dict[str, Any]]:
    yield from ({name: "other"} for name in ("name", "title", "summary", "source"))
    for kind in ("misalignment", "persona"):
        line = getattr(VIEW.rule, kind)
        for name in ("refusal", "code", "unparsed", "missing"):
            other = "negative" if getattr(line, name) == "exclude" else "exclude"
            yield {kind: msgspec.structs.replace(line, **{name: other})}
    coherence = VIEW.rule.misalignment.coherence
    assert coherence is not None
    moved = msgspec.structs.replace(coherence, cut=coherence.cut + 1e-9)
    yield {"misalignment": msgspec.structs.replace(VIEW.rule.misalignment, coherence=moved)}


def test_views_that_differ_in_anything_say_something_else() -> None:
    every = [store.said(view) for view in views()]
    assert len(every) > 40
    assert len(set(every)) == len(every)
    assert store.said(VIEW) == store.said(replace(VIEW, slice=Slice()))


FRAME = pl.DataFrame({"a": [1, 2], "b": [["x"], []]})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (FRAME, FRAME.reverse()),
        (FRAME, FRAME.rename({"a": "c"})),
        (FRAME, FRAME.with_columns(pl.col("a").cast(pl.Int32))),
        (1, "1"),
        (1, 1.0),
        (1, True),
        (("a", "b"), ("a, 'b",)),
        ((), ""),
        ({"a": 1}, {"a": 2}),
        (partial(sorted, [1]), partial(sorted, [2])),
        (partial(sorted, [1]), partial(list, [1])),
        (Path("a"), "a"),
    ],
)
def test_values_that_differ_say_something_else(one: object, other: object) -> None:
    assert store.said(one) != store.said(other)


def test_a_frame_says_what_it_holds_and_not_how() -> None:
    parts = pl.concat([FRAME.head(1), FRAME.tail(1)], rechunk=False)
    assert store.said(parts) == store.said(FRAME)


@pytest.mark.parametrize("value", [object(), lambda: None, pl.Series([1]), 1j])
def test_what_might_hide_something_is_no_key(value: object) -> None:
    with pytest.raises(TypeError, match="told apart"):
        store.said(value)


def counting() -> tuple[Callable[[Analysis], str], list[Analysis]]:
    """A function that is kept, and what it was called with."""
    calls: list[Analysis] = []

    @store.memo(entries=3)
    def made(view: Analysis) -> str:
        calls.append(view)
        return f"{store.opened().snapshot.path.name} {view.unit}"

    return made, calls


@pytest.mark.usefixtures("on_study")
def test_every_view_is_made_once() -> None:
    made, calls = counting()
    other = replace(VIEW, unit="prompts")
    assert made(VIEW) == made(VIEW) != made(other)
    assert calls == [VIEW, other]


@pytest.mark.usefixtures("on_study")
def test_few_are_kept() -> None:
    made, calls = counting()
    for margin in (0.1, 0.2, 0.3, 0.4, 0.1):
        made(replace(VIEW, margin=margin))
    assert [view.margin for view in calls] == [0.1, 0.2, 0.3, 0.4, 0.1]


def test_a_new_snapshot_drops_what_was_made_of_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BRITTLESCOPE_DATA", str(built(tmp_path)))
    made, calls = counting()
    first = made(VIEW)
    old = store.opened()
    building.build(tmp_path)
    assert made(VIEW) != first
    assert len(calls) == 2
    assert store.opened().snapshot.path != old.snapshot.path
    # Nothing of the old one is left: asked for under its path, it is made again.
    monkeypatch.setattr(store, "current", lambda: old)
    assert made(VIEW) == first
    assert len(calls) == 3


@pytest.mark.usefixtures("on_study")
def test_what_is_kept_is_made_of_one_snapshot(
    study_data: Path, treated_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @store.memo()
    def seen() -> tuple[Path, list[str]]:
        monkeypatch.setenv("BRITTLESCOPE_DATA", str(treated_data))  # as if it had been published
        return store.opened().snapshot.path, store.query("evaluations")["run"].to_list()

    of_study = store.query("evaluations")["run"].to_list()
    path, runs = seen()
    assert path.is_relative_to(study_data)
    assert runs == of_study
    assert store.query("evaluations")["run"].to_list() != of_study
    assert store.opened().snapshot.path.is_relative_to(treated_data)


@pytest.mark.usefixtures("on_study")
def test_many_at_once_make_it_once_and_see_the_same() -> None:
    calls, found, together = [], [], Barrier(8)

    @store.memo()
    def made(view: Analysis) -> pl.DataFrame:
        calls.append(view)
        return store.counts(view.slice, view.rule)

    def ask() -> None:
        together.wait()
        found.append(made(VIEW).height)

    threads = [Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(calls) == 1
    assert len(found) == 8
    assert len(set(found)) == 1
