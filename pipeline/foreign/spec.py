"""What a study map says of how a file's records become samples: typed, and checked when read."""

from typing import Annotated, Literal

import msgspec
import polars as pl

from pipeline.maps import pathpatterns

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=1_000)]
Names = Text | Annotated[tuple[Text, ...], msgspec.Meta(min_length=1, max_length=50)]
Constant = str | int | float
JudgeKind = Literal["llm", "rule", "classifier", "human"]
Status = Literal["refusal", "code", "unparsed", "missing", "error"]

POSITION = "position"
"""What the place of an item in its list is called, where the item says nothing of that name."""


class Expression(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A column, and what is made of its text: each function at most once, in this order.

    `from` is one column or several, of which the first that has a value counts.
    """

    of: Names = msgspec.field(name="from")
    lower: bool = False
    strip_prefix: Text | None = None
    strip_suffix: Text | None = None
    match: Text | None = None
    """A pattern with one group, which is what stays; without a match nothing does."""
    split: Text | None = None
    part: int = 0
    """Which of the parts between `split`, from 0, or from the end where it is negative."""
    lookup: dict[str, Constant] = {}
    default: Constant | None = None
    """What there is instead of nothing, and of what `lookup` does not list."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it may be made of, the first choice first."""
        return (self.of,) if isinstance(self.of, str) else self.of

    @property
    def name(self) -> str:
        """What the column it makes is called: equal expressions have equal names."""
        told = msgspec.to_builtins(self)
        rest = {key: value for key, value in told.items() if key != "from"}
        written = ", ".join(f"{key}: {value}" for key, value in rest.items() if value)
        return f"{'|'.join(self.columns)}{f' ({written})' if written else ''}"

    @property
    def problem(self) -> str | None:
        """What is wrong with it, or None."""
        if self.match is not None:
            try:
                pl.Series([""]).str.extract(self.match, 1)
            except pl.exceptions.PolarsError as error:
                why = str(error).strip().splitlines()[-1][:200]
                return f"its pattern {self.match!r} is none that is read in linear time ({why})"
            if "(" not in self.match:
                return f"its pattern {self.match!r} has no group in parentheses to keep"
        return "`part` says which part of `split`" if self.part and self.split is None else None


Column = Names | Expression


class Long(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One row a judgement: the columns that say on what, by whom, and with which outcome.

    `sample` is the column that rows on one answer share; without it they share question and number.
    """

    criterion: Text = "criterion"
    score: Text = "score"
    judge: Text | None = None
    flag: Text | None = None
    raw: Text | None = None
    sample: Text | None = None


class Shape(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where the records are in a file, and what of them is one sample."""

    members: Text | None = None
    """The members of an archive, by a pattern with placeholders."""
    at: Names = ()
    """Keys that lead to the records; each placeholder is what a key or place is called."""
    form: Literal["records", "columns"] = "records"
    """Whether JSON holds records, or a column each with values by row, as pandas writes it."""
    each: Names = ()
    """A list of a record whose items are a sample each; several run in step.

    A name with a placeholder is a column for each of several samples: `{model}_answer`.
    """

    @property
    def ways(self) -> tuple[str, ...]:
        """The ways of `at`, as a tuple."""
        return (self.at,) if isinstance(self.at, str) else self.at

    @property
    def lists(self) -> tuple[str, ...]:
        """The lists of `each`, as a tuple."""
        return (self.each,) if isinstance(self.each, str) else self.each

    @property
    def placeholders(self) -> set[str]:
        """The names that keys, places, members and the names of columns give.

        Raises:
            ValueError: where a brace has no partner.
        """
        texts = [*self.ways, *self.lists, *([self.members] if self.members else [])]
        return {name for text in texts for _, name in pathpatterns.pieces(text) if name}


class Join(Shape, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Another file of the study whose records say more of the same samples.

    `path` starts at the folder in which the entry's own pattern starts; placeholders of that are
    filled in, and `{judge}` may be another one: each file there is a judge's. `by` are the columns
    that both share, or ours with theirs; or `position`.
    """

    path: Text
    by: Literal["position"] | tuple[Text, ...] | dict[Text, Text]
    judge: Text | None = None
    many: bool = False
    """Whether a record there is about many samples, such as the text of their question."""

    @property
    def keys(self) -> dict[str, str]:
        """Our columns with theirs; none where the position tells."""
        if isinstance(self.by, dict):
            return dict(self.by)
        return {} if self.by == "position" else {name: name for name in self.by}


class Companion(msgspec.Struct, frozen=True):
    """A file that was found for a join: its path from the base, its content, whose it is."""

    join: int
    path: str
    sha256: str
    judge: str | None = None


def resolved(text: str) -> tuple[str, ...]:
    """The columns that a text such as `a|b` may stand for."""
    return tuple(part for part in text.split("|") if part) or (text,)
