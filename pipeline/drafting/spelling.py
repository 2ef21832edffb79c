"""Texts as a draft writes them: as YAML takes them, and in remarks."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence

from pipeline.drafting.patterns import PathPart

_WORDS = {"yes", "no", "on", "off", "true", "false", "null", "y", "n"}

DATASETS = ("none", "base", "baseline", "instruct")
"""What an untuned model is often said to be trained on."""

CONTROLS = ("control", "plain", "vanilla", "unprompted", "no intervention", "no prompt",
            "no inoculation")  # fmt: skip
"""What training without an intervention is often called."""


def quoted(text: str) -> str:
    """A text as YAML takes it, quoted where it must be."""
    plain = text.replace("_", "").replace("-", "").replace(".", "")
    is_word = plain.isalnum() and plain[0].isalpha() and text.lower() not in _WORDS
    return text if is_word else json.dumps(text, ensure_ascii=False)


def remark(text: str) -> str:
    """A text in a remark: one line, and no mark that would begin another."""
    return " ".join(text.split()).replace("#", "")[:120]


def meanings(
    words: Sequence[PathPart],
    bounded: Sequence[PathPart],
    judges: Mapping[str, str],
    interventions: PathPart,
) -> Iterator[str]:
    """What texts mean; those of `bounded` places stand for no others, one may be the control."""
    untuned = {
        place.name: {text: "none" for text in place.values if text.lower() in DATASETS}
        for place in words[:1]
    }
    renamed = {name: texts for name, texts in untuned.items() if texts.keys() - {"none"}}
    if bounded or judges:
        yield "    values:  # other files have paths of the same form" if bounded else "    values:"
        if judges:
            are_names = all(name == written for written, name in judges.items())
            told = f"[{', '.join(map(quoted, judges))}]" if are_names else f"{{{_pairs(judges)}}}"
            yield f"      judge: {told}"
        for place in bounded:
            yield f"      {place.name}: [{', '.join(map(quoted, place.values))}]"
    named = [t for t in interventions.values if re.sub(r"[\W_]+", " ", t).lower() in CONTROLS]
    is_asked = not named and interventions.values and "none" not in interventions.values
    if renamed or named:
        yield "    rename:"
        for name, texts in renamed.items():
            yield f"      {name}: {{{_pairs(texts)}}}  # the untuned model"
        if named and interventions.name not in renamed:
            yield f"      {interventions.name}: {{{quoted(named[0])}: none}}  # ? the control"
    if is_asked:
        yield f"    # ? Which is the control: `rename: {{{interventions.name}: {{WORD: none}}}}`."


def _pairs(texts: Mapping[str, str]) -> str:
    return ", ".join(f"{quoted(text)}: {quoted(meaning)}" for text, meaning in texts.items())
