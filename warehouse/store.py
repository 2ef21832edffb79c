"""The only reader of snapshots: its queries by name, and what is counted of a slice."""

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import numpy as np
import numpy.typing as npt
import polars as pl

from warehouse import counting, defaults, judges, rules
from warehouse.counting import Slice
from warehouse.engine import Parts, Reader
from warehouse.errors import StaleSnapshot, UnknownName
from warehouse.lake import Lake
from warehouse.rules import Rule
from warehouse.snapshots import Snapshot, form, latest

GRAIN = ("evaluation", "question", "trait", "judge")
"""What tells the rows of a counts frame apart."""

COUNTED = 4
"""How many counts are kept: those of a slice, its baselines, and what is said of both."""

FEW = 10_000
"""Up to how many keys are looked up by the engine, which reads no other for them."""

P = ParamSpec("P")
R = TypeVar("R")

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
        self._engine = Reader(self.snapshot.path)
        # What a command says begins with the same counts several times: in doubt, hidden, left out.
        self._counted: dict[tuple[Slice, Rule], pl.DataFrame] = {}

    def close(self) -> None:
        """Let go of the snapshot."""
        self._engine.close()

    def query(self, name: str, /, **parameters: Any) -> pl.DataFrame:
        """The answer to a query of `warehouse/queries`, by its file's name.

        Raises:
            UnknownName: for a query there is not.
            DamagedSnapshot: where the snapshot cannot be read.
        """
        return self.ask(_text(name), **parameters)

    def ask(self, text: str, /, **parameters: Any) -> pl.DataFrame:
        """The answer to a query given as text; parameters it does not name are left out."""
        return self._engine.ask(text, **parameters)

    def parts(self, name: str, files: Sequence[str], /, **parameters: Any) -> pl.DataFrame | None:
        """The answer to a query that reads shards' files, of those that can be read."""
        return self._engine.ask_parts(_text(name), Parts(self.lake.shards, files), **parameters)

    @cached_property
    def traits(self) -> pl.DataFrame:
        """Every trait of every experiment that was loaded."""
        return self.query("traits")

    @cached_property
    def trait_titles(self) -> dict[str, str]:
        """What each trait is called, where every experiment that has it calls it the same."""
        titles = self.traits.group_by("trait").agg(pl.col("title").drop_nulls().unique())
        return {trait: found[0] for trait, found in titles.rows() if len(found) == 1}

    @cached_property
    def judges(self) -> dict[str, str]:
        """What people call each judge, by its value in data."""
        return judges.called(self.query("judge_names"))

    def among(self, keys: npt.ArrayLike) -> bytes:
        """Samples by their keys, as queries take them: a bit for each sample's number.

        A key that this snapshot does not have is left out.
        """
        wanted = np.sort(np.asarray(keys, np.int64))
        if wanted.size <= FEW:
            numbers = self.query("sample_numbers", keys=wanted.tolist())["sample_no"].to_numpy()
        else:
            known, numbered = self._numbered
            at = np.minimum(np.searchsorted(known, wanted), known.size - 1)
            numbers = numbered[at[known[at] == wanted]]
        flags = np.zeros(int(numbers.max(initial=0)) + 1, bool)
        flags[numbers] = True
        return np.packbits(flags).tobytes()

    @cached_property
    def _numbered(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32]]:
        """Every sample's key, lowest first, and the number of each."""
        found = self.query("sample_numbers", keys=None)
        return found["sample_key"].to_numpy(), found["sample_no"].to_numpy()

    def lines(self, rule: Rule) -> str:
        """What the rule says of each trait that was loaded, as a query parameter."""
        return counting.lines(rule, self.traits)

    def counts(self, within: Slice | None = None, rule: Rule | None = None) -> pl.DataFrame:
        """The counts frame: one row per evaluation, question, trait and judge of the slice."""
        asked = (within or Slice(), rule or rules.named(defaults.RULE, self.data))
        found = self._counted.get(asked)
        if found is None:
            found = self.query("counts", lines=self.lines(asked[1]), **asked[0].parameters())
            if len(self._counted) >= COUNTED:
                self._counted.pop(next(iter(self._counted)), None)
            self._counted[asked] = found
        return found

    def compared(
        self,
        within: Slice | None = None,
        rule: Rule | None = None,
        baseline: str = defaults.BASELINE,
    ) -> pl.DataFrame:
        """The counts frame of a slice and of its baselines, each row once."""
        within = within or Slice()
        if within.holds_baselines(baseline):
            return self.counts(within, rule)
        frames = [self.counts(part, rule) for part in (within, within.baselines(baseline))]
        return pl.concat(frames).unique(GRAIN, maintain_order=True)

    def once(
        self, make: "Callable[Concatenate[Store, P], R]", *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """What a function makes of this snapshot; a store that remembers has it made once."""
        return make(self, *args, **kwargs)


def _text(name: str) -> str:
    path = QUERIES / f"{name}.sql"
    if not path.is_file():
        raise UnknownName(f"There is no query {name!r}.")
    return path.read_text("utf-8")
