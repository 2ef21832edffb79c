"""What nobody told of the answers, and keeps them from being a result: said in sentences."""

import re

import polars as pl

from warehouse.store import Store

_VALUES = re.compile(r" \([^()]*\)")


def scales(store: Store) -> list[str]:
    """The judges whose scores may be on another scale than 0 to 100, and what settles it."""
    told = (
        "All {n:,} scores of judge {judge} on {criterion} lie from {low:g} to {high:g}, as on a "
        "scale of {likely_scale}; none of them is counted. Say in a mapping which raw scores mean "
        "0 and 100, `scale: {{{criterion}: [{ends}]}}` (or [0, 100]), and import with it."
    )
    return [
        told.format(**row, ends=row["likely_scale"].replace(" to ", ", "))
        for row in store.query("scale_doubts").iter_rows(named=True)
    ]


def repeats(store: Store) -> list[str]:
    """The answers that several files hold, a sentence for each kind with one example."""
    kinds = {
        "twin": "hold nothing but what another file holds too, which is counted once",
        "repeated-elsewhere": "hold answers that another file holds too; each is counted once",
        "contested-elsewhere": "hold answers in another version than another file; none counts",
    }
    found = store.query("repeats")
    said = []
    for code, what in kinds.items():
        rows = found.filter(pl.col("code") == code)
        if rows.height:
            path, _, message = rows.row(0)
            count = "1 file" if rows.height == 1 else f"{rows.height:,} files"
            verb = what.replace("hold", "holds", 1) if rows.height == 1 else what
            said.append(f"{count} {verb}: {path}: {message}.")
    return said


def of(store: Store, counts: pl.DataFrame) -> list[str]:
    """What is in doubt in a counts frame of the store."""
    found = scales(store) if counts["out_off_scale"].sum() else []
    if contested := int(counts["out_contested"].sum()):
        found.append(
            f"{contested:,} answers stand in their files in two versions; nobody can tell which "
            "counts, so neither does."
        )
    mixed = counts["mixed"].drop_nulls().unique().sort()
    alike: dict[str, list[str]] = {}
    for told in mixed:
        alike.setdefault(_VALUES.sub("", told), []).append(told)
    found += [
        f"Conditions may be mixed: {every[0]}{_others(len(every) - 1)}. Make it a dimension with "
        "`columns` in the mapping, or leave it out with `columns: {ignore: [...]}`."
        for every in alike.values()
    ]
    return found


def _others(count: int) -> str:
    return f", and {count:,} times with other values" if count else ""
