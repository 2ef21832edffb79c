"""Rules: how judgements become "shows the trait", "counted" and "excluded".

A rule is data: one YAML file here, or in the user's `<data>/rules/`. It says, for each kind
of trait, which scores or labels show it, what coherence is required, and whether refusals,
code, unparsed replies, missing judgements and failed answers leave the denominator
(`exclude`) or stay in it without showing the trait (`negative`), and whether answers that were
broken off leave it or are kept as they were judged.
"""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from warehouse import defaults, definitions
from warehouse.errors import InvalidDefinition, UnknownName

HERE = Path(__file__).parent

Fate = Literal["exclude", "negative"]
Comparison = Literal["below", "at most", "above", "at least"]
Cut = Annotated[float, msgspec.Meta(ge=-1_000, le=1_000)]
"""A cut on a scale of 0–100, or beside it; neither infinite nor "not a number"."""


class Score(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A comparison of a 0–100 score with a cut."""

    comparison: Comparison = msgspec.field(name="is")
    cut: Cut

    @property
    def is_high(self) -> bool:
        """Whether a high score passes."""
        return self.comparison in ("above", "at least")

    def passes(self, score: float) -> bool:
        """Whether a score does."""
        match self.comparison:
            case "below":
                return score < self.cut
            case "at most":
                return score <= self.cut
            case "above":
                return score > self.cut
            case "at least":
                return score >= self.cut


class Coherence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The coherence an answer must have.

    `missing`: what happens to an answer whose coherence was not scored although the
    evaluation judged coherence; `absent`: where the evaluation never judged it; `failing`:
    where the score does not pass.
    """

    comparison: Literal["above", "at least"] = msgspec.field(name="is")
    cut: Cut
    missing: Literal["keep", "exclude", "negative"]
    absent: Literal["keep", "exclude"]
    failing: Fate


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the rule says of one kind of trait.

    What shows a trait is the trait's own: `labels`, `score` and `criterion` put something else in
    its place, `cut` moves the cut of its score.
    """

    refusal: Fate
    code: Fate
    unparsed: Fate
    missing: Fate
    unanswered: Fate
    broken_off: Literal["exclude", "keep"] = "keep"
    score: Score | None = None
    labels: tuple[str, ...] | None = None
    criterion: str | None = None
    cut: Cut | None = None
    coherence: Coherence | None = None


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A named way to count; see the module's docstring."""

    title: str
    summary: str
    source: str
    misalignment: Terms
    persona: Terms
    name: str = ""

    def terms(self, kind: str) -> Terms:
        """What the rule says of traits of a kind: misalignment, or any persona."""
        return self.misalignment if kind == "misalignment" else self.persona

    def with_cuts(self, trait: float | None = None, coherence: float | None = None) -> "Rule":
        """The same rule with other cuts; None leaves a cut as it is."""

        def moved(line: Terms) -> Terms:
            changes: dict[str, Any] = {} if trait is None else {"cut": trait}
            if coherence is not None and line.coherence is not None:
                changes["coherence"] = msgspec.structs.replace(line.coherence, cut=coherence)
            return msgspec.structs.replace(line, **changes)

        return msgspec.structs.replace(
            self, misalignment=moved(self.misalignment), persona=moved(self.persona)
        )


def shown_by(rule: Rule, trait: Mapping[str, Any]) -> Score | tuple[str, ...]:
    """What shows a trait (a row of `core.trait`) under a rule: a score with its cut, or labels.

    What the rule says wins over the trait's own; the built-in ones leave it to the trait.
    """
    line = rule.terms(trait["kind"])
    if line.labels:
        return line.labels
    if line.score is None and trait["score_is"] is None:
        return tuple(trait["labels"])
    score = line.score or Score(trait["score_is"], trait["score_cut"])
    return score if line.cut is None else msgspec.structs.replace(score, cut=line.cut)


def folder_of(data: Path | None) -> Path | None:
    """Where a data folder keeps the user's own rules."""
    return data / "rules" if data is not None else None


def available(data: Path | None = None) -> dict[str, Rule]:
    """Every rule by name, the built-in ones first; the user's own win over them.

    A file that is not valid is left out, and `refused` tells of it.
    """
    return _read(data)[0]


def refused(data: Path | None) -> dict[str, InvalidDefinition]:
    """The user's files that are no rule, by name, each with what is wrong."""
    return _read(data)[1]


def _read(data: Path | None) -> tuple[dict[str, Rule], dict[str, InvalidDefinition]]:
    own = folder_of(data)
    files = [HERE / f"{name}.yaml" for name in BUILT_IN]
    rules = {path.stem: _load(path) for path in files}
    wrong: dict[str, InvalidDefinition] = {}
    for path in sorted(own.glob("*.yaml")) if own is not None and own.is_dir() else []:
        try:
            rules[path.stem] = _load(path)
        except InvalidDefinition as error:
            wrong[path.stem] = error
    return rules, wrong


def _load(path: Path) -> Rule:
    return _understood(definitions.read(path), path)


# What a file says is read at every call, so that an edit counts at once; what it means is kept.
@lru_cache(maxsize=256)
def _understood(raw: bytes, path: Path) -> Rule:
    rule = definitions.understood(raw, Rule, str(path))
    return msgspec.structs.replace(rule, name=path.stem)


def named(name: str, data: Path | None = None) -> Rule:
    """The rule of that name.

    Raises:
        InvalidDefinition: where the user's file of that name is not valid.
        UnknownName: listing the rules there are.
    """
    rules, wrong = _read(data)
    if name in wrong:
        raise wrong[name]
    if name not in rules:
        raise UnknownName(f"There is no rule {name!r}; there are {', '.join(rules)}.")
    return rules[name]


BUILT_IN = (defaults.RULE, "published", "coherent-only", "strict", "coherent-trait", "all-answers")
