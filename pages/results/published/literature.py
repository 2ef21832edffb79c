"""Published figures as a page shows them: beside loaded rates, or said to have none."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import msgspec
import polars as pl

from pages.results.published import dumbbell
from pages.ui.view import store
from pages.ui.view.cells import wrapped
from pages.ui.words import numbers, values
from warehouse import agreed, catalogue, defaults, published, rules
from warehouse.analysis import Analysis
from warehouse.stats.pooling import WAYS

OPEN = 1
"""How many experiments are open at first, of those whose pairs differ."""

OWN = "Each figure’s own, on its own questions"

NO_SETTINGS = "settings not recorded"

ROUNDED = 0.00005
"""Half a unit of the last digit that figures are noted with."""

FILTERED = ("experiment", "model", "intervention", "eval_intervention")
"""The sidebar's filters that a figure has a value for."""


def own(view: Analysis) -> Analysis:
    """The view by which figures are compared: each follows its own rule, on its own questions."""
    rule = msgspec.structs.replace(
        rules.named("published"),
        title=OWN,
        summary="A published figure is compared with what its own definition counts, whatever the "
        "sidebar says. The steps above are those of the rule “As published”.",
        source="warehouse/published/metrics.yaml",
    )
    within = replace(view.slice, domain="all")
    return replace(view, slice=within, rule=rule, trait_cut=None, coherence_cut=None)


def unheeded(view: Analysis) -> str | None:
    """What of the sidebar does not apply to published figures, where it is not as usual."""
    cuts = {"trait cut": view.trait_cut, "coherence cut": view.coherence_cut}
    set_aside = [
        *([f"the rule “{view.rule.title}”"] if view.rule.name != defaults.RULE else []),
        *(f"the {name} of {cut:g}" for name, cut in cuts.items() if cut is not None),
        *(
            [f"questions {values.DOMAINS[view.slice.domain]}"]
            if view.slice.domain != defaults.DOMAIN
            else []
        ),
    ]
    if not set_aside:
        return None
    return (
        f"The sidebar asks for {numbers.listing(set_aside)}. That does not apply here: a figure "
        "can be compared only by the rule and questions it was published with."
    )


def measures(figures: pl.DataFrame) -> dict[str, str]:
    """The name and title of everything that the figures measure, what can be counted first."""
    known = published.metrics()
    present = [name for name in known if name in set(figures["metric"])]
    return {name: known[name].title for name in present}


def cites(figures: pl.DataFrame) -> dict[str, str]:
    """The sources of the figures and how they are cited."""
    return dict(figures.select("source", "cite").unique(maintain_order=True).iter_rows())


def chosen(
    view: Analysis, sources: tuple[str, ...] = (), metrics: tuple[str, ...] = ()
) -> pl.DataFrame:
    """The published figures that the sidebar's filters and the page's own let through.

    Those with a counterpart in sight are, whatever their source calls the experiment.
    """
    in_sight = pl.col("figure").is_in(_pairs(view)["figure"].implode())
    asked = {name: getattr(view.slice, name) for name in FILTERED}
    named = [pl.col(name).is_in(wanted) for name, wanted in asked.items() if wanted]
    own = {"source": sources, "metric": metrics}
    return published.figures().filter(
        in_sight | pl.all_horizontal(pl.lit(True), *named),
        *(pl.col(name).is_in(wanted) for name, wanted in own.items() if wanted),
    )


def beside(figures: pl.DataFrame, view: Analysis) -> pl.DataFrame:
    """The figures that have loaded counterparts, with what a chart and a table need.

    Returns:
        The columns of `warehouse.published.counterparts.counterparts`, and cell (the row's
        number), name and line (its labels), alike (`dumbbell.SAME` or `DIFFERS`),
        text and published_text (both numbers as people write them).
    """
    among = pl.col("figure").is_in(figures["figure"].implode())
    # What differs comes first, the widest gap before the others.
    worst = (pl.col("agrees").cast(pl.Int8).fill_null(2), -pl.col("difference").abs())
    found = _pairs(view).filter(among).sort(worst, nulls_last=True, maintain_order=True)
    found = found.with_row_index("cell")
    arms, rows = described(found), list(found.iter_rows(named=True))
    measured = found["metric"].replace_strict(titles(), return_dtype=pl.String())
    said = list(zip(arms, measured, found["cite"], strict=True))
    texts = {
        "name": [" · ".join(parts) for parts in said],
        "line": [
            "\n".join([wrapped(arm), wrapped(" · ".join(parts)), str(cell)])
            for cell, (arm, *parts) in enumerate(said)
        ],
        "text": [numbers.rate(row) for row in rows],
        "published_text": [written(_theirs(row)) for row in rows],
    }
    alike = pl.when("same").then(pl.lit(dumbbell.SAME)).otherwise(pl.lit(dumbbell.DIFFERS))
    return found.with_columns(
        *(pl.Series(name, wanted, pl.String()) for name, wanted in texts.items()),
        alike.alias("alike"),
    )


class Pairs(NamedTuple):
    """The pairs of one experiment."""

    name: str
    pairs: pl.DataFrame

    @property
    def heading(self) -> str:
        """Its name, and how many of its pairs agree."""
        agreeing, told = self.pairs["agrees"].sum(), self.pairs["agrees"].count()
        rest = self.pairs.height - told
        open_ = f", {rest} cannot be told" if rest else ""
        return f"{self.name}: {agreeing} of {numbers.plural(told, 'pair')} agree{open_}"

    @property
    def told(self) -> pl.DataFrame:
        """The pairs of which it can be told whether they agree; all, where it cannot of any."""
        known = self.pairs.filter(pl.col("agrees").is_not_null())
        return self.pairs if known.is_empty() else known

    @property
    def differs(self) -> bool:
        """Whether some pair does not agree."""
        return not self.pairs["agrees"].fill_null(True).all()


def panels(found: pl.DataFrame) -> list[Pairs]:
    """The pairs of every experiment, those that differ first."""
    parts = found.group_by("published_experiment", maintain_order=True)
    named = [Pairs(values.value("experiment", name), part) for (name,), part in parts]
    return sorted(named, key=lambda panel: not panel.differs)


def apart(figures: pl.DataFrame, found: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The figures and pairs of the literature, without those that only check the import.

    A figure that was computed from the very files that are loaded agrees if the import is right,
    whatever the literature says.
    """
    checks = found.filter("is_check")["figure"].implode()
    return figures.filter(~pl.col("figure").is_in(checks)), found.filter(~pl.col("is_check"))


def sentence(figures: pl.DataFrame, found: pl.DataFrame) -> str:
    """How many figures of the literature have a counterpart, how many agree, the largest gap."""
    total = numbers.plural(figures.height, "published figure")
    if found.is_empty():
        return f"None of {total} has a loaded counterpart of other data."
    matched = found["figure"].n_unique()
    verb = "has" if matched == 1 else "have"
    agreeing, told = found["agrees"].sum(), found["agrees"].count()
    text = f"{matched} of {total} {verb} a loaded counterpart; {agreeing} of {told} pairs agree"
    gap = found.filter("is_result").sort(pl.col("difference").abs(), nulls_last=False).tail(1)
    if gap["difference"].abs().max() in (None, 0):
        return f"{text}."
    row = gap.row(0, named=True)
    caveat = "" if row["same"] else ", whose definition differs"
    size = numbers.points(row["difference"]).removeprefix("−").removeprefix("+")
    model = values.value("model", row["model"])
    return f"{text}. The largest gap is {size} ({model}, {row['cite']}{caveat})."


def checked(checks: pl.DataFrame) -> str:
    """Whether the import gives the figures that were computed from the loaded files."""
    alike = checks.filter("same")
    equal = alike.filter(pl.col("difference").abs() <= ROUNDED).height
    total = numbers.plural(alike.height, "figure")
    text = f"{equal} of {total} that were computed from these very files come out the same here"
    rest = checks.height - alike.height
    more = f"; {rest} more are not counted alike, as the table says" if rest else ""
    return f"{text}{more}. That checks the import and says nothing of the literature."


@store.memo("Comparing …", entries=16)
def _pairs(view: Analysis) -> pl.DataFrame:
    """Every published figure beside the loaded arms in sight."""
    from warehouse.published import pairs

    return agreed.leading(store.opened(), pairs.of(store.opened(), view))


def titles() -> dict[str, str]:
    """What each metric is called."""
    return {name: metric.title for name, metric in published.metrics().items()}


def described(found: pl.DataFrame) -> list[str]:
    """The loaded arms in words; with how one was trained and sampled where that differs."""
    several = found.select(
        pl.col(*WAYS).n_unique().over("published_experiment", "model", "intervention")
    )
    human = values.named(found.select("model", "dataset", "intervention", "eval_intervention"))
    return [
        " · ".join(
            [
                row["model"],
                condition(row),
                *(way or NO_SETTINGS for way, n in zip(ways, ns, strict=True) if n > 1),
            ]
        )
        for row, ways, ns in zip(
            human.iter_rows(named=True), found.select(WAYS).rows(), several.rows(), strict=True
        )
    ]


def condition(row: Mapping[str, Any]) -> str:
    """What an arm was trained and evaluated with, from its labels and in short."""
    untuned = values.value("dataset", "none")
    usual = {values.value("dataset", e.dataset) for e in catalogue.experiments().values()}
    control = values.intervention("none")
    parts = [values.KINDS["none"] if row["intervention"] == control else row["intervention"]]
    if row["dataset"] == untuned:
        parts = [untuned]
    elif row["dataset"] not in usual | {numbers.UNKNOWN}:
        parts.insert(0, row["dataset"])
    if row["eval_intervention"] != values.value("eval_intervention", "none"):
        parts.append(f"asked with {row['eval_intervention']}")
    return " · ".join(parts)


def _theirs(row: Mapping[str, Any]) -> dict[str, Any]:
    """The published side of a pair, under the names that a figure has."""
    names = ("low", "high", "n", "questions")
    return {**row, "value": row["published"]} | {n: row[f"published_{n}"] for n in names}


def written(row: Mapping[str, Any]) -> str:
    """A published number as people write it: `at most 0.1 %`, `95 % [88.8, 97.9]  n = 100`."""
    shown = float if row["scale"] == "number" else numbers.hundredth
    unit = {"share": " %", "points": " points", "number": ""}[row["scale"]]
    text = f"{row['bound']} " if row["bound"] else ""
    text += f"{shown(row['value']):.4g}{unit}"
    if row["plus_minus"] is not None:
        text += f" ± {shown(row['plus_minus']):.4g}"
    if row["low"] is not None:
        text += f" [{shown(row['low']):.3g}, {shown(row['high']):.3g}]"
    counted = [f"n = {row['n']:,}"] if row["n"] is not None else []
    counted += [numbers.plural(row["questions"], "question")] if row["questions"] else []
    counted += [numbers.plural(row["seeds"], "seed")] if row["seeds"] else []
    return text.replace("-", "−") + (f"  {' · '.join(counted)}" if counted else "")
