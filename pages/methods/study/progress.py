"""How far studies are, as people read it: steps, spend, what was left, and how to go on."""

import shlex
import time
from datetime import datetime

import polars as pl
import streamlit as st

from pages.ui.view import store
from pages.ui.words import numbers, values
from warehouse import studies
from warehouse.studies import Imported, PlanFile, Standing, State, Step

NONE = (
    "No study is known here: none lies in the data folder, and none was imported. A study file "
    "says what to fine-tune, sample and judge. The first command shows its plan and sends nothing; "
    "the second carries it out."
)

STEPS = {"render": "Rendering", "tune": "Fine-tuning", "sample": "Sampling", "judge": "Judging"}

MADE = {"render": "training set", "tune": "run", "sample": "sample", "judge": "judgement"}
"""What each step makes."""

BOUNDS = " Each request is sent once here: tokens in and cost are estimates, tokens out a bound."

LIMITS = {"cost": "Cost", "requests": "Requests", "tokens": "Tokens"}
"""What a budget can limit, which is also what is spent."""

STATES: dict[State, str] = {
    "waiting": "It has not begun",
    "running": "It is at work",
    "silent": "It was stopped without a word",
    "stopped": "It is not at work",
    "done": "All of it is done",
}

FILE = "STUDY.yaml"
"""What stands for the study file in a command, where nobody knows where it is."""

BEGIN = f"brittlescope study run {FILE} --dry-run\nbrittlescope study run {FILE}"

UNTUNED = "untuned"
"""Stands among the training interventions for a model without any training."""

IMPORTED: dict[Imported, str] = {
    "no": "The results are not imported yet.",
    "before": "The results have changed since they were imported.",
    "as it is": "The results are imported.",
}

REASONS = 4
"""How many reasons of failures are shown; the others are folded."""

EVERY = 5
"""Seconds between two looks at a study at work."""


def known() -> dict[str, Standing]:
    """Every study of the data folder, and every one imported, by name; latest first.

    Where two have the same name, their folders stand with it.
    """
    imported: dict[str, str] = {}
    if store.current() is not None:
        files = store.query("sources").filter(pl.col("importer") == "study")
        imported = dict(files.select("path", "sha256").iter_rows())
    found = studies.known(store.data_folder(), imported)
    given = [study.name for study in found]
    return {
        study.name if given.count(study.name) == 1 else f"{study.name} · {study.folder}": study
        for study in found
    }


def titles(found: dict[str, Standing]) -> dict[str, str]:
    """What to call each study in a list of them."""
    return {
        name: f"{study.plan.title} ({name})" if study.plan else name
        for name, study in found.items()
    }


def summary(study: Standing, now: datetime) -> str:
    """How far the study is, in a sentence or two."""
    state = study.state(now)
    steps = study.steps
    made = [numbers.plural(step.done, MADE[step.name]) for step in steps if step.done]
    text = STATES[state]
    if state == "done":
        text += f": {numbers.listing(made, len(made))}"
    elif made:
        at = next(step for step in steps if step.state(now) != "done")
        text += f": step {steps.index(at) + 1} of {len(steps)}, {_counted(at)}"
    if state in ("silent", "stopped") and study.updated:
        text += f"; the last sign of life was {_moment(study.updated, now)}"
    return f"{text}. {IMPORTED[study.imported]}" if made else f"{text}."


def line(step: Step, now: datetime) -> str:
    """One step's progress: how much is done, how fast, and what failed."""
    parts = [_counted(step).capitalize()]
    found = step.progress
    if found is None:
        return f"{parts[0]} · not begun"
    if found.only:
        parts.append(f"judge {found.only} only")
    if found.failed:
        parts.append(f"{found.failed:,} failed")
    match step.state(now):
        case "running":
            parts += [_pace(found.rate)] if found.rate > 1e-6 else []
            left = found.seconds_left
            parts += [f"{studies.duration(left)} left"] if left and left > 0 else []
        case "silent":
            parts.append(f"no sign of life since {_moment(found.updated, now)}")
        case "stopped":
            parts.append("not finished")
    return " · ".join(parts)


def left(study: Standing) -> pl.DataFrame:
    """What failed and what was left: step, reason and, for failures, how often."""
    rows = [
        (STEPS[step.name], reason, f"{count:,}")
        for step in study.steps
        if step.progress
        for reason, count in step.progress.failures.items()
    ]
    told = {reason for _, reason, _ in rows}
    rows += [
        (STEPS[step.name], reason, "")
        for step in study.steps
        if step.progress
        for reason in step.progress.left
        if reason not in told
    ]
    return pl.DataFrame(
        rows, schema=dict.fromkeys(("step", "reason", "n"), pl.String), orient="row"
    )


def stopped(study: Standing) -> pl.DataFrame:
    """The arms whose sampling the study's rule has ended, at how many samples, and why."""
    told = study.progress.stopped if study.progress else []
    rows = [(one.arm, f"{one.samples:,}", one.why) for one in told]
    columns = ("arm", "samples_each", "why")
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")


def onward(study: Standing, now: datetime) -> dict[str, str]:
    """The commands to go on with the study, each under what it does."""
    run = ["brittlescope", "study", "run", str(study.file or FILE), "--out", str(study.folder)]
    data = str(store.data_folder().resolve())
    load = ["brittlescope", "--data", data, "import", str(study.folder)]
    hint = "" if study.file else f" (put its path for {FILE}: it is not where it was)"
    told = {
        f"To go on with the study file; what is done stays done{hint}": run,
        "To look at what is finished so far": load,
    }
    match study.state(now):
        case "running":
            told = {"To look at what is finished so far": load}
        case "done" if study.imported == "as it is":
            told = {f"To draw more, raise the samples per question in the study file{hint}": run}
        case "done":
            told = {"To look at the results": load}
    return {what: shlex.join(command) for what, command in told.items()}


def limits(study: Standing) -> list[tuple[str, float | None]]:
    """What the whole study has spent, in words, and the share of its limit where it has one."""
    if study.plan is None or study.progress is None:
        return []
    if not _asks(study.plan):
        return [("No endpoint is asked: all of it is done on this machine.", None)]
    spent, budget = study.progress.spent, study.plan.budget or {}
    if spent is None:
        return [("What was spent is not recorded.", None)]
    told: list[tuple[str, float | None]] = []
    for name, label in LIMITS.items():
        used, limit = getattr(spent, name), budget.get(name)
        if limit is None:
            told.append((f"{label}: {_amount(used)}, without a limit", None))
            continue
        share = min(1.0, used / limit) if limit > 0 else 1.0
        reached = " · the limit is reached" if share == 1 else ""
        told.append((f"{label}: {_amount(used)} of {_amount(limit)}{reached}", share))
    return told


def estimates(plan: PlanFile) -> pl.DataFrame:
    """What each step makes, and what it asks of endpoints, if any step asks one."""
    found = pl.DataFrame(
        {
            "step": [STEPS.get(step.step, step.step) for step in plan.steps],
            "planned": [step.planned for step in plan.steps],
            "local": [step.local for step in plan.steps],
            "requests": [step.requests for step in plan.steps],
            "input_tokens": [step.input_tokens for step in plan.steps],
            "output_tokens": [step.output_tokens for step in plan.steps],
            "cost": [numbers.UNKNOWN if s.cost is None else _amount(s.cost) for s in plan.steps],
        }
    )
    return found if _asks(plan) else found.select("step", "planned", "local")


def conditions(plan: PlanFile) -> pl.DataFrame:
    """One row per model, experiment and training intervention: its runs and what they answer."""
    runs = pl.DataFrame(
        [(r.id, r.model, UNTUNED if r.untuned else r.intervention) for r in plan.runs],
        schema=dict.fromkeys(("run", "model", "intervention"), pl.String),
        orient="row",
    )
    evaluations = pl.DataFrame(
        [(e.run, e.experiment, e.samples) for e in plan.evaluations],
        schema={"run": pl.String, "experiment": pl.String, "samples": pl.Int64},
        orient="row",
    )
    found = (
        evaluations.join(runs, on="run", maintain_order="left")
        .group_by("experiment", "intervention", "model", maintain_order=True)
        .agg(pl.col("run").n_unique().alias("runs"), pl.col("samples").sum())
    )
    return values.named(found)


def planned(plan: PlanFile) -> str:
    """The plan in one sentence."""
    tuned = sum(run.to_tune for run in plan.runs)
    experiments = {evaluation.experiment for evaluation in plan.evaluations}
    judges = [
        f"{name} ({len(asked)} {'criterion' if len(asked) == 1 else 'criteria'})"
        for name, asked in plan.judges.items()
    ]
    return (
        f"{numbers.plural(len(plan.runs), 'run')} ({tuned:,} to fine-tune) of "
        f"{numbers.plural(len({run.model for run in plan.runs}), 'model')} in "
        f"{numbers.plural(len(experiments), 'experiment')}, with "
        f"{numbers.plural(len(plan.evaluations), 'evaluation')} and "
        f"{numbers.plural(sum(e.samples for e in plan.evaluations), 'sample')}. "
        f"Judges: {numbers.listing(judges, 9) or 'none'}." + (BOUNDS if _asks(plan) else "")
    )


def footer(study: Standing, now: datetime) -> str:
    """Where all this was read, and when."""
    return f"Read from {study.folder} at {now:%H:%M:%S} UTC. This page only reads."


@st.fragment(run_every=EVERY)
def look_again(drawn: float) -> None:
    """Draws the page anew every few seconds; `drawn` is the monotonic time it was drawn at."""
    if time.monotonic() - drawn > EVERY / 2:
        st.rerun()


def _asks(plan: PlanFile) -> bool:
    """Whether any step asks an endpoint."""
    return any(step.requests for step in plan.steps)


def _counted(step: Step) -> str:
    """The step, and how much of it is done."""
    made = numbers.plural(step.planned, MADE[step.name])
    return f"{STEPS[step.name].lower()} {step.done:,} of {made}"


def _moment(then: datetime, now: datetime) -> str:
    """A moment, and how long ago that was."""
    ago = (now - then).total_seconds()
    days = f"{ago / 86_400:.0f} days" if ago >= 172_800 else studies.duration(max(0, ago))
    return f"{then:%Y-%m-%d %H:%M:%S} UTC, {days} ago"


def _pace(rate: float) -> str:
    """How fast things get finished."""
    return f"{rate:.3g} a second" if rate >= 1 else f"one in {studies.duration(1 / rate)}"


def _amount(number: float) -> str:
    """A number of things, or of money."""
    return f"{number:,.0f}" if float(number).is_integer() else f"{number:,.4g}"
