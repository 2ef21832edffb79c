"""The sentences of the overview: what the study found, what is loaded, what is left over."""

from collections.abc import Sequence

import polars as pl

from pages.results.overview.cards import Card, Finding
from pages.ui.view import store
from pages.ui.words import emergence, numbers, values
from warehouse.analysis import Analysis
from warehouse.uncounted import Uncounted

NO_FINDINGS = "Nothing looks suspicious in what the filters let through."

_TUNED = pl.col("dataset") != "none"


def answer(cards: Sequence[Card]) -> str:
    """What the study found: in how many experiments a trait emerges, and where most."""
    emerging = [card for card in cards if any(line.found.emerged for line in card.lines)]
    lines = [(card, line) for card in cards for line in card.lines if line.found.highest]
    if not lines:
        return "No result yet: " + _nothing(cards)
    total = numbers.plural(len(cards), "experiment")
    if emerging:
        card, line = max(
            ((card, line) for card, line in lines if line.found.strongest),
            key=lambda found: (found[1].found.strongest or {})["rate"],
        )
        most = _most(card, line, len(cards) > 1)
        if len(cards) == 1:
            return f"{line.name} emerges, most in {most}."
        return f"A trait emerges in {len(emerging)} of {total}, most: {_trait(line)} in {most}."
    card, line = lines[0]
    told = [line.found for card in cards for line in card.lines]
    every, known = (sum(getattr(one, name) for one in told) for name in ("fine_tunes", "known"))
    caveat = f"emergence is open in {every - known} of {numbers.plural(every, 'fine-tune')}"
    if not known and {state for one in told for state in one.states} == {"no untuned model"}:
        caveat = "without untuned models, emergence is open"
    elif known == every:
        caveat = "no emergence is shown"
    return f"The most: {_trait(line)} in {_most(card, line, len(cards) > 1)}; {caveat}."


def _trait(line: Finding) -> str:
    return values.value("trait", line.identity["trait"])


def has_results(cards: Sequence[Card]) -> bool:
    """Whether any fine-tune without an intervention is a result."""
    return any(line.found.highest for card in cards for line in card.lines)


def _most(card: Card, line: Finding, several: bool) -> str:
    """The highest rate of a line: `61 % [49, 72] of answers (…)`."""
    row = line.found.strongest or line.found.highest or {}
    rate = numbers.percent(row["rate"], row["low"], row["high"])
    where = [card.heading.split(" · ")[0]] if several else []
    where += [values.value("model", row["model"])]
    n = f"n = {row['n_counted']:,} · {numbers.plural(row['questions'], 'question')}"
    return f"{rate} of answers ({', '.join([*where, n])})"


def _nothing(cards: Sequence[Card]) -> str:
    """Why there is none."""
    tuned = [line for card in cards for line in card.lines if line.found.fine_tunes]
    if tuned:
        return f"{emergence.doubts(tuned[0].found)}."
    return "nothing was fine-tuned without an intervention."


def loaded(counts: pl.DataFrame, questions: pl.DataFrame) -> str:
    """How much of everything is in sight, in one line.

    Args:
        counts: The counts frame of what is in sight.
        questions: All questions (the query `questions`).
    """
    answers = _samples(counts).select(pl.col("n_planned", "n_answered").sum()).row(0)
    tuned = counts.filter(_TUNED)
    untuned = counts.filter(pl.col("dataset") == "none")
    fine_tunes = counts["run"].n_unique() - untuned["run"].n_unique()
    runs = fine_tunes + untuned.select("study", "model").n_unique()
    interventions = counts.filter(pl.col("intervention") != "none")["intervention"].n_unique()
    parts = [
        numbers.plural(counts["model"].n_unique(), "model"),
        numbers.plural(tuned["dataset"].n_unique(), "dataset"),
        numbers.plural(interventions, "intervention"),
        f"{numbers.plural(runs, 'run')} ({fine_tunes:,} fine-tuned)",
        numbers.plural(counts["evaluation"].n_unique(), "evaluation"),
        _asked(questions.join(counts.select("question"), "question", "semi")),
    ]
    return f"{' · '.join(parts)} · {answers[1]:,} of {numbers.plural(answers[0], 'planned answer')}"


def _asked(questions: pl.DataFrame) -> str:
    """How many questions, whichever experiments ask them and under whatever system prompt."""
    words = questions["text"].n_unique()
    asked = numbers.plural(words, "question")
    if questions.select("text", "system_prompt").n_unique() == words:
        return asked
    return f"{asked} under {questions['system_prompt'].n_unique():,} system prompts"


LOADED = (
    "What the filters let through and a rule can count. An untuned model is one run, however many "
    "experiments it is asked in. Training also lists runs that nobody evaluated; Sources counts "
    "the judgements in the files, with those that a newer file replaced or no trait uses."
)
"""Why other pages have other numbers of runs and judgements."""


def left_over(told: Sequence[Uncounted]) -> str:
    """How many answers beside those in sight are in no number, in one sentence."""
    most = {one.experiment: 0 for one in told}
    for one in told:
        most[one.experiment] = max(most[one.experiment], one.n)
    total = numbers.plural(sum(most.values()), "more answer")
    return f"{total} loaded, in no number: see why, and what would count them"


def unseen(card: Card) -> str:
    """What a card does not draw."""
    models, columns = card.left_out
    parts = [numbers.plural(n, noun) for n, noun in ((models, "model"), (columns, "column")) if n]
    return f"{' and '.join(parts)} more: the button leads to all of them." if parts else ""


def _samples(counts: pl.DataFrame) -> pl.DataFrame:
    """Samples once each, however many traits and judges they were looked at for."""
    return counts.group_by("evaluation", "question").agg(
        pl.col("dataset", "intervention", "model").first(),
        pl.col("n_planned", "n_answered").max(),
    )


@store.memo()
def in_doubt(view: Analysis) -> list[str]:
    """What keeps answers in sight from being a result, and what settles it."""
    from warehouse.analysis import results

    return results.in_doubt(store.opened(), view)
