"""Samples that a file holds more than once: the same question, the same number."""

from collections.abc import Callable, Iterator, Sequence

import polars as pl

from pipeline.importers import Batch, notice

_PRIME = 2_147_483_647
"""Makes one number of two, which is another for nearly any other two."""


class Repeats:
    """The numbered samples of a file, a few bytes of each, until all of them were seen."""

    def __init__(self, first_key: int) -> None:
        self.first_key = first_key
        self.parts: list[pl.DataFrame] = []
        self.contents: Callable[[], Sequence[int]] | None = None

    def take(
        self,
        rows: Sequence[int] | pl.Series,
        questions: Sequence[int] | pl.Series,
        numbers: Sequence[int | None] | pl.Series,
        contents: Callable[[], Sequence[int]],
    ) -> None:
        """Some samples: the row, the question, the number and a hash of all that stands there.

        The last is asked for only where it is needed: not of a file that is read at once and
        repeats nothing, as nearly all are.
        """
        self._complete()
        part = {"row": rows, "question": questions, "number": numbers}
        kinds = dict(zip(part, (pl.Int64, pl.Int32, pl.Int64), strict=True))
        self.parts.append(pl.DataFrame(part, schema=kinds))
        self.contents = contents

    def _complete(self) -> None:
        """Add to the last samples what stands there."""
        if self.contents is not None:
            column = pl.Series("content", self.contents(), dtype=pl.Int64)
            self.parts[-1] = self.parts[-1].with_columns(column)
            self.contents = None

    def batches(self) -> Iterator[Batch]:
        """Which samples repeat another, and a notice of each kind.

        Of those that are equal to the letter the first counts; where they differ, nobody can say
        which of them counts.
        """
        if not self.parts or (len(self.parts) == 1 and not _any_again(self.parts[0])):
            return
        self._complete()
        same = ["question", "number"]
        every = pl.concat(self.parts)
        if not _any_again(every):
            return
        found = (
            every.lazy()
            .drop_nulls("number")
            .filter(pl.len().over(same) > 1)
            .sort("row")
            .select(
                (pl.col("row") + self.first_key).alias("sample_key"),
                (~pl.struct(*same, "content").is_first_distinct()).alias("is_copy"),
                (pl.col("content").n_unique().over(same) > 1).alias("differs"),
            )
            .filter(pl.col("is_copy") | pl.col("differs"))
            .collect()
        )
        yield Batch("repeat", found.drop("differs"))
        copies = found["is_copy"].sum()
        contested = found.height - copies
        if copies:
            yield notice(
                "duplicates",
                f"{copies:,} duplicates: rows that stand there twice or more, to the letter; each "
                "is counted once",
            )
        if contested:
            yield notice(
                "contested",
                f"{contested:,} rows have the question and the number of another row and say "
                "something else; nobody can tell which of them counts, so none is a result",
            )


def _any_again(rows: pl.DataFrame) -> bool:
    """Whether a question and a number may come again; nearly always they do not.

    Numpy answers where Polars would wake its threads, which takes longer than the whole question.
    """
    both = rows["question"].cast(pl.Int64).to_numpy() * _PRIME + rows["number"].to_numpy()
    both.sort()
    return bool((both[1:] == both[:-1]).any())
