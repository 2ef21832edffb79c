"""Runs and their settings: what they are called, whether they were trained alike, side by side."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from pages.ui.words import armnames, columns, numbers, values
from warehouse import catalogue
from warehouse.counting import Slice

SETTINGS = (
    *("epochs", "lora_rank", "lora_alpha", "lora_dropout", "learning_rate"),
    *("learning_rate_multiplier", "batch_size", "warmup_ratio", "weight_decay", "scheduler"),
    *("seed", "backend", "data_file"),
)
"""The columns of `runs.sql` in which two runs can differ in how they were trained."""

NAMED = ("model", "dataset", "intervention", "settings", "seed")
"""What tells runs apart, in the order of a name."""

TUNED = pl.col("dataset").ne_missing("none")
"""Keeps the runs that were fine-tuned."""

FACTS = ("experiment", "model", "dataset", "intervention", "state", "outcome", "final_loss")
"""The columns of `runs.sql` that say what a run is and became."""

CHECKS = ("settings-differ", "training-files-differ", "unfinished-training")
"""What `warehouse.doctor` looks at in training."""

STATES = {
    "evaluated": "Evaluated",
    "trained": "Trained, not evaluated",
    "planned": "Planned, not trained as far as the files tell",
}

BASES = {
    "model id": "the model’s id",
    "folder": "its folder",
    "configuration": "experiment, model, intervention, epochs and rank",
    "planned": "nothing: no result or log mentions it",
}
"""What joins a configuration or a log to a run."""

COMPARED = 6
"""How many runs are compared at most; more columns or lines cannot be read."""

HOW_MANY = (
    f"Tick runs to compare them and to draw their curves, up to {COMPARED}. None ticked: "
    "the first with a log."
)

ALIKE = tuple(name for name in SETTINGS if name not in ("seed", "backend", "data_file"))
"""The settings that arms must share to have been trained alike."""

ARM = ("experiment", "model", "dataset")
"""What arms that are compared with each other share."""


def described(runs: pl.DataFrame) -> pl.DataFrame:
    """The runs with the kind, relevance and placement of their interventions.

    Of a run that nothing was evaluated of nobody but the catalogue says them.
    """
    known = [
        catalogue.intervention(experiment, intervention)
        for experiment, intervention in runs.select("experiment", "intervention").iter_rows()
    ]
    return runs.with_columns(
        pl.col(name).fill_null(
            pl.Series([getattr(each, name) for each in known], dtype=pl.String())
        )
        for name in ("kind", "relevance", "placement")
    )


def states(runs: pl.DataFrame) -> dict[str, str]:
    """The choices of state, each with how many runs it has."""
    counts = dict(runs["state"].value_counts().iter_rows())
    return {"all": f"All ({runs.height:,})"} | {
        state: f"{label} ({counts.get(state, 0):,})" for state, label in STATES.items()
    }


def within(runs: pl.DataFrame, chosen: Slice, state: str) -> pl.DataFrame:
    """The described runs of a slice, in one state or in any (`all`)."""
    names = ("experiment", "model", "dataset", "intervention", "kind", "relevance", "placement")
    kept = [pl.col(n).is_in(getattr(chosen, n)) for n in (*names, "run") if getattr(chosen, n)]
    if state != "all":
        kept.append(pl.col("state") == state)
    return runs.filter(*kept) if kept else runs


def summary(runs: pl.DataFrame) -> str:
    """How many fine-tunes there are in each state, and whether they were trained alike."""
    tuned = runs.filter(TUNED)
    counts = dict(tuned["state"].value_counts().iter_rows())
    told = [f"{counts[state]:,} {state}" for state in STATES if state in counts]
    said = (
        f"{numbers.plural(tuned.height, 'fine-tune')} of "
        f"{numbers.plural(tuned['model'].n_unique(), 'model')}: {numbers.listing(told)}."
        if tuned.height
        else "Nothing was fine-tuned here."
    )
    untuned = runs.filter(~TUNED)
    models = untuned["model"].n_unique()
    rows = f", in {untuned.height:,} rows" if untuned.height > models else ""
    more = f" {numbers.plural(models, 'untuned model')} beside them{rows}." if models else ""
    return f"{said}{more} {alike(tuned)}".strip()


def alike(tuned: pl.DataFrame) -> str:
    """Whether arms of one model and dataset were trained alike, in one sentence."""
    groups = [
        part
        for part in tuned.partition_by(ARM, maintain_order=True)
        if part["intervention"].n_unique() > 1
    ]
    if not groups:
        return ""
    differ = [[name for name in ALIKE if part[name].drop_nulls().n_unique() > 1] for part in groups]
    apart = sum(bool(names) for names in differ)
    if apart:
        which = [columns.label(name) for name in ALIKE if any(name in names for names in differ)]
        return (
            f"Not all arms were trained alike: in {apart:,} of "
            f"{numbers.plural(len(groups), 'pair')} of model and dataset they differ in "
            f"{numbers.listing(which)}."
        )
    recorded = all(part[name].null_count() == 0 for part in groups for name in ("epochs",))
    known = "" if recorded else ", as far as settings are recorded"
    return f"The arms of each model and dataset were trained alike{known}."


def flags(findings: pl.DataFrame, runs: pl.DataFrame) -> pl.DataFrame:
    """What the doctor found in the training of these runs."""
    return findings.filter(pl.col("run").is_in(runs["run"].implode()))


def flag_table(flagged: pl.DataFrame, called: Mapping[str, str]) -> pl.DataFrame:
    """The flags as people read them: which run, what was found."""
    return flagged.select(
        pl.col("run").replace_strict(called, return_dtype=pl.String()), "title", "detail"
    )


def names(runs: pl.DataFrame) -> dict[str, str]:
    """What to call each run: in what it differs from others, and its own name where in nothing."""
    tuned = runs.filter(TUNED)
    told = [name for name in NAMED if (runs if name == "model" else tuned)[name].n_unique() > 1]
    said = {row["run"]: " · ".join(_parts(row, told)) for row in runs.iter_rows(named=True)}
    seen = Counter(said.values())
    return {
        run: name
        if name and seen[name] == 1
        else " · ".join(filter(None, (name, run.rpartition(":")[2].rpartition("/")[2])))
        for run, name in said.items()
    }


def _parts(row: Mapping[str, Any], told: Sequence[str]) -> list[str]:
    untuned = row["dataset"] == "none"
    parts = [armnames.UNTUNED] if untuned else []
    for name in told:
        if untuned and name != "model":
            continue
        if name == "intervention":
            parts.append(armnames.part(name, row))
        elif row[name] not in (None, ""):
            seed = f"seed {row[name]}" if name == "seed" else values.value(name, row[name])
            parts.append(seed)
    return parts


def compared(runs: pl.DataFrame, wanted: Sequence[str]) -> pl.DataFrame:
    """The runs to compare: those wanted, or else those with a log, then those evaluated."""
    if wanted:
        return runs.filter(pl.col("run").is_in(wanted)).head(COMPARED)
    order = runs.sort(pl.col("logs") > 0, TUNED, pl.col("evaluations") > 0, descending=True)
    return order.head(3)


def side_by_side(runs: pl.DataFrame) -> list[tuple[str, ...]]:
    """One row per fact and setting: its name, then its value in each run."""
    return [
        (columns.label(column), *(_told(column, value) for value in runs[column]))
        for column in (*FACTS, *SETTINGS)
    ]


def differing(runs: pl.DataFrame) -> list[int]:
    """Which rows of `side_by_side` hold settings known to differ; an unrecorded one does not."""
    return [
        at
        for at, column in enumerate((*FACTS, *SETTINGS))
        if column in SETTINGS and runs[column].drop_nulls().n_unique() > 1
    ]


def difference(runs: pl.DataFrame) -> str:
    """In which settings the runs differ, in one sentence."""
    every = (*FACTS, *SETTINGS)
    found = [columns.label(every[at]) for at in differing(runs)]
    if runs.height < 2:
        return "Choose two runs or more to compare them."
    if not found:
        return "These runs do not differ in any setting that is recorded for two of them."
    return f"These runs differ in: {numbers.listing(found, len(SETTINGS))}."


def logged(runs: pl.DataFrame, called: Mapping[str, str]) -> str:
    """Which of the runs have a log, in words."""
    with_log = runs.filter(pl.col("logs") > 0)["run"]
    return f"{numbers.listing((called[run] for run in with_log), 6) or 'none in this slice'}."


def run_table(runs: pl.DataFrame) -> pl.DataFrame:
    """Every run as people read it, without the columns that say the same of all."""
    shown = values.named(
        runs.select(
            *("experiment", "model", "dataset", "intervention", "epochs", "lora_rank", "seed"),
            *("final_loss", "outcome", "state", "evaluations", "learning_rate"),
            *("learning_rate_multiplier", "batch_size", "scheduler", "backend", "data_file"),
        ).with_columns(pl.col("state").str.to_titlecase(), *_numbers(runs))
    )
    tuned = shown.filter(runs.select(TUNED).to_series())
    of_all = ("experiment", "model", "dataset", "intervention", "evaluations", "state")
    differ = [
        name for name in shown.columns if (shown if name in of_all else tuned)[name].n_unique() > 1
    ]
    return shown.select(differ) if differ else shown.select("model", "intervention")


def shared(runs: pl.DataFrame) -> str:
    """What is recorded to be the same of every fine-tune, in words."""
    tuned = runs.filter(TUNED)
    known = [
        f"{columns.label(name).lower().replace('lora', 'LoRA')} {_told(name, tuned[name][0])}"
        for name in ALIKE
        if tuned.height and tuned[name].null_count() == 0 and tuned[name].n_unique() == 1
    ]
    return f"All fine-tunes: {numbers.listing(known, len(ALIKE))}." if known else ""


def _numbers(runs: pl.DataFrame) -> list[pl.Expr]:
    """Settings as people write them, which are names of columns with units otherwise."""
    return [pl.col("final_loss").round(3)] if runs["final_loss"].dtype.is_numeric() else []


def datasets(sets: pl.DataFrame, runs: pl.DataFrame, chosen: Slice) -> pl.DataFrame:
    """The training files of a slice's experiments, with how many of the runs name each."""
    used = runs.group_by(pl.col("data_file")).agg(pl.len().alias("runs"))
    known = sets.join(used, on="data_file", how="left", maintain_order="left").with_columns(
        pl.col("runs").fill_null(0)
    )
    if chosen.experiment:
        known = known.filter(
            pl.col("data_file").is_in(runs["data_file"].drop_nulls().implode())
            | pl.Series([_experiment(name) in chosen.experiment for name in known["data_file"]])
        )
    return known.select(
        *("data_file", "runs", "examples", "distinct_prompts", "distinct_completions"),
        pl.col("mean_prompt_chars", "mean_completion_chars").round(1),
        *("max_chars", "with_system"),
        pl.col("placement").replace_strict(values.PLACEMENTS, default="not found"),
        *("text", "base_file", "unexplained", "path"),
    )


def joined(runs: pl.DataFrame, called: Mapping[str, str]) -> pl.DataFrame:
    """One row per run with a configuration or log: which, and what joins them."""
    with_files = runs.filter((pl.col("configs") > 0) | (pl.col("logs") > 0))
    return with_files.select(
        pl.col("run").replace_strict(called, return_dtype=pl.String()),
        "config_folder",
        pl.col("config_basis").replace_strict(BASES, default="no configuration"),
        "logs",
        pl.col("log_basis").replace_strict(BASES, default="no log"),
    )


def _told(column: str, value: Any) -> str:
    if value is None:
        return "not recorded"
    if column == "state":
        return STATES[value]
    return f"{value:g}" if isinstance(value, float) else values.value(column, value)


def _experiment(file_name: str) -> str | None:
    found = catalogue.experiment_of_data(file_name)
    return found[0] if found else None
