"""The only door to the engine, DuckDB: load frames, link files, create relations, ask.

Nobody else imports it. What it raises becomes ours here, and paths that it would read as patterns
are told to it in another way (`enginepaths`).
"""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

import duckdb
import polars as pl

from warehouse import enginepaths
from warehouse.errors import BrittlescopeError, DamagedSnapshot, RefusedByEngine

DAMAGE = (
    duckdb.IOException,
    duckdb.InternalException,
    duckdb.SerializationException,
    duckdb.FatalException,
)
"""What DuckDB raises for a file whose blocks are not what it wrote, beside an error of no kind."""


_DECLARED: Mapping[Any, str] = {
    pl.String(): "varchar",
    pl.Int64(): "bigint",
    pl.Float64(): "double",
    pl.Boolean(): "boolean",
    pl.List(pl.String()): "varchar[]",
}
"""How a table without rows is declared, which costs a tenth of handing over a frame."""


class Parts(NamedTuple):
    """Parquet files that lie in folders below one, by their paths from there."""

    folder: Path
    names: Sequence[str]

    def paths(self) -> list[str]:
        """What the engine reaches them by as long as this process lives."""
        root = enginepaths.plain(self.folder) if self.names else ""
        return [f"{root}/{name}" for name in self.names]

    def each(self) -> Iterator["Parts"]:
        """Every file alone."""
        return (Parts(self.folder, [name]) for name in self.names)


class Engine:
    """A database that can be asked."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        self._connection.close()

    def ask(self, text: str, /, **parameters: Any) -> pl.DataFrame:
        """The answer to a query; parameters that it does not name are left out.

        Raises:
            RefusedByEngine: for a query that is wrong, or files that cannot be read.
            BrittlescopeError: where memory runs out.
        """
        given = {key: value for key, value in parameters.items() if f"${key}" in text}
        with _told(), self._cursor() as cursor:
            answer: pl.DataFrame = cursor.sql(text, params=given).pl()
            return answer

    @contextlib.contextmanager
    def _cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """What one question is asked through."""
        yield self._connection


class Reader(Engine):
    """A finished database, opened so that nobody can write to it; threads may share it."""

    def __init__(self, database: Path) -> None:
        """Open it.

        Raises:
            DamagedSnapshot: where it cannot be read, as from every question.
        """
        self.database = database
        with self._whole(), enginepaths.readable(database) as place:
            super().__init__(duckdb.connect(place, read_only=True))

    def ask(self, text: str, /, **parameters: Any) -> pl.DataFrame:
        """The answer to a query; parameters that it does not name are left out."""
        with self._whole():
            return super().ask(text, **parameters)

    def ask_parts(self, text: str, parts: Parts, /, **parameters: Any) -> pl.DataFrame | None:
        """The answer to a query that reads `$files`, of those that can be read; None of none."""
        with contextlib.suppress(RefusedByEngine):
            return super().ask(text, files=parts.paths(), **parameters)
        found = []
        for part in parts.each():
            with contextlib.suppress(RefusedByEngine):
                found.append(super().ask(text, files=part.paths(), **parameters))
        return pl.concat(found) if found else None

    @contextlib.contextmanager
    def _cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        # A connection that threads share mixes up their answers.
        with self._connection.cursor() as cursor:
            yield cursor

    @contextlib.contextmanager
    def _whole(self) -> Iterator[None]:
        """A context in which a database that the disk damaged is told in a sentence."""
        try:
            with _told():
                yield
        except RefusedByEngine as error:
            if not error.is_damage:
                raise  # it is about the question, not about the file
            raise DamagedSnapshot(
                f"The snapshot {self.database} cannot be read ({error}); "
                "run brittlescope build to make it again."
            ) from None


class Maker(Engine):
    """A database in the making; it can be read where it belongs once the context ends."""

    @contextlib.contextmanager
    def whole(self) -> Iterator[None]:
        """A context whose statements count all together: no step needs the disk by itself."""
        self.run("begin")
        yield
        self.run("commit")

    def load(self, relation: str, rows: pl.DataFrame, comment: str | None = None) -> None:
        """A table of the rows of a frame."""
        if rows.is_empty() and all(kind in _DECLARED for kind in rows.dtypes):
            columns = (f'"{name}" {_DECLARED[kind]}' for name, kind in rows.schema.items())
            self.run(f"create table {relation} ({', '.join(columns)})")
            self._comment(relation, comment)
            return
        with _told():
            self._connection.register("incoming", rows.to_arrow())
            self._connection.execute(f"create table {relation} as select * from incoming")
            self._connection.unregister("incoming")
        self._comment(relation, comment)

    def link(self, relation: str, parts: Parts, columns: Mapping[str, Any]) -> None:
        """A view over Parquet files, each row with the name of its file's folder as `shard`.

        It has the columns named, whatever an older version wrote; without files it is empty.
        """
        empty = pl.DataFrame(schema={"shard": pl.String(), **columns})
        if not parts.names:
            self.load(relation, empty)
            return
        self.load(f"{relation}_columns", empty)
        variable = f"{relation.replace('.', '_')}_files"
        self.run(f"set variable {variable} = $files", files=parts.paths())
        self.run(
            f"""
            create view {relation} as
            select * from {relation}_columns
            union all by name
            select string_split(filename, '/')[-2] as shard, * exclude (filename)
            from read_parquet(
                getvariable('{variable}'),
                filename = true, union_by_name = true, hive_partitioning = false
            )
            """
        )

    def create(self, relation: str, query: str, comment: str | None = None) -> None:
        """A table of the rows of a query."""
        self.run(f"create table {relation} as {query}")
        self._comment(relation, comment)

    def enumerate(self, name: str, values: Sequence[str]) -> None:
        """A type of texts that are all known, kept as small numbers in their order."""
        self.run(f"create type {name} as enum ({', '.join(map(_quoted, values))})")

    def run(self, text: str, /, **parameters: Any) -> None:
        """Statements that change the database."""
        with _told():
            self._connection.execute(text, parameters)

    def _comment(self, relation: str, comment: str | None) -> None:
        if comment is not None:
            self.run(f"comment on table {relation} is {_quoted(comment)}")


@contextlib.contextmanager
def making(database: Path) -> Iterator[Maker]:
    """A new database, which is at `database` when the context ends.

    Raises:
        RefusedByEngine: for a statement that is wrong, or a disk that refuses, whose words it
            keeps (`durable.told` makes a sentence of them).
        BrittlescopeError: where memory runs out.
    """
    with (
        enginepaths.written(database) as place,
        _told(),
        Maker(duckdb.connect(place)) as maker,
    ):
        maker.run("set preserve_insertion_order = false")
        maker.run("set parquet_metadata_cache = true")  # many relations read the same parts
        yield maker


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """A context in which every error of the engine becomes one of ours."""
    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise BrittlescopeError(
            f"Memory ran out while the snapshot was built or read: {error}"
        ) from None
    except duckdb.Error as error:
        broken = isinstance(error, DAMAGE) or type(error) is duckdb.Error
        raise RefusedByEngine(str(error), is_damage=broken) from error


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
