"""One entry of a study map with the map's defaults, checked, and what it makes of a path."""

from collections.abc import Mapping as Table
from pathlib import Path
from typing import NoReturn, TypeVar

import msgspec

from pipeline.foreign import places, shaping, wide
from pipeline.foreign.spec import Column, Expression, resolved
from pipeline.maps import pathpatterns
from pipeline.maps.meanings import (
    FIELDS,
    REQUIRED,
    ROLES,
    SHAPES,
    Columns,
    Constant,
    Dimensions,
    Failures,
    Layout,
    Listed,
    Meaning,
    Scoring,
    canonical,
    filled,
    fitted,
    is_told,
    meant,
)
from pipeline.maps.pathpatterns import PathPattern
from pipeline.maps.studymap import Definition, MapEntry
from warehouse.errors import InvalidDefinition

T = TypeVar("T")


class CheckedEntry:
    """One entry with the mapping's defaults, checked."""

    def __init__(
        self, definition: Definition, entry: MapEntry, path: str, where: str, optional: set[str]
    ) -> None:
        self.written = entry
        self.path = path
        self.optional = optional  # placeholders that other variants of its path have
        self.where = where
        self.study = definition.study
        self.interventions = definition.interventions
        self.values = {**definition.values, **entry.values}
        self.rename = {**definition.rename, **entry.rename}
        listed: dict[str, pathpatterns.Shape] = {
            name: frozenset(values) for name, values in self.values.items()
        }
        # What is spelled in another way is not yet a number.
        open_ = {name: None for name in self.rename}
        try:
            self.pattern = PathPattern(path, SHAPES | open_ | listed)
            inside = entry.shape.placeholders
        except ValueError as error:
            raise InvalidDefinition(f"{where}: the path {path[:200]!r} {error}.") from None
        for name in (name for name in entry.shape.lists if "{" in name):
            try:
                shaping.around(name)
            except ValueError as error:
                self._refuse(f"each: the name {name[:200]!r} {error}")
        self.found = set(self.pattern.placeholders)
        self.expressions: dict[str, Expression] = {}
        told = {*entry.set, *entry.without, *self.found}
        above = {n: c for n, c in definition.columns.items() if n not in told}
        self.columns = self._columns({**above, **entry.columns}, inside)
        where_there = above.keys() - entry.columns.keys()
        given = self.found | (self.columns.words.keys() - where_there)
        defaults = {name: value for name, value in definition.set.items() if name not in given}
        # What a part of the path says that may be left out, `set` says where it is.
        fixed = {n: v for n, v in entry.set.items() if n not in self.found & optional}
        self.set = {**defaults, **fixed} if entry.skip is None else {}
        needed = {"question", "answer", *REQUIRED} - self.set.keys()
        where_there &= {*ROLES, *FIELDS} - needed
        self.columns = msgspec.structs.replace(self.columns, where_there=tuple(sorted(where_there)))
        self.failures = entry.failures or definition.failures or Failures()
        self.scale = {**definition.scale, **entry.scale}
        self.near = {**definition.near, **entry.near}
        self.scores: dict[str, str] = {}
        self.scoring = self._scoring(definition, entry)
        self._check()

    def _columns(self, given: dict[str, Column], inside: set[str]) -> Columns:
        """The columns by role; the others are dimensions of a row, or words that `set` uses.

        What the keys and members that lead to the records are called is told by its own name.
        """
        ignore = given.get("ignore", ())
        if isinstance(ignore, Expression):
            self._refuse("columns.ignore is a list of columns")
        roles: dict[str, str] = {}
        words: dict[str, str] = {}
        told = {name: name for name in sorted(inside) if name in (*ROLES, *FIELDS)}
        used = {one for value in self.written.set.values() for one in self._inside(value)}
        told |= {name: name for name in sorted(used - self.found)}
        for name, column in (told | given).items():
            if name == "ignore":
                continue
            as_role = name in ROLES and name not in FIELDS
            (roles if as_role or name in ROLES else words)[name] = self._column(column, name)
        if both := sorted(self.found & words.keys()):
            self._refuse(f"{both[0]} is both a column and a placeholder")
        every = (ignore,) if isinstance(ignore, str) else ignore
        return msgspec.structs.replace(Columns(ignore=every, words=words), **roles)

    def _column(self, column: Column, key: str) -> str:
        """What a column is called in the table: an expression by what it says."""
        if isinstance(column, str):
            return column
        if not isinstance(column, Expression):
            return "|".join(column)
        if column.problem:
            self._refuse(f"{key}: {column.problem}")
        self.expressions[column.name] = column
        return column.name

    @staticmethod
    def _inside(value: Constant) -> set[str]:
        """The names in braces of a value, as far as it can be read."""
        try:
            return (
                {n for _, n in pathpatterns.pieces(value) if n} if isinstance(value, str) else set()
            )
        except ValueError:
            return set()  # which is told where `set` is checked

    def _scoring(self, definition: Definition, entry: MapEntry) -> Scoring:
        """How judgements are found; those that are named by themselves are in `scores`."""
        patterns: list[str] = []
        criteria: dict[str, str] = {}
        for scores in (definition.scores, entry.scores):
            if isinstance(scores, dict):
                each = {c: self._column(one, f"scores.{c}") for c, one in scores.items()}
                of_judges = {c: one for c, one in each.items() if self._tells_judges(one)}
                self.scores |= {c: one for c, one in each.items() if c not in of_judges}
                criteria |= {pattern: criterion for criterion, pattern in of_judges.items()}
                patterns += of_judges.values()
                continue
            for name in scores:
                if "{" in name or "*" in name:
                    patterns.append(name)
                else:
                    self.scores[name] = name
        for pattern in patterns:
            if wrong := wide.mistake(pattern):
                self._refuse(f"scores: the pattern {pattern!r} {wrong}")
        return Scoring(
            patterns=tuple(patterns),
            criteria=criteria,
            flags=_by_criterion(entry.flags or definition.flags),
            raw=_by_criterion(entry.raw or definition.raw),
            outcomes={**definition.outcomes, **entry.outcomes},
            long=entry.long or definition.long,
            judges={**definition.judges, **entry.judges},
            without=entry.without or definition.without,
        )

    def _tells_judges(self, column: str) -> bool:
        """Whether the name of a column stands for one of each judge."""
        return "judge" in self._inside(column) - self.written.shape.placeholders - self.found

    def _check(self) -> None:
        """Whether the entry makes sense.

        Raises:
            InvalidDefinition: naming its key and what is wrong.
        """
        if "." not in self.path.rpartition("/")[2]:
            self._refuse(f"the path {self.path!r} does not end in .csv, or as files do")
        given = self.found | self.columns.words.keys()
        needed = self._check_set(given)
        self._check_names(given, needed)
        self._check_values()
        missing = [name for name in REQUIRED if name not in given | self.set.keys()]
        if missing and self.written.skip is None:
            told = ", ".join(missing)
            self._refuse(f"nothing says {told}; name it in the path or under `set`")

    def _check_names(self, given: set[str], needed: set[str]) -> None:
        """Whether every name that is told means something, or is used by `set`."""
        for name in sorted(self.found - FIELDS.keys() - needed - self._used()):
            self._refuse(
                f"the placeholder {{{name}}} is no dimension, and `set` does not use it; "
                + _there_are()
            )
        for name in sorted(self.columns.words.keys() - FIELDS.keys() - needed):
            self._refuse(
                f"`columns` names {name!r}, which is nothing that a column can be, and `set` does "
                f"not use it; there are {', '.join((*ROLES, *FIELDS, 'ignore'))}"
            )
        for key, lists in (("values", self.written.values), ("rename", self.written.rename)):
            judges = {"judge"} if self.names_judges else set()
            for name in sorted(lists.keys() - given - self.optional - judges):
                self._refuse(f"`{key}` lists {name!r}, which is no placeholder of its path")

    @property
    def names_judges(self) -> bool:
        """Whether the names of columns or of other files, or a column, tell judges."""
        by_name = any("{judge}" in one for one in self.scoring.patterns)
        by_row = self.scoring.long is not None and self.scoring.long.judge is not None
        return by_name or by_row or any("{judge}" in join.path for join in self.written.joins)

    def _used(self) -> set[str]:
        """The placeholders of its path that records or joins need."""
        texts = [text for join in self.written.joins for text in (join.path, *join.ways)]
        used = {name for text in texts for name in self._inside(text)}
        used |= {ours for join in self.written.joins for ours in join.keys}
        used |= {one for made in self.expressions.values() for one in made.columns}
        roles = (getattr(self.columns, role) for role in ROLES)
        used |= {
            part for name in (*roles, *self.columns.words.values()) for part in resolved(name or "")
        }
        return used | (
            {*msgspec.structs.astuple(self.scoring.long)} if self.scoring.long else set()
        )

    def _layout(self, reading: Table[str, str], path: Path) -> Layout:
        """How the records of one file become rows, with the files that belong to it."""
        depth, used = self.pattern.depth, self._used()
        joins = self.written.joins
        layout = Layout(
            depth=depth,
            shape=self.written.shape,
            joins=joins,
            companions=tuple(places.found(path, depth, joins, dict(reading))),
            near=self.near,
            near_by=places.near_by(path, depth, self.near),
            given={name: text for name, text in reading.items() if name in used},
            expressions=self.expressions,
        )
        return layout if layout.is_told else Layout()

    def _check_values(self) -> None:
        """Whether every value is one that its dimension can have."""
        unlisted: dict[str, Listed] = {}
        places = ("values", self.values, self.values), ("rename", self.rename, unlisted)
        for key, lists, values in places:
            for name, text in ((n, text) for n, texts in lists.items() for text in texts):
                if name in FIELDS:
                    value = meant(name, text, values, self.rename)
                    self._fit(name, value, f"{key}.{name}.{text}")
        for name, (none, full) in self.scale.items():
            if none == full:
                self._refuse(f"scale.{name} gives 0 and 100 the same raw value {none:g}")

    def _check_set(self, given: set[str]) -> set[str]:
        """The placeholders and words that `set` uses."""
        for name in self.set:
            if name not in FIELDS:
                self._refuse(f"`set` names {name!r}, which is no dimension; {_there_are()}")
        if twice := sorted(given & self.written.set.keys() - (self.found & self.optional)):
            kind = "placeholder" if twice[0] in self.found else "column"
            self._refuse(f"{twice[0]} is both set and a {kind}")
        needed: set[str] = set()
        for name, value in self.set.items():
            inside = self._placeholders(name, value)
            if strange := sorted(inside - given):
                self._refuse(f"`set` uses {{{strange[0]}}} for {name}, which is not in its path")
            needed |= inside
            if not inside:
                self._fit(name, value, "set")
        return needed

    def _placeholders(self, name: str, value: Constant) -> set[str]:
        if not isinstance(value, str):
            return set()
        try:
            return {inside for _, inside in pathpatterns.pieces(value) if inside}
        except ValueError as error:
            self._refuse(f"set.{name}: {value!r} {error}")

    def _fit(self, name: str, value: Constant, place: str) -> None:
        try:
            fitted(name, value)
        except msgspec.ValidationError as error:
            self._refuse(f"{place} gives {name} the value {value!r} ({error})")

    def names_of(self, name: str) -> set[str] | None:
        """All that a dimension can be here; None where the path or a column can give anything."""
        if name in self.set:
            value = self.set[name]
            return None if self._placeholders(name, value) else {str(value)}
        if name in self.values:
            return {str(meant(name, t, self.values, self.rename)) for t in self.values[name]}
        return None if name in self.found | self.columns.words.keys() else set()

    def _refuse(self, why: str) -> NoReturn:
        raise InvalidDefinition(f"{self.where}: {why}.")

    def meaning(self, reading: Table[str, str], path: Path) -> Meaning:
        """What one reading of a path makes of the file, in the catalogue's spelling.

        Raises:
            msgspec.ValidationError: where a value does not fit its dimension.
            RefusedFile: where a join finds too many files.
        """
        words = {
            name: meant(name, text, self.values, self.rename) for name, text in reading.items()
        }
        told: dict[str, Constant] = {name: words[name] for name in words if name in FIELDS}
        rows = {name: f"{{{name}}}" for name in self.columns.words if name in FIELDS}
        for name, value in self.set.items():
            if not isinstance(value, str):
                told[name] = value
            elif self._placeholders(name, value) & self.columns.words.keys():
                known = {word: f"{{{word}}}" for word in self.columns.words}
                rows[name] = str(filled(value, known | _escaped(words)))
            else:
                told[name] = str(filled(value, words))
        fit = {name: fitted(name, value) for name, value in told.items()}
        later = {name: rows[name] for name in REQUIRED if name in rows}
        listed = {n for n, text in reading.items() if is_told(n, text, self.values, self.rename)}
        told_so = listed | (rows.keys() - fit.keys())
        dimensions = canonical(Dimensions(**(later | fit)), told_so, self.interventions)
        return Meaning(
            self.study,
            dimensions,
            self.columns,
            rows=rows,
            values=self._listed(self.values),
            rename=self._listed(self.rename),
            scores=self.scores,
            scale=self.scale,
            failures=self.failures,
            layout=self._layout(reading, path),
            scoring=self.scoring,
            spelled={
                str(value): getattr(dimensions, name)
                for name, value in told.items()
                if name not in rows and str(value) != str(getattr(dimensions, name))
            },
        )

    def _listed(self, lists: dict[str, T]) -> dict[str, T]:
        """The lists for the words of a row, and for judges that columns name."""
        return {n: lists[n] for n in (*self.columns.words, "judge") if n in lists}


def _by_criterion(told: dict[str, str] | str) -> dict[str, str]:
    """Columns by criterion; one text is a pattern for all of them."""
    return told if isinstance(told, dict) else {"*": told}


def _escaped(words: Table[str, Constant]) -> dict[str, Constant]:
    """The words as they stand in a template that is filled in once more."""
    return {n: pathpatterns.literal(str(v)) for n, v in words.items()}


def _there_are() -> str:
    return f"there are {', '.join(FIELDS)}"
