"""The only reader of snapshots: one connection a snapshot, one cursor a query."""

import contextlib
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from warehouse import counting, rules
from warehouse.counting import Slice
from warehouse.enginepaths import readable
from warehouse.errors import DamagedSnapshot, StaleSnapshot, UnknownName
from warehouse.lake import Lake
from warehouse.rules import Rule
from warehouse.snapshots import Snapshot, form, latest

GRAIN = ("evaluation", "question", "trait", "judge")
"""What tells the rows of a counts frame apart."""

BROKEN = (
    duckdb.IOException,
    duckdb.InternalException,
    duckdb.SerializationException,
    duckdb.FatalException,
)
"""What DuckDB raises for a file whose blocks are not what it wrote, or an error of no kind."""

QUERIES = Path(__file__).parent / "queries"


class Store:
    """A published snapshot, opened for reading, with the lake its transcripts lie in."""

    def __init__(self, data: Path, snapshot: Snapshot | None = None) -> None:
        """Open the data folder's published snapshot, or the one given.

        Raises:
            NoSnapshot: where nothing was built yet.
            StaleSnapshot: where another version of the program built it.
            DamagedSnapshot: where it cannot be read.
        """
        self.data = data
        self.snapshot = snapshot or latest(data)
        if self.snapshot.holds[1:] != (form(),):
            raise StaleSnapshot(
                f"The snapshot in {data} was built by another version of Brittlescope, which "
                "keeps it in another form; run brittlescope build."
            )
        self.lake = Lake(data)
        with self._read(), readable(self.snapshot.path) as place:
            self._connection = duckdb.connect(place, read_only=True)

    def close(self) -> None:
        """Let go of the snapshot."""
        self._connection.close()

    def query(self, name: str, /, **parameters: Any) -> pl.DataFrame:
        """The answer to a query of `warehouse/queries`, by its file's name.

        Each call takes a cursor of its own: a connection shared by threads mixes up answers.

        Raises:
            UnknownName: for a query there is not.
        """
        path = QUERIES / f"{name}.sql"
        if not path.is_file():
            raise UnknownName(f"There is no query {name!r}.")
        return self.ask(path.read_text("utf-8"), **parameters)

    def ask(self, text: str, /, **parameters: Any) -> pl.DataFrame:
        """The answer to a query given as text; parameters it does not name are left out."""
        given = {key: value for key, value in parameters.items() if f"${key}" in text}
        with self._read(), self._connection.cursor() as cursor:
            answer: pl.DataFrame = cursor.sql(text, params=given).pl()
            return answer

    def parts(self, name: str, files: Sequence[str], /, **parameters: Any) -> pl.DataFrame | None:
        """The answer to a query that reads parts of the lake, of those that can be read."""
        text = (QUERIES / f"{name}.sql").read_text("utf-8")
        with contextlib.suppress(duckdb.Error):
            return self._of_parts(text, files, parameters)
        found = []
        for file in files:
            with contextlib.suppress(duckdb.Error):
                found.append(self._of_parts(text, [file], parameters))
        return pl.concat(found) if found else None

    def _of_parts(
        self, text: str, files: Sequence[str], parameters: dict[str, Any]
    ) -> pl.DataFrame:
        with self._connection.cursor() as cursor:
            answer: pl.DataFrame = cursor.sql(
                text, params={"files": list(files), **parameters}
            ).pl()
            return answer

    @contextlib.contextmanager
    def _read(self) -> Iterator[None]:
        """A context in which a snapshot that the disk damaged is told in a sentence."""
        try:
            yield
        except duckdb.Error as error:
            if not isinstance(error, BROKEN) and type(error) is not duckdb.Error:
                raise  # it is about the question, not about the file
            raise DamagedSnapshot(
                f"The snapshot {self.snapshot.path} cannot be read ({error}); "
                "run brittlescope build to make it again."
            ) from None

    @cached_property
    def traits(self) -> pl.DataFrame:
        """Every trait of every experiment that was loaded."""
        return self.query("traits")

    def lines(self, rule: Rule) -> str:
        """What the rule says of each trait that was loaded, as a query parameter."""
        return counting.lines(rule, self.traits)

    def counts(self, within: Slice | None = None, rule: Rule | None = None) -> pl.DataFrame:
        """The counts frame: one row per evaluation, question, trait and judge of the slice."""
        rule = rule or rules.named(rules.DEFAULT, self.data)
        within = within or Slice()
        return self.query("counts", lines=self.lines(rule), **within.parameters())

    def compared(self, within: Slice | None = None, rule: Rule | None = None) -> pl.DataFrame:
        """The counts frame of a slice and of its baselines, each row once."""
        within = within or Slice()
        if within.holds_baselines():
            return self.counts(within, rule)
        frames = [self.counts(part, rule) for part in (within, within.baselines())]
        return pl.concat(frames).unique(GRAIN, maintain_order=True)
