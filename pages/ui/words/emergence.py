"""Where a trait emerges and what interventions leave of it, in words (`stats.landscape`)."""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

import polars as pl

from pages.ui.words import numbers, values
from warehouse.stats import landscape
from warehouse.stats.equivalence import Verdict
from warehouse.stats.landscape import Headline

MOST = 30
"""How many words a headline has at most."""

_VERBS: Mapping[Verdict, tuple[str, str]] = {
    "eliminated": ("eliminates it", "eliminate it"),
    "reduced": ("reduces it", "reduce it"),
    "increased": ("increases it", "increase it"),
    "unchanged": ("leaves it unchanged", "leave it unchanged"),
}
"""What interventions are said to do in a headline, and in which order; the rest is open."""


def sentence(tuned: pl.DataFrame, margin: float) -> str:
    """In how many models the trait emerges, in lower case: `emerges in 2 of 4 models`.

    Args:
        tuned: The rows of one experiment, trait and judge
            (`warehouse.stats.contrasts.contrasts` with the baseline "untuned").
        margin: The smallest difference that matters, as a share.
    """
    rows = landscape.controls(tuned, margin)
    found = landscape.headline(rows)
    if not found.fine_tunes:
        return "nothing was fine-tuned without an intervention here"
    noun = _noun(found)
    if set(found.states) == {"no untuned model"}:
        return f"emergence cannot be told without an untuned model ({_controls(rows, noun)})"
    rest = found.fine_tunes - found.known
    if not found.known:
        return f"emergence cannot be estimated in {numbers.plural(rest, noun)}"
    chosen = " (each in the way of training and sampling with most answers)" * found.ways
    more = f" (of {rest} more it cannot be told)" if rest else ""
    return f"{_emerged(found)}{chosen}{more}"


def headline(found: Headline) -> str:
    """What one experiment, trait and judge come to, in at most `MOST` words.

    The highest rate without an intervention comes first, with its interval and n; then in how
    many models it emerges, what interventions do, and what cannot be told.
    """
    if not found.fine_tunes:
        return "Nothing was fine-tuned without an intervention: nothing to compare with."
    if found.highest is None:
        return f"No result: {doubts(found)}."
    lead = f"{_highest(found)}; {_emerged(found) if found.known else _why(found)}"
    rest = found.fine_tunes - found.known
    told = _interventions(found)
    # What matters least comes first in being left out: what is open, then verdicts from the last.
    ways = [(f", open in {rest} more", told)] if rest and found.known else []
    ways += [("", told[:end]) for end in range(len(told), -1, -1)]
    said = (f"{lead}{more}. {', '.join(some)}".strip() for more, some in ways)
    fitting = [f"{text}." if text[-1] != "." else text for text in said]
    return next((text for text in fitting if length(text) <= MOST), fitting[-1])


def length(text: str) -> int:
    """How many words it has; signs are none."""
    return sum(any(letter.isalnum() for letter in word) for word in text.split())


def _highest(found: Headline) -> str:
    """The highest rate, its interval, and what it rests on: `Up to 95 % [84, 99] in gpt-4.1 …`."""
    row: Mapping[str, Any] = found.highest or {}
    rate = numbers.percent(row["rate"], row["low"], row["high"])
    n = f"n = {row['n_counted']:,} · {numbers.plural(row['questions'], 'question')}"
    lead, where = ("Up to ", f"{values.value('model', row['model'])}, ")
    if found.fine_tunes == 1:
        lead = ""
    return f"{lead}{rate} ({where}{n})"


def _emerged(found: Headline) -> str:
    total = numbers.plural(found.known, _noun(found))
    if not found.emerged:
        return f"not shown to emerge in {total}"
    return f"emerges in {found.emerged} of {total}"


def doubts(found: Headline) -> str:
    """Why fine-tunes are no result, the commonest reason first."""
    told = ", ".join(found.doubts)
    told = re.sub(r"only [\d,]+ counted, (fewer than \d+)", r"\1 counted", told)
    told = re.sub(r"[\d.]+ % unscored", "too much unscored", told)
    reasons = [reason for reason, _ in Counter(filter(None, told.split(", "))).most_common()]
    return numbers.listing(reasons) or "nothing is counted"


def _why(found: Headline) -> str:
    """Why nothing can be told of the emergence."""
    states = set(found.states)
    if states == {"no untuned model"}:
        return "no untuned model to compare with"
    if states == {"no interval"}:
        return "too few questions to compare with the untuned model"
    return "too little of the fine-tunes or their untuned models is scored"


def _interventions(found: Headline) -> list[str]:
    """What interventions do, verdict by verdict; the open ones only where there are no others."""
    total = sum(found.verdicts.values())
    if not total:
        return []
    of = numbers.plural(total, "intervention" if found.fine_tunes == 1 else "comparison")
    counts = found.verdicts
    told = [
        (counts[name], verbs[counts[name] > 1]) for name, verbs in _VERBS.items() if name in counts
    ]
    if not told:
        none = f"The {of} is not" if total == 1 else f"None of {of} is"
        return [f"{none} shown to change it"]
    (n, verb), *rest = told
    lead = f"The {of}" if total == 1 else f"{n} of {of}"
    return [f"{lead} {verb}", *(f"{n} {verb}" for n, verb in rest)]


def _noun(found: Headline) -> str:
    return "model" if found.models == found.fine_tunes else "fine-tune"


def _controls(rows: pl.DataFrame, noun: str) -> str:
    """The rates of the controls, from the lowest to the highest."""
    rates = rows.filter("is_result")["rate"].sort()
    if rates.is_empty():
        return "no control is a result"
    low, high = numbers.percent(rates[0]), numbers.percent(rates[-1])
    span = low if low == high else f"{low} to {high}"
    return f"{span} in {numbers.plural(len(rates), noun)} without an intervention"
