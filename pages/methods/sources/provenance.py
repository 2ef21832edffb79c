"""The files that were imported, as people read them: what became of each, and why."""

import os.path
from collections.abc import Mapping

import polars as pl

from pages.ui.words import numbers, values

STATES = {
    "read": "Read",
    "refused": "Refused in part or whole",
    "twin": "Same result as another file",
    "joined": "Read with others",
    "skipped": "Not understood by any importer",
}


MORE = "brittlescope import PATH\nbrittlescope import PATH --map MAP.yaml"

HERE = "This folder"
"""Stands for the folder that holds all, in place of one below it."""


def described(sources: pl.DataFrame) -> pl.DataFrame:
    """The sources with their `state`: a key of `STATES`."""
    return sources.with_columns(
        state=pl.when(pl.col("refused") > 0)
        .then(pl.lit("refused"))
        .when(pl.col("twin_of").is_not_null())
        .then(pl.lit("twin"))
        .when(pl.col("joined"))
        .then(pl.lit("joined"))
        .when(pl.col("importer").fill_null("") == "")
        .then(pl.lit("skipped"))
        .otherwise(pl.lit("read"))
    )


def within(sources: pl.DataFrame, state: str, importer: str, text: str) -> pl.DataFrame:
    """The described sources in a state, read by an importer (`all` for any), named with a text."""
    kept = [pl.col("path").str.to_lowercase().str.contains(text.lower(), literal=True)]
    kept += [pl.col("state") == state] if state != "all" else []
    kept += [pl.col("importer") == importer] if importer != "all" else []
    return sources.filter(*kept)


def states(sources: pl.DataFrame) -> dict[str, str]:
    """The choices of state, each with how many files it has."""
    counts = dict(sources["state"].value_counts().iter_rows())
    return {"all": f"All ({sources.height:,})"} | {
        state: f"{label} ({counts.get(state, 0):,})" for state, label in STATES.items()
    }


def importers(sources: pl.DataFrame) -> dict[str, str]:
    """The choices of importer: what read a file, as its format is called."""
    used = sources.select("importer", "title").unique("importer").sort("importer")
    called = {name: title or values.words(name) for name, title in used.iter_rows()}
    return {"all": "All"} | {name: called[name] if name else "Nothing" for name in called}


def summary(sources: pl.DataFrame) -> str:
    """How many files there are and what became of them, in one sentence."""
    count = dict(sources["state"].value_counts().iter_rows())
    told = [
        f"{count[state]:,} {words}"
        for state, words in (
            ("read", "read"),
            ("twin", "skipped as the same result in another format"),
            ("joined", "read with others as the map says"),
            ("skipped", "not understood by any importer"),
            ("refused", "with rows or content refused"),
        )
        if state in count
    ]
    rows = f"{sources['taken'].sum():,} rows taken, {sources['refused'].sum():,} refused"
    return f"{numbers.plural(sources.height, 'file')}: {numbers.listing(told, 4)}; {rows}."


def sources(every: pl.DataFrame, top: str, called: Mapping[str, str]) -> pl.DataFrame:
    """What was loaded from where: a row for every folder below `top` and format."""
    first = pl.col("path").str.split(os.path.sep).list
    place = pl.when(first.len() > 1).then(first.first()).otherwise(pl.lit(HERE))
    return (
        below(every.filter(pl.col("importer") != ""), top, "path")
        .with_columns(place.alias("origin"))
        .group_by("origin", "importer")
        .agg(
            pl.len().cast(pl.Int64).alias("files"),
            pl.col("taken", "refused", "notices").sum(),
            (pl.col("state") == "twin").sum().cast(pl.Int64).alias("twins"),
        )
        .sort("origin", "importer")
        .with_columns(pl.col("importer").replace_strict(called, return_dtype=pl.String()))
        .pipe(_told, "refused", "notices", "twins")
    )


def unread(every: pl.DataFrame, top: str) -> pl.DataFrame:
    """The files that nothing was read from, by their ending: how many, and one of them."""
    left = below(every.filter(state="skipped"), top, "path").sort("path")
    ending = pl.col("path").str.extract(r"(\.[^./\\]+)$").fill_null("no ending")
    return _counted(left.with_columns(ending.alias("ending")), "ending", "path")


def kinds(rows: pl.DataFrame, top: str, text: str) -> pl.DataFrame:
    """Refusals or notices by kind: how many, in how many files, and one of each in its words.

    What differs in nothing but numbers and quoted names is one kind.
    """
    kind = pl.col(text).str.replace_all(r"'[^']*'|“[^”]*”|\d+", "…")
    return _counted(below(rows, top, "path").with_columns(kind.alias("kind")), "kind", "path", text)


def _counted(rows: pl.DataFrame, kind: str, *shown: str) -> pl.DataFrame:
    """How many rows and files there are of each kind, most frequent first, and the first of it."""
    found = (
        rows.group_by(kind, maintain_order=True)
        .agg(
            pl.len().cast(pl.Int64).alias("n"),
            pl.col("path").n_unique().cast(pl.Int64).alias("files"),
            pl.col(shown).first(),
        )
        .sort("n", descending=True, maintain_order=True)
    )
    counts = ["n"] if found["n"].equals(found["files"]) else ["n", "files"]
    names = [kind] if len(shown) == 1 else []
    return found.select(*names, *counts, *(pl.col(one) for one in reversed(shown)))


def _told(frame: pl.DataFrame, *columns: str) -> pl.DataFrame:
    """The frame without those of the columns that are zero throughout."""
    return frame.drop(name for name in columns if not frame[name].sum())


def root(paths: pl.Series) -> str:
    """The folder that every path lies in, or an empty text."""
    folders = [os.path.dirname(path) for path in paths]  # noqa: PTH120 - any system's paths
    try:
        return os.path.commonpath(folders) if folders else ""
    except ValueError:
        return ""


def below(frame: pl.DataFrame, top: str, *columns: str) -> pl.DataFrame:
    """The frame with its paths shortened by the folder they all lie in."""
    if len(top) < 2:
        return frame
    return frame.with_columns(
        pl.col(name).str.strip_prefix(top).str.strip_prefix(os.path.sep) for name in columns
    )


def of(sources: pl.DataFrame) -> pl.Expr:
    """Keeps what was said of these sources."""
    return pl.col("path").is_in(sources["path"].implode())


def notice_table(notices: pl.DataFrame, top: str) -> pl.DataFrame:
    """The importers' remarks as people read them."""
    return below(notices, top, "path").select(
        "path",
        "source_row",
        pl.Series("code", [values.words(code) for code in notices["code"]], dtype=pl.String()),
        "message",
    )


def file_table(sources: pl.DataFrame, top: str, called: Mapping[str, str]) -> pl.DataFrame:
    """The files as people read them."""
    return below(sources, top, "path", "twin_of").select(
        "path",
        pl.col("state").replace_strict(STATES, return_dtype=pl.String()),
        pl.col("importer").replace_strict(called, return_dtype=pl.String()),
        "taken",
        "refused",
        "notices",
        pl.Series("bytes", [numbers.size(b) for b in sources["bytes"]], dtype=pl.String()),
        "imported_at",
        "twin_of",
        "refused_file",
        "sha256",
    )
