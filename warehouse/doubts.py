"""What nobody told of the answers, and keeps them from being a result: said in sentences."""

import polars as pl

from warehouse.store import Store


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


def of(store: Store, counts: pl.DataFrame) -> list[str]:
    """What is in doubt in a counts frame of the store."""
    found = scales(store) if counts["out_off_scale"].sum() else []
    if contested := int(counts["out_contested"].sum()):
        found.append(
            f"{contested:,} answers stand in their files in two versions; nobody can tell which "
            "counts, so neither does."
        )
    found += [
        f"Conditions may be mixed: {mixed}. Make it a dimension with `columns` in the mapping, or "
        "leave it out with `columns: {ignore: [...]}`."
        for mixed in counts["mixed"].drop_nulls().unique().sort()
    ]
    return found
