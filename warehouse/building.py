"""From the lake to a new snapshot: facts, dimensions and marts, checked before it is published."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import polars as pl

from warehouse import catalogue, durable, snapshots, traits
from warehouse.enginepaths import plain, written
from warehouse.errors import BrittlescopeError, BrokenBuild
from warehouse.lake import Lake, content_of, refuse
from warehouse.records import JUDGEMENT_STATUSES, RELATIONS, SAMPLE_STATUSES
from warehouse.shards import BULK, Shard, bulk_files, small_relations
from warehouse.snapshots import SCHEMA

CORE = (
    *("source", "study", "declaration", "config", "evaluation_described"),
    *("training_log", "log_run"),
    *("run_described", "config_run", "run", "evaluation", "wording", "question"),
    *(
        "question_asked",
        "judge_used",
        "alike",
        "held",
        "repeat",
        "collision",
        "misplaced",
        "sample",
    ),
    *("judge", "criterion", "judgement_source", "judgement", "judged_by"),
    *("scale_doubt", "mixed", "told", "twin", "trait_told", "notice", "refusal"),
    *("training_step", "training_set", "battery_question", "judge_prompt", "unjoined"),
)
"""The relations of `schema/core`, each after those it reads."""

MARTS = ("outcome", "state", "tally")

CLASSES = (
    *("scored", "refusal", "code", "unparsed", "missing", "unanswered"),
    *("contested", "off_scale"),
)
"""What became of a sample under one criterion and judge."""

ENDINGS = ("whole", "broken off", "empty", "missing", "error")
"""What there is of an answer; what is not answered is empty, missing or an error."""


def build(data: Path) -> snapshots.Snapshot:
    """Make a snapshot of everything the lake holds now, and publish it.

    The file is written in another place and appears by one rename; a build that fails or is
    killed leaves the published snapshot as it was, and what it wrote is swept by the next.

    Raises:
        DamagedLake: where the disk lost or changed something of the lake.
        BrokenBuild: where a relation's key is not unique.
        CannotWrite: where the machine does not let the snapshot be written.
    """
    lake = Lake(data)
    snapshot = None
    while snapshot is None:
        snapshot = _built(data, lake)
    sweep(data)
    return snapshot


def _built(data: Path, lake: Lake) -> snapshots.Snapshot | None:
    """A new snapshot, or a newer one that was published meanwhile; None to begin again."""
    before = snapshots.published(data)
    with lake.writing():
        pointers = lake.pointers()
        content = content_of(pointers)
        shards, damages = lake.survey(pointers)
        refuse(damages, data)
        built_at = datetime.now(UTC)
        room = lake.room()
        new = room / "new.duckdb"
        try:
            with durable.told(data):
                room.mkdir(mode=0o700)
                _write(new, lake, shards, built_at)
                with snapshots.publishing(data):
                    now, meanwhile = lake.content(), snapshots.published(data)
                    if now == content or meanwhile == before:
                        return snapshots.publish(data, new, built_at, content)
                    # Another build was quicker, and the lake is another than ours was made of.
                    return meanwhile if meanwhile and meanwhile.holds[0] == now else None
        finally:
            durable.remove(room)


def is_current(data: Path) -> bool:
    """Whether the published snapshot shows what the lake holds now, as this version would."""
    snapshot = snapshots.published(data)
    return snapshot is not None and snapshot.holds == (Lake(data).content(), snapshots.form())


def sweep(data: Path) -> None:
    """Delete what nothing needs any more: old snapshots and shards, and what dead writers left."""
    with durable.told(data), snapshots.publishing(data):
        snapshots.prune(data)
        needed = snapshots.shards_in_use(data)
    with durable.told(data):
        Lake(data).tidy(keep=needed)


def _write(new: Path, lake: Lake, shards: list[Shard], built_at: datetime) -> None:
    try:
        with written(new) as place, duckdb.connect(place) as con:
            con.execute("set preserve_insertion_order = false")
            con.execute("set parquet_metadata_cache = true")  # a shard is read by many relations
            con.begin()  # what is not finished is never read: no step needs the disk by itself
            _fill(con, lake, shards, built_at)
            con.commit()
            con.execute("drop schema raw cascade")
    except duckdb.OutOfMemoryException as error:
        raise BrittlescopeError(f"Memory ran out while the snapshot was built: {error}") from None


def _fill(
    con: duckdb.DuckDBPyConnection, lake: Lake, shards: list[Shard], built_at: datetime
) -> None:
    con.execute("create schema raw; create schema core; create schema marts")
    for name, values in (
        ("sample_status", SAMPLE_STATUSES),
        ("sample_ending", ENDINGS),
        ("judgement_status", JUDGEMENT_STATUSES),
        ("outcome_class", CLASSES),
        ("coherence_state", ("scored", "missing", "absent", "off_scale")),
    ):
        con.execute(f"create type {name} as enum ({', '.join(map(repr, values))})")
    frames = dict(small_relations(shards))
    frames["source"] = _sources(lake, shards)
    frames["experiment"] = _experiments()
    for relation, rows in frames.items():
        _load(con, f"raw.{relation}", rows)
    for relation in BULK:
        _link(con, relation, list(bulk_files(plain(lake.shards), shards, relation)))
    for relation in CORE:
        _create(con, "core", relation)
        if relation == "run":
            _load(con, "core.model", _models(con), "One row per base model.")
            _load(
                con,
                "core.intervention",
                _interventions(con),
                "One row per intervention of an experiment.",
            )
    _load(con, "core.trait", traits.loaded(con), "One row per trait of an experiment.")
    for relation in MARTS:
        _create(con, "marts", relation)
    con.execute((SCHEMA / "macros.sql").read_text())
    _load(
        con,
        "core.build",
        pl.DataFrame({"built_at": [f"{built_at:%Y-%m-%dT%H:%M:%SZ}"], "sources": [len(shards)]}),
        "One row per snapshot: when it was built, and from how many files.",
    )


def _load(
    con: duckdb.DuckDBPyConnection, name: str, rows: pl.DataFrame, comment: str | None = None
) -> None:
    con.register("incoming", rows.to_arrow())
    con.execute(f"create table {name} as select * from incoming")
    con.unregister("incoming")
    if comment:
        con.execute(f"comment on table {name} is '{comment}'")


def _link(con: duckdb.DuckDBPyConnection, relation: str, files: list[str]) -> None:
    """A view over the lake's parts of a bulk relation, below an empty table of its columns.

    The table gives parts that an older version wrote the columns they lack.
    """
    empty = pl.DataFrame(schema={"shard": pl.String(), **RELATIONS[relation]})
    if not files:
        _load(con, f"raw.{relation}", empty)
        return
    _load(con, f"raw.{relation}_columns", empty)
    con.execute(f"set variable {relation}_files = $files", {"files": files})
    con.execute(
        f"""
        create view raw.{relation} as
        select * from raw.{relation}_columns
        union all by name
        select string_split(filename, '/')[-2] as shard, * exclude (filename)
        from read_parquet(
            getvariable('{relation}_files'),
            filename = true, union_by_name = true, hive_partitioning = false
        )
        """
    )


def _create(con: duckdb.DuckDBPyConnection, schema: str, relation: str) -> None:
    """Create a relation from its file, with its grain as comment.

    Raises:
        BrokenBuild: where its key is not unique, or it lost rows of the relation whose rows it has.
    """
    text = (SCHEMA / schema / f"{relation}.sql").read_text("utf-8")
    header = [line[3:] for line in text.splitlines() if line.startswith("-- ")]
    con.execute(f"create table {schema}.{relation} as {text}")
    grain = header[0].replace("'", "''")
    con.execute(f"comment on table {schema}.{relation} is '{grain}'")
    told = dict(line.split(": ", 1) for line in header if line.startswith(("Key: ", "Rows: ")))
    if (of := told.get("Rows")) is not None:
        counted = f"select (select count(*) from {schema}.{relation}), (select count(*) from {of})"
        rows, known = con.execute(counted).fetchone() or (0, 0)
        if rows != known:
            raise BrokenBuild(
                f"{schema}.{relation} holds {rows} of the {known} rows of {of}; "
                "nothing was published."
            )
    if (key := told.get("Key")) is None:
        return
    found = con.execute(
        f"select {key}, count(*) from {schema}.{relation} "
        f"group by {key} having count(*) > 1 limit 1"
    ).fetchone()
    if found is not None:
        raise BrokenBuild(
            f"{schema}.{relation} holds {found[-1]} rows for one {key} ({found[:-1]}); "
            "nothing was published."
        )


def _sources(lake: Lake, shards: Iterable[Shard]) -> pl.DataFrame:
    """Every path that stands for a shard; of several the first holds it, the rest are twins."""
    known = {shard.name: shard for shard in shards}
    paths: dict[str, list[str]] = {name: [] for name in known}
    for pointer in lake.pointers():
        if pointer.shard in paths:
            paths[pointer.shard].append(pointer.path)
    held = [
        (known[name], path, place)
        for name, own in paths.items()
        for place, path in enumerate(own or [known[name].origin.path])
    ]
    return pl.DataFrame(
        [
            {
                "shard": shard.name if place == 0 else None,
                "path": path,
                "sha256": shard.origin.sha256,
                "importer": shard.origin.importer,
                "title": shard.origin.title,
                "imported_at": shard.origin.imported_at,
                "bytes": shard.origin.size,
                "taken": shard.taken,
                "refused": shard.refused,
                "refused_file": shard.refused_file,
                "twin_of": shard.twin_of if place == 0 else paths[shard.name][0],
            }
            for shard, path, place in held
        ],
        schema={
            **dict.fromkeys(("shard", "path", "sha256"), pl.String()),
            **dict.fromkeys(("importer", "title", "imported_at"), pl.String()),
            **dict.fromkeys(("bytes", "taken", "refused"), pl.Int64()),
            **dict.fromkeys(("refused_file", "twin_of"), pl.String()),
        },
    )


def _experiments() -> pl.DataFrame:
    known = catalogue.experiments()
    return pl.DataFrame(
        {
            "experiment": list(known),
            "title": [experiment.title for experiment in known.values()],
            "dataset": [experiment.dataset for experiment in known.values()],
        }
    )


def _models(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    names = con.execute("select distinct model from core.run order by model").fetchall()
    known = [catalogue.model(name) for (name,) in names]
    return pl.DataFrame(
        [
            {"model": n, "family": m.family, "size": m.size}
            for (n,), m in zip(names, known, strict=True)
        ],
        schema={"model": pl.String(), "family": pl.String(), "size": pl.Float64()},
    )


def _interventions(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    pairs = con.execute(
        "select distinct experiment, intervention from core.run order by all"
    ).fetchall()
    rows = []
    for experiment, name in pairs:
        known = catalogue.intervention(experiment, name)
        rows.append(
            {
                "experiment": experiment,
                "intervention": name,
                "kind": known.kind,
                "relevance": known.relevance,
                "placement": known.placement,
                "dose": known.dose,
            }
        )
    columns = ("experiment", "intervention", "kind", "relevance", "placement")
    return pl.DataFrame(rows, schema={**dict.fromkeys(columns, pl.String()), "dose": pl.Float64()})
