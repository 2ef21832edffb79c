"""The files that were imported, as people read them: what became of each, and why."""

import os.path
from collections.abc import Mapping

import polars as pl

from pages.ui.words import numbers, values

STATES = {
    "read": "Read",
    "refused": "Refused in part or whole",
    "twin": "Same result as another file",
    "skipped": "Not understood by any importer",
}


def described(sources: pl.DataFrame) -> pl.DataFrame:
    """The sources with their `state`: a key of `STATES`."""
    return sources.with_columns(
        state=pl.when(pl.col("refused") > 0)
        .then(pl.lit("refused"))
        .when(pl.col("twin_of").is_not_null())
        .then(pl.lit("twin"))
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
            ("skipped", "not understood by any importer"),
            ("refused", "with rows or content refused"),
        )
        if state in count
    ]
    rows = f"{sources['taken'].sum():,} rows taken, {sources['refused'].sum():,} refused"
    return f"{numbers.plural(sources.height, 'file')}: {numbers.listing(told, 4)}; {rows}."


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
