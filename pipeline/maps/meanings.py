"""What a mapping says of one file: its dimensions, its columns, its scores."""

import re
from collections.abc import Collection
from collections.abc import Mapping as Table
from types import MappingProxyType
from typing import Annotated, Any

import msgspec

from pipeline.foreign.spec import Companion, Expression, Join, JudgeKind, Long, Shape, Status
from pipeline.maps import interventions, pathpatterns
from pipeline.maps.interventions import MappedIntervention
from warehouse import catalogue
from warehouse.shards import digest

Text = Annotated[str, msgspec.Meta(min_length=1)]
Count = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
Amount = Annotated[float, msgspec.Meta(ge=0)]
Constant = str | int | float
Values = Annotated[dict[str, Constant], msgspec.Meta(min_length=1)]
Listed = Values | Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
"""All spellings there are: with what they mean, or alone, for themselves."""

Scale = tuple[float, float]
"""The raw values that mean 0 and 100."""

Wildcard = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
"""A text in which an asterisk stands for anything."""


class Dimensions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a file, or some rows of it, hold the results of."""

    experiment: Text
    model: Text
    dataset: Text
    intervention: Text
    eval_intervention: Text = "none"
    model_id: Text | None = None
    epochs: Amount | None = None
    lora_rank: Count | None = None
    seed: Count | None = None
    temperature: Amount | None = None
    max_tokens: Count | None = None
    judge: Text = "unrecorded"
    step: Count | None = None
    rerun_of: Text | None = None
    steer_vector: Text | None = None
    steer_layer: Count | None = None
    steer_scale: float | None = None

    @property
    def steering(self) -> MappedIntervention | None:
        """The steering of the activations, if there was any: an intervention with its dose."""
        given = self.steer_vector or self.steer_scale  # a layer alone steers nothing
        if not given or self.steer_vector == "none" or self.steer_scale == 0:
            return None
        return MappedIntervention(kind="steering", phase="eval", dose=self.steer_scale)

    @property
    def steered(self) -> str | None:
        """What the steering is called, or None where there was none."""
        layer = f" layer {self.steer_layer}" if self.steer_layer is not None else ""
        scale = f" × {self.steer_scale:g}" if self.steer_scale is not None else ""
        vector = f" {self.steer_vector}" if self.steer_vector else ""
        return f"steering{vector}{layer}{scale}" if self.steering else None


GIVEN = ("intervention", "eval_intervention")
"""The dimensions that are interventions."""

FIELDS = {field.name: field for field in msgspec.structs.fields(Dimensions)}
REQUIRED = tuple(name for name, field in FIELDS.items() if field.required)
SHAPES: dict[str, pathpatterns.Shape] = {
    **dict.fromkeys(("lora_rank", "seed", "max_tokens", "step"), pathpatterns.WHOLE),
    **dict.fromkeys(("epochs", "temperature"), pathpatterns.DECIMAL),
    "steer_layer": pathpatterns.WHOLE,
    "steer_scale": pathpatterns.SIGNED,
}
"""What the placeholder of a dimension that is a number stands for in a path."""


class Columns(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which column of a file is what, where its name does not say so; `ignore` holds nothing.

    `words` are dimensions that differ from row to row, and names that `set` puts together.
    What is `where_there` holds for the files that have it.
    """

    question: Text | None = None
    answer: Text | None = None
    question_id: Text | None = None
    sample_index: Text | None = None
    system_prompt: Text | None = None
    model_id: Text | None = None
    alignment: Text | None = None
    coherence: Text | None = None
    group: Text | None = None
    finish_reason: Text | None = None
    messages: Text | None = None
    ignore: tuple[str, ...] = ()
    words: dict[str, Text] = {}
    where_there: tuple[str, ...] = ()


ROLES = tuple(f.name for f in msgspec.structs.fields(Columns) if f.default is None)
"""What a column can be, besides a dimension."""


class Failures(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which answers are none, but the text of an error."""

    answer: Annotated[tuple[Wildcard, ...], msgspec.Meta(max_length=100)] = ()

    def names(self, answer: str) -> bool:
        """Whether an answer is one of them."""
        return any(_fits(pattern, answer) for pattern in self.answer)


class Layout(msgspec.Struct, frozen=True):
    """How the records of a file become rows, where it is more than a table as it stands.

    `depth` says how many names of the path the pattern has, `given` what its placeholders stand
    for where records need it, and `near_by` the hashes of the files that are `near`.
    """

    depth: int = 1
    shape: Shape = Shape()
    joins: tuple[Join, ...] = ()
    companions: tuple[Companion, ...] = ()
    near: dict[str, str] = {}
    near_by: dict[str, str] = {}
    given: dict[str, str] = {}
    expressions: dict[str, Expression] = {}

    @property
    def is_told(self) -> bool:
        """Whether anything is said, so that rows are not those of the file as they stand."""
        told = self.near, self.given, self.expressions, self.joins
        return any(told) or self.shape != Shape()


class Scoring(msgspec.Struct, frozen=True):
    """Which columns are judgements, beside those that are named, and how they say their outcome.

    `patterns` are compared with the names of all columns, `{criterion}` and `{judge}` in them;
    `criteria` says on what one judges that has the judge alone.
    `flags` and `raw` likewise name the column beside a score that says why it is none, and the
    judge's own words. `outcomes` are words with what they stand for, and `judges` names with their
    kinds. `without` says what the
    files do not hold.
    """

    patterns: tuple[str, ...] = ()
    criteria: dict[str, str] = {}
    flags: dict[str, str] = {}
    raw: dict[str, str] = {}
    outcomes: dict[str, Status] = {}
    long: Long | None = None
    judges: dict[str, JudgeKind] = {}
    without: tuple[str, ...] = ()

    def outcome(self, word: str) -> str | None:
        """The status that a judge's word stands for, if it is one of those listed."""
        for pattern, status in self.outcomes.items():
            if _fits(pattern, word):
                return status
        return None


class Meaning(msgspec.Struct, frozen=True):
    """What a mapping says of one file.

    Without `dimensions`, nothing of the file is to be taken, and either `skipped` or `unclear`
    says why. One that is not `covered` would be, if its path were spelled as the mapping lists.
    `rows` are the dimensions that differ from row to row, each as a text with the words of
    `columns` in braces; `values` (all there are) and `rename` say what such a word means.
    `scores` are the criteria by name, each with its column, and `spelled` the names of the path
    that the catalogue spells in another way.
    """

    study: str
    dimensions: Dimensions | None = None
    columns: Columns = Columns()
    system_prompts: dict[str, str] = {}
    traits: dict[str, catalogue.Trait] = {}
    interventions: dict[str, MappedIntervention] = {}
    skipped: str | None = None
    unclear: str | None = None
    covered: bool = True
    rows: dict[str, str] = {}
    values: dict[str, Listed] = {}
    rename: dict[str, Values] = {}
    scores: dict[str, str] = {}
    scale: dict[str, Scale] = {}
    failures: Failures = Failures()
    spelled: dict[str, str] = {}
    layout: Layout = Layout()
    scoring: Scoring = Scoring()

    @property
    def is_of_the_whole(self) -> bool:
        """Whether it says what a file is of, and nothing of what stands in it."""
        told = (self.columns, self.rows, self.scores, self.scale, self.failures, self.scoring)
        nothing: tuple[object, ...] = (Columns(), {}, {}, {}, Failures(), Scoring())
        return self.dimensions is not None and told == nothing and not self.layout.is_told

    @property
    def named(self) -> tuple[str, ...]:
        """The columns that the mapping names, whatever they are taken for."""
        columns, long = self.columns, self.scoring.long
        roles = (getattr(columns, role) for role in ROLES if role != "messages")
        judged = msgspec.structs.astuple(long) if long else ()
        beside = (*self.scoring.flags.values(), *self.scoring.raw.values())
        plain = (name for name in beside if "{" not in name)
        every = (*roles, *columns.words.values(), *self.scores.values(), *judged, *plain)
        return tuple(dict.fromkeys(name for name in every if name))

    @property
    def signature(self) -> str:
        """A short name: equal meanings have equal names."""
        told = msgspec.structs.replace(self, spelled={})
        return digest(msgspec.json.encode(told, order="deterministic").decode())

    def of_row(self, texts: Table[str, str]) -> Dimensions:
        """The dimensions of rows that have these texts in the columns of `columns.words`.

        Raises:
            ValueError: saying which column of the row does not fit.
        """
        assert self.dimensions is not None
        columns = self.columns.words
        words: dict[str, Constant] = {}
        for word, text in texts.items():
            if not text.strip() and word in FIELDS and word not in REQUIRED:
                continue
            if not text.strip():
                raise ValueError(f"its {columns[word]} is blank, and its mapping needs it")
            if word in self.values and text not in self.values[word]:
                raise ValueError(f"its {columns[word]} is {text!r}, which `values` does not list")
            words[word] = meant(word, text, self.values, self.rename)
        known = {n: t for n, t in self.rows.items() if n in words or t != f"{{{n}}}"}
        told = {name: filled(template, words) for name, template in known.items()}
        fit: dict[str, Any] = {}
        for name, value in told.items():
            try:
                fit[name] = fitted(name, value)
            except msgspec.ValidationError as error:
                used = [columns[word] for _, word in pathpatterns.pieces(self.rows[name]) if word]
                why = f"its {', '.join(used)} is {str(value)[:100]!r}, which is no {name} ({error})"
                raise ValueError(why) from None
        listed = {word for word in texts if is_told(word, texts[word], self.values, self.rename)}
        by_path = FIELDS.keys() - fit.keys()  # spelled already
        dimensions = msgspec.structs.replace(self.dimensions, **fit)
        return canonical(dimensions, listed | by_path, self.interventions)


def meant(name: str, text: str, values: Table[str, Listed], rename: Table[str, Values]) -> Constant:
    """What a spelling of a dimension or word means: as it is listed, else itself."""
    listed = values.get(name, ())
    return (listed if isinstance(listed, dict) else rename.get(name, {})).get(text, text)


def is_told(name: str, text: str, values: Table[str, Listed], rename: Table[str, Values]) -> bool:
    """Whether the mapping says what that spelling means: then nothing else spells it otherwise."""
    listed = values.get(name, ())
    return (isinstance(listed, dict) and text in listed) or text in rename.get(name, ())


def filled(template: str, words: Table[str, Constant]) -> Constant:
    """A template with its words; one that is a word alone keeps the kind of its value."""
    parts = pathpatterns.pieces(template)
    if len(parts) == 1 and not parts[0][0] and parts[0][1]:
        return words[parts[0][1]]
    return "".join(f"{text}{words[word] if word else ''}" for text, word in parts)


def fitted(name: str, value: Constant) -> Any:
    """A value as its dimension holds it: a number written as text becomes one.

    So do `01`, `.7`, and `0,7` with a comma as many languages write it.

    Raises:
        msgspec.ValidationError: where it does not fit.
    """
    if name not in SHAPES:
        return msgspec.convert(str(value), FIELDS[name].type)
    if isinstance(value, str) and _COMMA.fullmatch(value.strip()):
        value = value.replace(",", ".")
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        value = float(value) if set(value) & set(".eE") else int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return msgspec.convert(value, FIELDS[name].type)


def canonical(
    told: Dimensions,
    sure: Collection[str] = (),
    described: Table[str, MappedIntervention] = MappingProxyType({}),
) -> Dimensions:
    """The same in the catalogue's spelling, so that studies that mean one thing agree.

    What the mapping lists itself, the dimensions that are `sure` and the interventions that are
    `described`, is left as it is; a described control is `none`.
    """
    experiment = catalogue.experiment_named(told.experiment) or told.experiment
    if told.steered and told.eval_intervention == "none":
        told = msgspec.structs.replace(told, eval_intervention=told.steered)
        sure = {*sure, "eval_intervention"}
    spelled = {
        "experiment": experiment,
        "model": catalogue.model(told.model).name,
        **{n: interventions.spelled(experiment, getattr(told, n), described) for n in GIVEN},
    }
    changes = {name: text for name, text in spelled.items() if name not in sure}
    for name in GIVEN:
        own = described.get(changes.get(name, getattr(told, name)))
        changes |= {name: "none"} if own and own.is_control else {}
    dataset = told.dataset.strip().lower().replace("_", "-")
    return msgspec.structs.replace(told, dataset=dataset, **changes)


_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,30}\.?[0-9]{0,30}|\.[0-9]{1,30})(?:[eE][+-]?[0-9]{1,2})?")
"""A number as people and programs write it."""

_COMMA = re.compile(r"[+-]?[0-9]{1,3},[0-9]{1,2}")
"""A number with a comma; three digits behind it might be thousands."""


def _fits(pattern: str, text: str) -> bool:
    """Whether a text is what a pattern describes, each piece looked for once after the last."""
    first, *others = pattern.split("*")
    if not others:
        return text == pattern
    if not text.startswith(first):
        return False
    *middle, last = others
    at = len(first)
    for piece in middle:
        found = text.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return len(text) - at >= len(last) and text.endswith(last)
