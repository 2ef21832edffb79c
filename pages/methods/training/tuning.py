"""Runs compared: their settings side by side, where these differ, and their training curves."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import polars as pl

from pages.ui.parts import bounded
from pages.ui.words import columns, numbers, values
from warehouse import catalogue
from warehouse.counting import Slice

SETTINGS = (
    *("epochs", "lora_rank", "lora_alpha", "lora_dropout", "learning_rate"),
    *("learning_rate_multiplier", "batch_size", "warmup_ratio", "weight_decay", "scheduler"),
    *("seed", "backend", "data_file"),
)
"""The columns of `runs.sql` in which two runs can differ in how they were trained."""

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

CURVES = {
    "loss": "Training loss",
    "valid_loss": "Validation loss",
    "accuracy": "Training accuracy",
    "valid_accuracy": "Validation accuracy",
    "learning_rate": "Learning rate",
    "grad_norm": "Gradient norm",
}

SMOOTHINGS = {"25": "Mean of 25 steps", "100": "Mean of 100 steps", "1": "None"}

COMPARED = 6
"""How many runs are compared at most; more columns or lines cannot be read."""

DRAWN = 800
"""How many points of a curve are drawn at most."""

PLOT, NAME = 280, 42
"""Pixels of a chart’s curves, and of each name in its legend, which Streamlit counts as well."""

FALLING, WIDE = ("loss", "valid_loss", "grad_norm"), 30
"""What starts high, and how often the highest value holds the lowest where it ends near zero."""

LOSS_TICKS = [0, 0.1, 0.3, 1, 3, 10, 30]

HOW_MANY = (
    f"The first {COMPARED} of those chosen are compared. None chosen: those with a log first."
)

UNCHOSEN = "Those with a log first"

CURVE_NOTE = (
    "Pale: single steps. Strong: their running mean. Of a long log every so many steps are drawn. "
    "A log that prints no steps is drawn over epochs."
)


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


def within(runs: pl.DataFrame, chosen: Slice, state: str) -> pl.DataFrame:
    """The described runs of a slice, in one state or in any (`all`)."""
    names = ("experiment", "model", "dataset", "intervention", "kind", "relevance", "placement")
    kept = [pl.col(n).is_in(getattr(chosen, n)) for n in (*names, "run") if getattr(chosen, n)]
    if state != "all":
        kept.append(pl.col("state") == state)
    return runs.filter(*kept) if kept else runs


def summary(runs: pl.DataFrame, flagged: pl.DataFrame) -> str:
    """How many runs there are in each state, and how many stand out."""
    counts = dict(runs["state"].value_counts().iter_rows())
    told = [f"{counts[state]:,} {state}" for state in STATES if state in counts]
    standing_out = numbers.plural(flagged["run"].n_unique(), "run")
    return (
        f"{numbers.plural(runs.height, 'run')}: {numbers.listing(told)}. "
        + (f"{standing_out} may not be comparable as trained." if flagged.height else "")
    ).strip()


def flags(findings: pl.DataFrame, runs: pl.DataFrame) -> pl.DataFrame:
    """What the doctor found in the training of these runs."""
    of_these = pl.col("run").is_in(runs["run"].implode())
    return findings.filter(pl.col("check").is_in(CHECKS), of_these)


def flag_table(flagged: pl.DataFrame, called: Mapping[str, str]) -> pl.DataFrame:
    """The flags as people read them: which run, what was found."""
    return flagged.select(
        pl.col("run").replace_strict(called, return_dtype=pl.String()), "title", "detail"
    )


def names(runs: pl.DataFrame) -> dict[str, str]:
    """What to call each run: its conditions, and its own name where these do not tell it apart."""
    told = {
        row["run"]: " · ".join(
            part
            for part in (
                values.value("model", row["model"]),
                values.value("dataset", row["dataset"]),
                "Control"
                if row["intervention"] == "none"
                else values.intervention(row["intervention"]),
                row["settings"],
            )
            if part
        )
        for row in runs.iter_rows(named=True)
    }
    seen = list(told.values())
    return {
        run: name if seen.count(name) == 1 else f"{name} · {run.split(':')[-1]}"
        for run, name in told.items()
    }


def compared(runs: pl.DataFrame, wanted: Sequence[str]) -> pl.DataFrame:
    """The runs to compare: those wanted, or else those with a log, then those evaluated."""
    if wanted:
        return runs.filter(pl.col("run").is_in(wanted)).head(COMPARED)
    order = runs.sort(pl.col("logs") > 0, pl.col("evaluations") > 0, descending=True)
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


def measures(steps: pl.DataFrame) -> dict[str, str]:
    """What the logs of these steps measured, with labels, the loss first."""
    return {name: label for name, label in CURVES.items() if steps[name].count()}


def logged(runs: pl.DataFrame, called: Mapping[str, str]) -> str:
    """Which of the runs have a log, in words."""
    with_log = runs.filter(pl.col("logs") > 0)["run"]
    return f"{numbers.listing((called[run] for run in with_log), 6) or 'none in this slice'}."


def run_table(runs: pl.DataFrame) -> pl.DataFrame:
    """Every run with its settings, as people read them."""
    shown = values.named(
        runs.select(
            *("experiment", "model", "dataset", "intervention", "relevance", "placement"),
            *("state", "evaluations", "outcome", "final_loss", "settings", "learning_rate"),
            *("learning_rate_multiplier", "batch_size", "backend", "data_file", "run"),
        ).with_columns(pl.col("state").str.to_titlecase())
    )
    return shown.drop("relevance", "placement")


def curve(
    steps: pl.DataFrame, called: Mapping[str, str], measure: str, window: int
) -> pl.DataFrame:
    """The points of one measure: run (named), log_no, at, unit, value and its running mean.

    `unit` is Step where a log prints steps, Epoch where it only prints epochs. The mean is
    over `window` steps, and over fewer where a log has fewer than ten times as many.
    """
    known = steps.filter(pl.col(measure).is_not_null()).with_columns(
        unit=pl.when(pl.col("step").is_null()).then(pl.lit("Epoch")).otherwise(pl.lit("Step")),
        at=pl.coalesce(pl.col("step").cast(pl.Float64), "epoch"),
        run=pl.col("run").replace_strict(called, return_dtype=pl.String()),
    )
    parts = []
    logs = known.sort("log_no", "at").partition_by("run", "log_no", maintain_order=True)
    drawn = max(2, min(DRAWN, bounded.MARKS // max(1, len(logs))))
    for part in logs[: bounded.LINES]:
        mean = pl.col(measure).rolling_mean(max(1, min(window, part.height // 10)), min_samples=1)
        parts.append(
            part.select("run", "log_no", "at", "unit", value=measure, mean=mean).gather_every(
                -(-part.height // drawn)
            )
        )
    return pl.concat(parts) if parts else pl.DataFrame()


def chart(points: pl.DataFrame, unit: str, measure: str, every: Sequence[str]) -> alt.LayerChart:
    """The curves over steps or epochs; each run has its colour, its single steps drawn pale."""
    drawn = points.filter(pl.col("unit") == unit)
    present = [name for name in every if name in set(drawn["run"])]
    colour = alt.Color(
        "run:N",
        scale=alt.Scale(domain=present),
        legend=alt.Legend(
            title=None,
            orient="bottom",
            direction="vertical",
            columns=1,
            labelLimit=0,
            # Two lines: the whole name is wider than a chart on a narrow screen.
            labelExpr=f"[{_part(0, 2)}, {_part(2, 9)}]",
            rowPadding=6,
            symbolOpacity=1,
            symbolStrokeWidth=3,
        ),
    )
    base = alt.Chart(drawn).encode(x=alt.X("at:Q", title=unit), color=colour, detail="log_no:N")
    scale, axis = alt.Scale(zero=False), alt.Axis()
    # Where losses end near zero, a logarithm that knows zero shows both ends.
    if (
        measure in FALLING
        and drawn.select(pl.col("value").max() > WIDE * pl.col("value").min())[0, 0]
    ):
        scale = alt.Scale(type="symlog", constant=0.1)
        axis = alt.Axis(values=LOSS_TICKS, format=".1~f")
    y = alt.Y("value:Q", title=CURVES[measure], scale=scale, axis=axis)
    steps = base.mark_line(opacity=0.25, strokeWidth=1).encode(y=y)
    mean = base.mark_line(strokeWidth=2).encode(
        y=alt.Y("mean:Q", scale=scale),
        tooltip=[
            alt.Tooltip("run:N", title="Run"),
            alt.Tooltip("at:Q", title=unit, format=",.4~g"),
            alt.Tooltip("value:Q", title=CURVES[measure], format=".3g"),
            alt.Tooltip("mean:Q", title="Running mean", format=".3g"),
        ],
    )
    return alt.LayerChart(layer=[steps, mean]).properties(height=PLOT + NAME * len(present))


def stacked(points: pl.DataFrame, measure: str, every: Sequence[str]) -> alt.VConcatChart:
    """The curves of every unit, as one chart to take away."""
    units = points["unit"].unique(maintain_order=True)
    charts = (chart(points, unit, measure, every) for unit in units)
    return alt.vconcat(*(one.properties(width=560, height=PLOT) for one in charts))


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


def _part(first: int, last: int) -> str:
    """Some of the parts of a run's name, as a Vega expression."""
    return f"join(slice(split(datum.label, ' · '), {first}, {last}), ' · ')"


def _told(column: str, value: Any) -> str:
    if value is None:
        return "not recorded"
    if column == "state":
        return STATES[value]
    return f"{value:g}" if isinstance(value, float) else values.value(column, value)


def _experiment(file_name: str) -> str | None:
    found = catalogue.experiment_of_data(file_name)
    return found[0] if found else None
