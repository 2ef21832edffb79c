"""Effects: every intervention against its control, in one forest."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import polars as pl
import streamlit as st

from pages.frame import bound
from pages.results.interventions import doses, folding, panels, texts
from pages.results.interventions.panels import ComparedArms, Drawing
from pages.ui.charts import forest
from pages.ui.charts.base import NO_RESULT
from pages.ui.charts.forest import Beside, Estimated, Span
from pages.ui.parts import markup
from pages.ui.view import arms
from pages.ui.words import columns, numbers, values, verdicts, wordings
from warehouse import defaults
from warehouse.analysis import Analysis
from warehouse.stats.equivalence import MEANINGS
from warehouse.stats.pooling import WAYS
from warehouse.stats.rates import IDENTITY

TITLE = "Effects"

SCALES = {"difference": "Differences", "rate": "Rates, before and after"}

SHOWN = {
    "difference": ("difference", "difference_low", "difference_high"),
    "rate": ("rate", "low", "high"),
}
"""The estimate and the bounds of each scale."""

PLACED = ("baseline_settings", "baseline_sampling")

COMPARED = (*IDENTITY, "model", "dataset", "eval_intervention", *PLACED)
"""Arms that share these have one control, and one untuned model."""

COLUMNS = (
    *("verdict", "rate", "baseline_rate", "difference", "difference_low", "difference_high"),
    *("n_trait", "n_counted", "paired", "log_odds_ratio", "p", "q"),
    *("p_best", "rank_said"),
    *("suppression", "suppression_low", "suppression_high", "suppression_note"),
    *("more_questions", "more_answers", "reason", "flags", "wording"),
)

LEGEND = (
    f"Solid line: the control. Dashed line: the untuned model. Shaded: within {{margin}} of them. "
    f"Hollow mark: the arm or its control is {NO_RESULT}. Small marks share a line. Click a mark, "
    "or a count in the table, to read the answers behind it."
)

RINGS = "Ring: the control, joined with the arm. "


def is_offered(whole: pl.DataFrame) -> bool:
    """Whether there are interventions; it is the place that says so where nothing else is there.

    Args:
        whole: The counts frame of the focus, whatever the filters leave.
    """
    return panels.is_treated(whole) or not texts.is_offered(whole)


@panels.served
def draw(view: Analysis) -> ComparedArms | str:
    """Every effect in sight."""
    found = placed(ordered(arms.effects(view)), view)
    if found.is_empty():
        return panels.NO_INTERVENTION
    with st.container(horizontal=True, vertical_alignment="center"):
        scale = _scale(found)
        opened = _opened(found)
        with st.popover("Verdicts", icon=":material/help:"):
            for verdict, meaning in MEANINGS.items():
                name, said = verdicts.name(verdict), meaning
                st.markdown(f"**{markup.escaped(name)}.** {markup.escaped(said)}")
    shown = folding.folded(found, opened)
    legend = RINGS * (scale == "rate") + LEGEND.format(margin=numbers.margin(view.margin))
    return ComparedArms(
        "effects",
        found,
        [Drawing(_facts(found), drawn(shown, view, scale))],
        COLUMNS,
        f"{legend} {panels.family(found, view)}",
        folding.left_out(found, shown),
        beside=doses.first(found, view),
        claimed=("effects", "rank"),
    )


def placed(found: pl.DataFrame, view: Analysis) -> pl.DataFrame:
    """The effects with each arm's rank among those made alike, its interval and its chances."""
    said = (
        pl.when(pl.col("rank").is_null())
        .then("rank_note")
        .otherwise(pl.format("{} of {}, 95 %: {} to {}", "rank", "ranked", "rank_low", "rank_high"))
    )
    ranks = arms.ranks(view).select(*arms.KEY, "p_best", said.alias("rank_said"))
    return found.join(ranks, on=list(arms.KEY), how="left", nulls_equal=True, maintain_order="left")


def _scale(found: pl.DataFrame) -> str:
    """Differences or rates: rates first where nothing has a control to differ from."""
    known = found["difference"].count() > 0
    return bound.row("Show", SCALES if known else dict(reversed(SCALES.items())), "scale")


def _opened(found: pl.DataFrame) -> str:
    """What is to be unfolded, asked for where anything is folded."""
    names = folding.names(folding.folded(found))
    if not names:
        return ""
    offered = {"": "Folded", folding.EVERY: "Every arm"} | {name: name for name in names}
    return bound.one("Unfold", offered, "unfold", draw=panels.MENU)


def ordered(effects: pl.DataFrame) -> pl.DataFrame:
    """The effects in the order of telling, with group (which control) and title (its name).

    Controls without a text at evaluation first, then those with most arms, then those with the
    largest reduction; among the arms of one control those of a kind together, the largest
    reduction first.
    """
    known = list(values.KINDS)
    kind = pl.col("kind").replace_strict(known, range(len(known)), default=None)
    prompted = pl.col("eval_intervention").fill_null("none") != "none"
    rows = effects.sort(
        prompted,
        -pl.len().cast(pl.Int64()).over(COMPARED),
        pl.col("difference").min().over(COMPARED),
        *COMPARED,
        kind,
        "difference",
        "dose",
        "intervention",
        *WAYS,
        nulls_last=True,
    )
    titles = panels.titles(rows)
    places = {held: at for at, held in enumerate(dict.fromkeys(rows.select(COMPARED).rows()))}
    groups = [places[held] for held in rows.select(COMPARED).rows()]
    return rows.with_columns(
        pl.Series("group", groups, pl.Int64()), pl.Series("title", titles, pl.String())
    ).with_row_index("cell")


def drawn(shown: pl.DataFrame, view: Analysis, scale: str) -> partial[Any]:
    """The forest of these arms (`folding.folded`); cells are the rows of all of them."""
    lines = [line(row, view, scale) for row in shown.iter_rows(named=True)]
    spans = _spans(shown, scale)
    lines = [
        one if row["fold"] is None else shared_line(one, row["fold"], spans)
        for one, row in zip(lines, shown.iter_rows(named=True), strict=True)
    ]
    met = {one.group for one in lines if one.value is not None}
    marks = {name: mark for name, mark in verdicts.MARKS.items() if name in met}
    return partial(
        forest.chart, lines, _measured(shown, view.margin, scale), marks, joined=scale == "rate"
    )


def line(row: Mapping[str, Any], view: Analysis, scale: str) -> Estimated:
    """An effect as a line of the forest."""
    ends = [row[name] for name in SHOWN[scale]]
    value, low, high = (numbers.hundredth(end) for end in ends)
    own = [row[way] for way in WAYS if row[f"baseline_{way}"] not in (None, row[way])]
    difference = numbers.points(*(row[n] for n in SHOWN["difference"]))
    missing = "nothing counted" if row["baseline"] else "no control to compare with"
    if row["baseline"] and row["n_counted"] and row["baseline_counted"]:
        missing = "no question is shared with the control"
    return Estimated(
        cell=row["cell"],
        heading=row["title"],
        name=" · ".join([values.kinded(row["intervention"], row["kind"]), *own]),
        text=_text(row, scale),
        value=value,
        low=low,
        high=high,
        group=verdicts.name(row["verdict"]),
        is_result=row["is_result"] and row["baseline_is_result"] is not False,
        missing=missing if value is None else None,
        about={
            "Intervention": values.intervention(row["intervention"], row["relevance"]),
            "Text": wordings.said(row),
            "Difference to the control": f"{difference}, {panels.tested(row, view)}",
            "Rate": numbers.rate(row),
            "Control": numbers.percent(row["baseline_rate"]) if row["baseline"] else "none",
            "Verdict": verdicts.name(row["verdict"]),
            "Why": row["reason"],
            "Still needed": needed(row),
            "Flags": "; ".join(row["flags"]) or "none",
        },
        beside=beside(row, view.margin, scale),
        facts=facts(row),
    )


def shared_line(
    one: Estimated, fold: str, spans: Mapping[tuple[str, str], tuple[str, str]]
) -> Estimated:
    """A line that shares its row with those of the same fold."""
    count, span = spans[one.heading, fold]
    return one._replace(name=count, text=span, strip=True, missing=None)


def _spans(shown: pl.DataFrame, scale: str) -> dict[tuple[str, str], tuple[str, str]]:
    """For each fold what it is called, and from where to where its arms lie."""
    estimate = SHOWN[scale][0]
    made = {}
    for (title, fold), part in shown.drop_nulls("fold").group_by("title", "fold"):
        low, high = part[estimate].min(), part[estimate].max()
        more = "more" if _has_own(shown, part) else "arms"
        called = str(fold).partition(" · ")[0]
        name = (
            f"{part.height} {more}" if called == folding.ALL else f"{called}: {part.height} {more}"
        )
        ends = dict.fromkeys(_end(end, scale) for end in (low, high) if end is not None)
        made[str(title), str(fold)] = (name, " to ".join(ends))
    return made


def _has_own(shown: pl.DataFrame, fold: pl.DataFrame) -> bool:
    """Whether arms of a fold's kinds have lines of their own beside it."""
    beside = shown.filter(
        pl.col("fold").is_null(),
        pl.col("group") == fold["group"][0],
        pl.col("kind").is_in(fold["kind"].unique().implode()),
    )
    return not beside.is_empty()


def _end(share: Any, scale: str) -> str:
    return numbers.percent(share) if scale == "rate" else numbers.signed(share)


def _text(row: Mapping[str, Any], scale: str) -> str:
    """An estimate as short as its axis lets it be."""
    if scale == "rate":
        after = numbers.percent(row["rate"])
        if row["baseline_rate"] is None or row["rate"] is None:
            return after
        return f"{numbers.percent(row['baseline_rate']).removesuffix(' %')} → {after}"
    return numbers.points(*(row[n] for n in SHOWN[scale])).replace(" points", "")


def beside(row: Mapping[str, Any], margin: float, scale: str) -> Beside:
    """The control, and the untuned model where there is one, on the chosen scale."""
    if row["baseline_rate"] is None:
        return forest.ALONE
    is_rate = scale == "rate"
    untuned = None
    if row["emergence"] is not None:
        untuned = numbers.hundredth(row["untuned_rate"] if is_rate else -row["emergence"])
    return Beside(
        control=numbers.hundredth(row["baseline_rate"]) if is_rate else 0.0,
        untuned=untuned,
        margin=numbers.hundredth(margin),
    )


def facts(row: Mapping[str, Any]) -> str:
    """What a group of arms is compared with, in words."""
    said = []
    if row["baseline_rate"] is not None:
        said.append(f"control {numbers.percent(row['baseline_rate'])}")
    if row["emergence"] is not None:
        said.append(f"untuned model {numbers.percent(row['untuned_rate'])}")
    return " · ".join(said)


def _facts(found: pl.DataFrame) -> str:
    """What all arms share, said once above the picture."""
    said = panels.shared(found)
    first = found.row(0, named=True)
    return " · ".join(filter(None, [*said, facts(first) if found["group"].n_unique() == 1 else ""]))


def needed(row: Mapping[str, Any]) -> str:
    """What would most likely settle what a verdict leaves open, were the true rates those seen."""
    questions, answers = row["more_questions"], row["more_answers"]
    if row["verdict"] not in ("inconclusive", "reduced") or 0 in (questions, answers):
        return "nothing"
    ways = []
    if questions:
        ways.append(numbers.plural(questions, "more question"))
    if answers:
        ways.append(f"{numbers.plural(answers, 'more answer')} to each question")
    likely = f", with {numbers.whole(defaults.POWER)} power" if ways else ""
    return " or ".join(ways) + likely or "more than can be said from these data"


def _measured(found: pl.DataFrame, margin: float, scale: str) -> Span:
    """One scale for all lines."""
    if scale == "rate":
        return Span(columns.measured("rate"), 0, 100)
    held = [*(found[name] for name in SHOWN["difference"]), -found["emergence"]]
    low, high = forest.span(map(numbers.hundredth, pl.concat(held)), 2 * numbers.hundredth(margin))
    return Span("Difference to the control, points", low, high)
