"""Which experiment, trait and judge there are to be looked at, and which one a page opens on."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import polars as pl

from warehouse import catalogue, defaults, judges, rules
from warehouse.analysis import Focus
from warehouse.counting import Slice
from warehouse.errors import UnknownName
from warehouse.store import Store

_PARTS = ("experiment", "study", "trait", "judge")
"""The parts of a focus, in the order in which what is asked for decides."""

_TRAIT = ("study", "experiment", "trait")

_TRAINED_AND_ASKED = (*_TRAIT, "judge", "model", "dataset", "eval_intervention")
"""What an arm and its control agree in."""


class Opened(NamedTuple):
    """What a page is about, and what was asked for in vain."""

    focus: Focus | None  # None where there is nothing to look at
    lost: dict[str, tuple[str, ...]]  # by part: values that this focus cannot have
    left: dict[str, tuple[str, ...]]  # by part: other values asked for that could be shown


def known(store: Store) -> list[Focus]:
    """Every focus of a snapshot, the one with the most to tell first."""
    lines = store.lines(rules.named(defaults.RULE, store.data))
    arms = store.query("foci", lines=lines, **Slice(domain="all").parameters())
    return ranked(arms)


def within(store: Store, asked: Slice) -> list[Focus]:
    """The foci that a slice lets through, the one with most to tell first."""
    wanted = {part: getattr(asked, part) for part in _PARTS if getattr(asked, part)}
    return [
        focus
        for focus in known(store)
        if all(getattr(focus, part) in (None, *held) for part, held in wanted.items())
    ]


def meant(store: Store, names: Iterable[str]) -> list[Focus]:
    """The foci that somebody names: `EXPERIMENT`, `EXPERIMENT/TRAIT` or `EXPERIMENT/TRAIT/JUDGE`.

    Judges are named by their values or as they are called.

    Raises:
        UnknownName: for one that is none.
    """
    every = known(store)
    found: dict[Focus, None] = {}
    for name in names:
        wanted = name.split("/", 2)
        held = [focus for focus in every if _is_named(focus, wanted, store.judges)]
        if not held:
            there = dict.fromkeys(f"{focus.experiment}/{focus.trait}" for focus in every)
            raise UnknownName(f"Nothing is called {name[:80]!r}; there are {', '.join(there)}.")
        found |= dict.fromkeys(held)
    return [*found]


def _is_named(focus: Focus, wanted: Sequence[str], called: Mapping[str, str]) -> bool:
    parts = (focus.experiment, focus.trait, focus.judge)
    alike = [name == part for name, part in zip(wanted, parts, strict=False)]
    if len(wanted) == len(parts):
        alike[-1] = focus.judge in judges.meant(wanted[-1:], called)
    return all(alike)


def ranked(arms: pl.DataFrame) -> list[Focus]:
    """The foci of some arms, the one with the most to tell first.

    Of traits that is the one with most arms beside a control of which either shows it, in as
    large a share of answers as the margin: a trait that nothing shows leaves nothing to compare.
    Then come most arms beside a control, then most judged answers, then those the catalogue names
    first. Of a trait's judges the one with most to say leads and speaks for it, for a judge that
    sees the trait everywhere must not. What nobody judged is a focus only where nobody judged
    anything of its experiment and trait.

    Args:
        arms: A row per focus and arm (the query `foci`).
    """
    found = (
        _telling(arms)
        .group_by(*_TRAIT, "judge")
        .agg(pl.col("shown", "told", "n_judged").sum())
        .with_columns((pl.col("n_judged") > 0).any().over(_TRAIT).alias("is_judged"))
        .filter((pl.col("n_judged") > 0) | ~pl.col("is_judged"))
    )
    places = pl.Series("place", [_place(*row) for row in found.select(_TRAIT[1:]).rows()])
    within = ("told", "n_judged", "judge")
    leading = ("shown", "told", "n_judged")
    found = (
        found.with_columns(places)
        .sort(*within, descending=[True, True, False])
        .with_columns(pl.col(*leading).first().over(_TRAIT).name.prefix("lead_"))
        .sort(
            *(f"lead_{name}" for name in leading), "place", *_TRAIT[1:], "study", *within,
            descending=[True, True, True, False, False, False, False, True, True, False],
        )
    )  # fmt: skip
    several = found["study"].n_unique() > 1
    return [
        Focus(row["experiment"], row["trait"], row["judge"], row["study"] if several else None)
        for row in found.iter_rows(named=True)
    ]


def _telling(arms: pl.DataFrame) -> pl.DataFrame:
    """The arms with whether each is `told` beside a control, and whether one of both is `shown`."""
    is_tuned, is_untreated = pl.col("dataset") != "none", pl.col("intervention") == "none"
    is_control = (is_untreated & is_tuned).fill_null(value=False)
    is_treated = (~is_untreated & is_tuned).fill_null(value=False)
    is_result = pl.col("n_counted") >= defaults.FEWEST
    shows = is_result & (pl.col("n_trait") >= defaults.MARGIN * pl.col("n_counted"))
    told = is_treated & is_control.any().over(_TRAINED_AND_ASKED)
    either = shows | (is_control & shows).any().over(_TRAINED_AND_ASKED)
    return arms.with_columns(told.alias("told"), (told & is_result & either).alias("shown"))


def _place(experiment: str, trait: str | None) -> int:
    """Where a trait stands among those the catalogue names for an experiment; the others last."""
    known = catalogue.experiments()
    named = list(known[experiment].traits) if experiment in known else []
    return named.index(trait) if trait in named else len(named)


def opened(foci: Sequence[Focus], asked: Slice) -> Opened:
    """The first focus that has what is asked for, part by part as far as that can be.

    Args:
        foci: As `ranked` gives them.
        asked: Of each part of the focus any number of values, which may be anything.
    """
    lost: dict[str, tuple[str, ...]] = {}
    left: dict[str, tuple[str, ...]] = {}
    fitting = list(foci)
    for part in _PARTS:
        wanted: tuple[str, ...] = tuple(dict.fromkeys(getattr(asked, part)))
        held = {getattr(focus, part) for focus in fitting} - {None}
        if held and (vain := tuple(value for value in wanted if value not in held)):
            lost[part] = vain
        kept = [focus for focus in fitting if getattr(focus, part) in wanted]
        if kept:
            fitting = kept
            chosen = getattr(fitting[0], part)
            fitting = [focus for focus in fitting if getattr(focus, part) == chosen]
            others = tuple(value for value in wanted if value in held and value != chosen)
            left |= {part: others} if others else {}
    return Opened(fitting[0] if fitting else None, lost, left)


def choices(foci: Sequence[Focus], focus: Focus) -> dict[str, list[str]]:
    """For each part of a focus, the values it can be changed to while those before it stay.

    The order is that of what there is to tell; the study has no values where only one is loaded.
    """
    found: dict[str, list[str]] = {}
    fitting = list(foci)
    for part in _PARTS:
        held = dict.fromkeys(getattr(each, part) for each in fitting)
        found[part] = [value for value in held if value is not None]
        fitting = [each for each in fitting if getattr(each, part) == getattr(focus, part)]
    return found
