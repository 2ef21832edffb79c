"""The overview's cards: an experiment each, with a column for each trait, judge and dataset."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import polars as pl

from pages.landscape.mosaic import EMERGENCE, RATES, Mosaic, State, Tile
from pages.printing import claiming
from pages.ui.parts import suspicions
from pages.ui.view import arms, store
from pages.ui.words import armnames, emergence, numbers, values, verdicts, wordings
from warehouse import agreed
from warehouse.analysis import Analysis
from warehouse.stats import landscape
from warehouse.stats.landscape import KNOWN, Headline
from warehouse.stats.rates import IDENTITY

PAGE = 2
"""How many rows of cards stand on one page."""

ROWS, COLUMNS = 12, 8
"""How many models, and how many columns, a card draws."""

WIDE = 5
"""From how many columns on a card is as wide as the page."""

TOLD = 4
"""How many interventions on a tile are told with their texts."""

OF = ("study", "experiment")
"""What a card is about."""

_FOCUS = ("trait", "judge")


class Finding(NamedTuple):
    """What one trait and judge of a card come to."""

    identity: Mapping[str, Any]
    name: str  # of the trait, and of the judge where there are several
    sentence: str
    found: Headline
    models: list[str]

    @property
    def treated(self) -> bool:
        """Whether interventions are compared with a control."""
        return bool(self.found.verdicts)


class Card(NamedTuple):
    """One experiment: its name, what its traits come to, its tiles, and where each leads."""

    heading: str
    lines: list[Finding]
    picture: Mosaic | None  # None where nothing was fine-tuned without an intervention
    cells: pl.DataFrame  # a row for each tile, by `cell`
    left_out: tuple[int, int]  # models and columns that are not drawn


def table(view: Analysis) -> pl.DataFrame:
    """What the cards show, to take away: verdicts and flags as texts."""
    texts = (pl.col(name).list.join(joint).alias(name) for name, joint in _LISTS.items())
    return arms.landscape(view).with_columns(texts)


def claimed(view: Analysis) -> None:
    """A popover that keeps a number of a model and dataset as a claim, where there are any."""
    found = arms.landscape(view)
    if found.is_empty():
        return
    named = found.with_columns(
        pl.lit("none").alias("intervention"), pl.lit("none").alias("eval_intervention")
    )
    cells = found.select(landscape.KEY)
    claiming.popover(view, ["landscape"], cells, armnames.names(named), "overview")


_LISTS = {"verdicts": ", ", "tried": ", ", "flags": "; "}


@store.memo()
def of(view: Analysis) -> list[Card]:
    """A card for every experiment, those first of which there is most to tell."""
    counts = agreed.leading(store.opened(), store.counts(view.slice, view.rule))
    known = counts.select(IDENTITY).unique().sort(IDENTITY)
    found = arms.landscape(view)
    cards = [_card(part, found, view) for part in known.partition_by(OF, maintain_order=True)]
    return sorted(cards, key=lambda card: _rank(card.lines[0].found), reverse=True)


def _card(identities: pl.DataFrame, found: pl.DataFrame, view: Analysis) -> Card:
    """The card of one study's experiment."""
    lines = [_line(row, identities, found, view) for row in identities.to_dicts()]
    lines.sort(key=lambda line: _rank(line.found), reverse=True)
    mine = found.join(identities, on=IDENTITY, how="semi", nulls_equal=True)
    first = lines[0].identity
    study = f" · {values.value('study', first['study'])}" if len(store.studies()) > 1 else ""
    heading = values.value("experiment", first["experiment"]) + study
    if mine.is_empty():
        return Card(heading, lines, None, mine, (0, 0))
    return _drawn(heading, lines, mine)


def _line(
    identity: Mapping[str, Any], among: pl.DataFrame, found: pl.DataFrame, view: Analysis
) -> Finding:
    mine = found.filter(pl.col(name).eq_missing(pl.lit(v)) for name, v in identity.items())
    head = landscape.headline(mine)
    several = among.filter(trait=identity["trait"]).height > 1
    name = values.value("trait", identity["trait"])
    name += f" · judge: {values.value('judge', identity['judge'])}" if several else ""
    sentence = alone(_rates(identity, view)) if mine.is_empty() else emergence.headline(head)
    return Finding(identity, name, sentence, head, mine["model"].unique().to_list())


def _rates(identity: Mapping[str, Any], view: Analysis) -> pl.DataFrame:
    """The rates of a focus in which nothing was fine-tuned without an intervention."""
    found = arms.rates(view)
    return found.filter(pl.col(name).eq_missing(pl.lit(v)) for name, v in identity.items())


def doubt(line: Finding) -> str:
    """Of which models the judge's own questions contradict each other, if of any."""
    doubted = store.findings(suspicions.DISAGREEMENT).filter(
        pl.col("experiment") == line.identity["experiment"],
        pl.col("model").is_in(line.models),
    )
    models = doubted.sort("n", descending=True)["model"].unique(maintain_order=True)
    named = numbers.listing(values.value("model", model) for model in models)
    return f"{named}: the judge’s own questions contradict each other." if named else ""


def _rank(found: Headline) -> tuple[bool, int, float, int]:
    """Results before none; what emerges, then the highest rate, then what was tried against it."""
    highest = found.highest["rate"] if found.highest else 0.0
    return (
        found.highest is not None,
        found.emerged,
        highest,
        sum(found.verdicts.values()),
    )


def _drawn(heading: str, lines: Sequence[Finding], mine: pl.DataFrame) -> Card:
    """The card with its picture: the models of most emergence, the columns that come first."""
    several = mine["dataset"].n_unique() > 1
    columns: dict[tuple[Any, ...], str] = {}
    for line in lines:
        identity = line.identity
        of_line = mine.filter(pl.col(name).eq_missing(pl.lit(identity[name])) for name in _FOCUS)
        for dataset in of_line["dataset"].unique().sort():
            key = (identity["trait"], identity["judge"], dataset)
            name = line.name.replace("judge: ", "") if len(lines) > 1 or not several else ""
            more = values.value("dataset", dataset) if several else ""
            columns[key] = " · ".join(filter(None, (name, more)))
    strength = pl.coalesce("emergence", "rate").max()
    models = (
        mine.group_by("model", maintain_order=True)
        .agg(strength.alias("most"))
        .sort("most", "model", descending=[True, False], nulls_last=True)["model"]
        .to_list()
    )
    shown_models, shown = models[:ROWS], dict(list(columns.items())[:COLUMNS])
    cells = mine.with_row_index("cell").filter(pl.col("model").is_in(shown_models))
    tiles = [
        _tile(row, shown_models.index(row["model"]), list(shown).index(key))
        for row in cells.to_dicts()
        if (key := (row["trait"], row["judge"], row["dataset"])) in shown
    ]
    labels = values.distinct("model", shown_models)
    picture = Mosaic(tiles, [labels[m] for m in shown_models], list(shown.values()))
    return Card(
        heading, list(lines), picture, mine.with_row_index("cell"),
        (len(models) - len(shown_models), len(columns) - len(shown)),
    )  # fmt: skip


def _tile(row: Mapping[str, Any], at: int, column: int) -> Tile:
    """A model trained on a dataset: its emergence, or its rate without an untuned model."""
    value, ramp, text = row["emergence"], EMERGENCE, ""
    if value is None:
        value, ramp = row["rate"], RATES
        text = "" if value is None else numbers.whole(value)
    else:
        text = numbers.signed(value)
    is_result = row["is_result"] and row["state"] in (*KNOWN, "no untuned model")
    state: State = "result" if is_result else "not a result"
    more = f"▼ {row['lower']} of {len(row['verdicts'])}" if row["verdicts"] else ""
    return Tile(
        row["cell"], at, column, value, ramp, state, text, more, row["verdicts"], _about(row)
    )


def _about(row: Mapping[str, Any]) -> dict[str, str]:
    """What hovering over a tile says."""
    rate = numbers.percent(row["rate"], row["low"], row["high"])
    told = {
        "Model": values.value("model", row["model"]),
        "Trained on": values.value("dataset", row["dataset"]),
        "Trait": values.value("trait", row["trait"]),
        "Judge": values.value("judge", row["judge"]),
        "Rate": f"{rate}  n = {row['n_counted']:,} · "
        f"{numbers.plural(row['questions'], 'question')}",
        "Untuned": numbers.percent(row["untuned_rate"]) if row["untuned_rate"] is not None else "—",
        "Emergence": "—",
        "Which means": landscape.MEANINGS[row["state"]],
        "Interventions": verdicts.counted(row["verdicts"]) or "—",
        "Their texts": _texts(row) or "—",
    }
    if row["emergence"] is not None:
        span = (row[f"emergence{end}"] for end in ("", "_low", "_high"))
        told["Emergence"] = numbers.points(*span)
    if row["ways"] > 1:
        told["Of"] = f"{row['ways']} ways of training or sampling, the one with most answers"
    return told


def _texts(row: Mapping[str, Any]) -> str:
    """What the first interventions on a tile say, in the order of their verdicts."""
    place = row["experiment"], row["study"]
    told = [
        f"{values.intervention(name)}, {verdict}: {wordings.of(name, *place).said}"
        for name, verdict in zip(row["tried"][:TOLD], row["verdicts"], strict=False)
    ]
    rest = len(row["tried"]) - TOLD
    return " · ".join([*told, *([f"{rest:,} more"] if rest > 0 else [])])


def alone(rates: pl.DataFrame) -> str:
    """What can be said where nothing was fine-tuned without an intervention.

    Args:
        rates: The arms of one experiment, trait and judge (`warehouse.stats.rates.rates`).
    """
    untuned = rates.filter(dataset="none").height == rates.height
    why = "only untuned models" if untuned else "no fine-tune without an intervention"
    results = rates.filter("is_result", pl.col("rate").is_not_null())
    if results.is_empty():
        return f"No result; {why}."
    row = results.sort("rate", descending=True, maintain_order=True).row(0, named=True)
    lead = "Up to " if results.height > 1 else ""
    rate = numbers.percent(row["rate"], row["low"], row["high"])
    where = values.value("model", row["model"])
    n = f"n = {row['n_counted']:,} · {numbers.plural(row['questions'], 'question')}"
    missing = "fine-tune one" if untuned else "evaluate a control"
    return f"{lead}{rate} ({where}, {n}); {why}, so emergence is open: {missing}."
