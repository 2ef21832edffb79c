"""Picks as they are quoted: prompt, answer with its marks, a caption that the app writes."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePath
from typing import Any, NamedTuple

import msgspec
import polars as pl

from pages.quoting import quotes, sample
from pages.ui.view import store
from pages.ui.words import numbers, values
from warehouse import picks, transcripts
from warehouse.analysis import Analysis, written
from warehouse.errors import BrittlescopeError
from warehouse.picks import Cut, Mark, OfJudge, Pick, PickFound
from warehouse.transcripts import Transcript

LONGEST = 20_000
"""How many characters of an answer a quote has at most; the rest is a cut like any other."""

SHORT = 280
"""The same of a short one."""

SENSITIVE = "Sensitive text: a judge found it hateful or misaligned, or nobody judged it."

PASSAGES: dict[Mark, str] = {"cut": "cut", "covered": "redacted"}


class Quoted(NamedTuple):
    """One pick as it leaves the desk."""

    prompt: list[tuple[str, str]]
    by: str  # who says it: `Answer`, or the role of a message
    answer: str  # with a mark for every passage that is not shown
    beginning: str  # of it, for a short quote
    caption: str
    short: str  # a caption of one line
    warning: str  # empty where the text is not sensitive
    record: dict[str, Any]  # all of it for programs


def quoted(found: Iterable[PickFound]) -> list[Quoted]:
    """Every pick of the desk whose answer is in the data, in order."""
    return of((one.entry.body, one.key) for one in found if one.key is not None)


def of(picked: Iterable[tuple[Pick, int]]) -> list[Quoted]:
    """Every pick that the snapshot has, each with the sample it is of today."""
    every = list(picked)
    shares = Counter(pick.draw.id for pick, _ in every if pick.draw)
    made = (_quoted(pick, key, _kept(pick, shares), *_view(pick)) for pick, key in every)
    return [one for one in made if one is not None]


def analysis(pick: Pick) -> Analysis:
    """How a pick is judged and counted.

    Raises:
        BrittlescopeError: where its rule is gone, or it is no analysis of this version.
    """
    return written.from_json(pick.analysis, store.all_rules())


def cuts(pick: Pick, answer: str, most: int = LONGEST) -> tuple[Cut, ...]:
    """What a quote of a pick does not show: what a person left out, and what is too long."""
    rest = (Cut(most, len(answer)),) if len(answer) > most else ()
    return picks.joined([*pick.cuts, *rest])


def _kept(pick: Pick, shares: Mapping[str, int]) -> int:
    """How many of a pick's draw lie on the desk."""
    return shares[pick.draw.id] if pick.draw else 0


def _view(pick: Pick) -> tuple[Analysis, str]:
    """How a pick is judged and counted today, and why that is not as it was, where it is not."""
    try:
        return analysis(pick), ""
    except BrittlescopeError as error:
        return Analysis(), f" It was picked under another way of counting: {error}"


@store.memo(entries=256)
def _quoted(pick: Pick, key: int, kept: int, view: Analysis, why: str) -> Quoted | None:
    opened, traits = store.opened(), store.query("traits")
    shown = transcripts.transcript(opened, key)
    if shown is None:
        return None
    whole = said(pick, shown)
    hidden = cuts(pick, whole)
    today = picks.verdicts(opened, view, shown)
    judged, before = _judged(shown, traits, view, today), _before(pick, today)
    chosen = _chosen(pick, view, kept)
    warning = SENSITIVE if sample.is_sensitive(shown, traits, view.rule) else ""
    told = shown.context
    under = f"{values.value('experiment', told['experiment'])}: {sample.condition(told)}"
    origin = (
        f"{PurePath(told['path']).name}, row {told['source_row']}, SHA-256 {told['sha256'][:12]}, "
        f"Brittlescope sample {key}."
    )
    caption = " ".join(
        part
        for part in (
            f"{under}.",
            chosen,
            _of_message(pick, shown),
            *(judged or ["Judged by nobody."]),
            *before,
            f"Counted by the rule “{view.rule.title}”: {view.rule.summary}{why}",
            marks(hidden, whole),
            origin,
        )
        if part
    )
    verdict = "; ".join(map(_outcome, today)) + (" (judged otherwise when picked)" * bool(before))
    how = _chosen(pick, view, kept, is_short=True).rstrip(".")
    part = f", message {pick.number}" if pick.message else ""
    short = (
        f"{sample.condition(told)}; {verdict or 'not judged'}; {_lower(how)}; sample {key}{part}"
    )
    shortened = cuts(pick, whole, min(SHORT, len(whole)))
    answer = picks.shown(whole, hidden)
    record = _record(pick, key, shown, answer, hidden, judged, chosen, caption, view, warning)
    beginning = picks.shown(whole, shortened)
    by = _by(pick, shown)
    return Quoted(sample.prompt(told), by, answer, beginning, caption, short, warning, record)


def said(pick: Pick, shown: Transcript) -> str:
    """What a pick shows, whole: its answer, or in brackets why there is none, or its message."""
    if pick.message is None:
        return sample.said(shown.answer, shown.error, shown.lost)
    return picks.text_of(pick, shown) or "[the message is empty]"


def _by(pick: Pick, shown: Transcript) -> str:
    message = shown.message(pick.message.number) if pick.message else None
    return "Answer" if message is None else sample.role(message)


def _of_message(pick: Pick, shown: Transcript) -> str:
    """Which message a pick shows, in a sentence, and that judges judged something else."""
    if pick.message is None:
        return ""
    role = _lower(_by(pick, shown))
    return (
        f"Shown is message {pick.message.number:,} of {len(shown.messages):,} of the conversation "
        f"({role}); judges judged the answer."
    )


def marks(hidden: Sequence[Cut], whole: str) -> str:
    """What marks stand for, in a sentence; empty where nothing is left out."""
    parts = [
        f"{picks.MARKS[mark]} marks {numbers.plural(n, 'passage')} {PASSAGES[mark]} "
        f"({characters:,} of {len(whole):,} characters)"
        for mark, (n, characters) in picks.left_out(hidden).items()
    ]
    own = [mark for mark in picks.MARKS.values() if hidden and mark in whole]
    said = f"{'; '.join(parts)}." if parts else ""
    return said + "".join(f" {mark} stands in the answer itself, too." for mark in own)


def _chosen(pick: Pick, view: Analysis, kept: int, is_short: bool = False) -> str:
    """How a pick came to be chosen; of a draw, how much of it is shown and from what it was."""
    later = "" if pick.content == store.opened().lake.content() else " The data has changed since."
    if pick.draw is None:
        return picks.BY_HAND if is_short else f"{pick.chosen}{later}"
    part = "" if kept >= pick.draw.n else f" Of these, {kept:,} were kept by hand."
    said = f"{pick.draw.told}{part}"
    within = "; ".join(quotes.narrowed_to(view.slice))
    return said if is_short else f"{said} Drawn from {within or 'all answers'}.{later}"


def _judged(
    shown: Transcript, traits: pl.DataFrame, view: Analysis, today: Sequence[OfJudge]
) -> list[str]:
    counts = store.counts(quotes.beside(shown, view), view.rule)
    return quotes.judged(shown, [msgspec.structs.asdict(v) for v in today], counts, traits, view)


def _before(pick: Pick, today: Sequence[OfJudge]) -> list[str]:
    """What judges made of an answer when it was picked, where they do not today."""
    return [
        f"When it was picked: {values.value('trait', one.trait)}, judge "
        f"{values.value('judge', one.judge)}: {_outcome(one)}."
        for one in pick.verdicts
        if one not in today
    ]


def _outcome(one: OfJudge) -> str:
    return sample.judged(msgspec.structs.asdict(one))


def _record(
    pick: Pick,
    key: int,
    shown: Transcript,
    answer: str,
    hidden: Sequence[Cut],
    judged: Sequence[str],
    chosen: str,
    caption: str,
    view: Analysis,
    warning: str,
) -> dict[str, Any]:
    told = shown.context
    names = ("study", "experiment", "model", "dataset", "intervention", "eval_intervention")
    return {
        "sample": key,
        **{name: told[name] for name in names},
        "settings": told["settings"],
        "system_prompt": told["system_prompt"],
        "eval_text": told["eval_text"],
        "question": told["question_text"],
        "answer": answer,
        "message": msgspec.to_builtins(pick.message),
        "characters": len(picks.text_of(pick, shown) or ""),
        "left_out": [msgspec.to_builtins(cut) for cut in hidden],
        "chosen": chosen,
        "draw": msgspec.to_builtins(pick.draw),
        "rule": view.rule.name,
        "judged": list(judged),
        "judged_when_picked": msgspec.to_builtins(pick.verdicts),
        "caption": caption,
        "sensitive": bool(warning),
        "note": pick.note,
        "tags": list(pick.tags),
        "file": PurePath(told["path"]).name,
        "row": told["source_row"],
        "sha256": told["sha256"],
    }


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
