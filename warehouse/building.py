"""From the lake to a new snapshot: facts, dimensions and marts, checked before it is published."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

import polars as pl

from warehouse import catalogue, clock, durable, interventions, ratings, snapshots, traits
from warehouse.engine import Maker, Parts, making
from warehouse.errors import BrokenBuild
from warehouse.lake import Lake, content_of
from warehouse.mending import refuse
from warehouse.records import JUDGEMENT_STATUSES, RELATIONS, SAMPLE_STATUSES
from warehouse.register import Pointer
from warehouse.search.volumes import Volumes
from warehouse.shardframes import small_relations
from warehouse.shards import BULK, Shard, bulk_parts, digest
from warehouse.snapshots import SCHEMA

CORE = (
    *("source", "study", "declaration", "config", "evaluation_described"),
    *("training_log", "log_run"),
    *("run_described", "config_run", "run", "evaluation"),
    *("description", "intervention_told", "wording", "question"),
    *("question_asked", "judge_used", "alike", "held", "overlap"),
    *("repeat", "collision", "misplaced", "sample"),
    *("rating", "judge", "judge_known", "rater", "criterion"),
    *("judgement_source", "judgement", "judged_by"),
    *("judge_asked", "judgement_again", "judgement_weighed"),
    *("refusal", "scale_doubt", "mixed", "told", "twin", "trait_told", "notice"),
    *("training_step", "training_set", "battery_question", "unjoined", "reported"),
)
"""The relations of `schema/core`, each after those it reads."""

MARTS = ("outcome", "state", "tally")

CLASSES = (
    *("scored", "refusal", "code", "unparsed", "missing", "unanswered"),
    *("contested", "off_scale"),
)
"""What became of a sample under one criterion and judge."""

COHERENCE_STATES = ("scored", "missing", "absent", "off_scale")
"""What became of the coherence that goes with a judgement."""

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
        content = _content(pointers, ratings.stamp(data))
        rated = ratings.standing(ratings.journal(data).read().entries)
        shards, damages = lake.survey(pointers)
        refuse(damages, data)
        built_at = clock.now()
        room = lake.room()
        new = room / "new.duckdb"
        try:
            with durable.told(data):
                room.mkdir(mode=0o700)
                _write(new, lake, shards, rated, built_at)
                with snapshots.publishing(data):
                    now, meanwhile = content_now(data), snapshots.published(data)
                    if now == content or meanwhile == before:
                        return snapshots.publish(data, new, built_at, content)
                    # Another build was quicker, and there is something else than ours was made of.
                    return meanwhile if meanwhile and meanwhile.holds[0] == now else None
        finally:
            durable.remove(room)


def is_current(data: Path) -> bool:
    """Whether the published snapshot shows what lake and ratings are now, as this version would."""
    snapshot = snapshots.published(data)
    return snapshot is not None and snapshot.holds == (content_now(data), snapshots.form())


def content_now(data: Path) -> str:
    """What lake and ratings hold now, as the name of a snapshot of them tells."""
    return _content(Lake(data).pointers(), ratings.stamp(data))


def _content(pointers: Iterable[Pointer], rated: str) -> str:
    content = content_of(pointers)
    return digest(f"{content} {rated}", len(content)) if rated else content


def sweep(data: Path) -> None:
    """Delete what nothing needs any more: old snapshots and shards, and what dead writers left."""
    lake = Lake(data)
    with durable.told(data), snapshots.publishing(data):
        snapshots.prune(data)
        pointers, known = lake.pointers(), snapshots.published(data)
        needed = {str(pointer.shard) for pointer in pointers}
        # One that shows the lake as it is reads what stands in it; others are asked.
        shown = set()
        if known and known.holds[0] == _content(pointers, ratings.stamp(data)):
            shown.add(known.path)
        needed |= snapshots.shards_in_use(data, but=shown)
    with durable.told(data):
        lake.tidy(keep=needed)
        Volumes(lake).keep({str(pointer.shard) for pointer in lake.pointers()})


def _write(
    new: Path, lake: Lake, shards: list[Shard], rated: pl.DataFrame, built_at: datetime
) -> None:
    with making(new) as maker:
        with maker.whole():
            _fill(maker, lake, shards, rated, built_at)
        maker.run("drop schema raw cascade")


def _fill(
    maker: Maker, lake: Lake, shards: list[Shard], rated: pl.DataFrame, built_at: datetime
) -> None:
    maker.run("create schema raw; create schema core; create schema marts")
    maker.enumerate("sample_status", SAMPLE_STATUSES)
    maker.enumerate("sample_ending", ENDINGS)
    maker.enumerate("judgement_status", JUDGEMENT_STATUSES)
    maker.enumerate("outcome_class", CLASSES)
    maker.enumerate("coherence_state", COHERENCE_STATES)
    frames = dict(small_relations(shards))
    frames["source"] = _sources(lake, shards)
    frames["experiment"] = _experiments()
    frames["rating"] = rated
    for relation, rows in frames.items():
        maker.load(f"raw.{relation}", rows)
    for relation in BULK:
        parts = Parts(lake.shards, list(bulk_parts(shards, relation)))
        maker.link(f"raw.{relation}", parts, RELATIONS[relation])
    promised = {}
    for relation in CORE:
        promised[f"core.{relation}"] = _create(maker, "core", relation)
        if relation == "run":
            maker.load("core.model", _models(maker), "One row per base model.")
        if relation == "intervention_told":
            maker.load(
                "core.intervention",
                interventions.loaded(maker),
                "One row per intervention of a study's experiment.",
            )
    maker.load("core.trait", traits.loaded(maker), "One row per trait of an experiment.")
    for relation in MARTS:
        promised[f"marts.{relation}"] = _create(maker, "marts", relation)
    _check(maker, promised)
    maker.run((SCHEMA / "macros.sql").read_text("utf-8"))
    maker.load(
        "core.build",
        pl.DataFrame({"built_at": [f"{built_at:%Y-%m-%dT%H:%M:%SZ}"], "sources": [len(shards)]}),
        "One row per snapshot: when it was built, and from how many files.",
    )


def _create(maker: Maker, schema: str, relation: str) -> dict[str, str]:
    """Create a relation from its file, with its grain as comment; its `Key` and `Rows`."""
    text = (SCHEMA / schema / f"{relation}.sql").read_text("utf-8")
    header = [line[3:] for line in text.splitlines() if line.startswith("-- ")]
    maker.create(f"{schema}.{relation}", text, header[0])
    return dict(line.split(": ", 1) for line in header if line.startswith(("Key: ", "Rows: ")))


def _check(maker: Maker, promised: dict[str, dict[str, str]]) -> None:
    """Hold every relation to what its file promises of it.

    Raises:
        BrokenBuild: where a key is not unique, or a relation lost rows of the one whose rows it
            has.
    """
    keys = {name: told["Key"] for name, told in promised.items() if "Key" in told}
    # Small ones in one statement; those with a row an answer one by one, each needing its memory.
    large = [name for name, key in keys.items() if "sample_key" in key]
    for names in ([name for name in keys if name not in large], *([name] for name in large)):
        doubled = " union all ".join(
            f"select '{name}' as name from {name} group by {keys[name]} having count(*) > 1"
            for name in names
        )
        for name in sorted(maker.ask(doubled)["name"], key=names.index)[:1]:
            key = keys[name]
            many = f"select {key}, count(*) from {name} group by {key} having count(*) > 1 limit 1"
            *values, rows = maker.ask(many).row(0)
            raise BrokenBuild(
                f"{name} holds {rows} rows for one {key} ({tuple(values)}); nothing was published."
            )
    for name, of in ((name, told["Rows"]) for name, told in promised.items() if "Rows" in told):
        counted = f"select (select count(*) from {name}), (select count(*) from {of})"
        rows, known = maker.ask(counted).row(0)
        if rows != known:
            raise BrokenBuild(
                f"{name} holds {rows} of the {known} rows of {of}; nothing was published."
            )


def _sources(lake: Lake, shards: Iterable[Shard]) -> pl.DataFrame:
    """Every path that stands for a shard; of several the first holds it, the rest are twins."""
    known = {shard.name: shard for shard in shards}
    paths: dict[str, list[str]] = {name: [] for name in known}
    pointers = list(lake.pointers())
    trees = _trees(pointers)
    for pointer in pointers:
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
                "root": trees.get(path),
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
            **dict.fromkeys(("shard", "path", "root", "sha256"), pl.String()),
            **dict.fromkeys(("importer", "title", "imported_at"), pl.String()),
            **dict.fromkeys(("bytes", "taken", "refused"), pl.Int64()),
            **dict.fromkeys(("refused_file", "twin_of"), pl.String()),
        },
    )


def _trees(pointers: Sequence[Pointer]) -> dict[str, str]:
    """The folder whose results belong together with each path, as far as imports told one.

    A file that was named by itself belongs to a folder that was named and holds it, or is with
    what lies beside it.
    """
    named = sorted({pointer.root for pointer in pointers if pointer.root}, key=len, reverse=True)
    return {
        pointer.path: pointer.root
        or next(
            (root for root in named if pointer.path.startswith(f"{root}/")),
            pointer.path.rpartition("/")[0],
        )
        for pointer in pointers
        if pointer.root is not None
    }


def _experiments() -> pl.DataFrame:
    known = catalogue.experiments()
    return pl.DataFrame(
        {
            "experiment": list(known),
            "title": [experiment.title for experiment in known.values()],
            "dataset": [experiment.dataset for experiment in known.values()],
        }
    )


def _models(maker: Maker) -> pl.DataFrame:
    names = maker.ask("select distinct model from core.run order by model")["model"]
    known = [catalogue.model(name) for name in names]
    return pl.DataFrame(
        [
            {"model": n, "family": m.family, "size": m.size}
            for n, m in zip(names, known, strict=True)
        ],
        schema={"model": pl.String(), "family": pl.String(), "size": pl.Float64()},
    )
