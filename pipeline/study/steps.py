"""The steps of a study in their order, each resumable, in one locked folder."""

import asyncio
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pipeline.study import account, frozen, lines, stopping
from pipeline.study import judge as judging
from pipeline.study import sample as sampling
from pipeline.study.account import Account
from pipeline.study.batches import cancelling, remote, shelf
from pipeline.study.budget import Meter
from pipeline.study.door import key_of
from pipeline.study.layout import Folder
from pipeline.study.parts import Endpoint, Host, plain
from pipeline.study.plan import Plan
from pipeline.study.progress import Progress
from pipeline.study.render import render
from pipeline.study.speakers import Speakers
from pipeline.study.tune import step as tuning
from warehouse.errors import BrittlescopeError
from warehouse.studies import PlanFile, PlannedEvaluation, StepEstimate, Stopped


class Session:
    """One command's work on one study."""

    def __init__(self, plan: Plan, folder: Folder, study_id: str, book: Account) -> None:
        self.plan = plan
        self.folder = folder
        self.study_id = study_id
        self.meter = Meter(plan.study.budget, book.spent, book)
        self.speakers = Speakers(plan, folder, self.meter)

    def do(self, step: str, judge: str | None = None) -> list[str]:
        """Carries one step as far as it goes; returns what it had to leave, and why."""
        if step == "render":
            return self._render()
        looked = None if self.plan.study.stop is None else stopping.look(self.plan, self.folder)
        counts = None if looked is None else looked.counts
        progress = Progress(
            self.folder,
            self.plan.study.name,
            step,
            self._planned(step, judge),
            self.meter.spent,
            only=judge,
        )
        self.speakers.tell = progress.note
        work = {
            "tune": lambda: tuning.tune(self.plan, self.folder, self.speakers, progress),
            "sample": lambda: sampling.sample(
                self.plan, self.folder, self.study_id, self.speakers, progress, counts
            ),
            "judge": lambda: judging.judge(
                self.plan, self.folder, self.study_id, self.speakers, progress, judge
            ),
        }
        if counts is not None and step == "sample":
            questions = {
                e.id: len(self.plan.questions(e.experiment)) for e in self.plan.evaluations
            }
            progress.planned = sum(count * questions[name] for name, count in counts.items())
        with progress.kept_fresh():
            try:
                progress.left = left = asyncio.run(work[step]())
                progress.stopped = self.stopped
            except BrittlescopeError as error:
                progress.left = [str(error)]
                raise
        return left

    def judge_answers(self, wanted: frozen.Wanted, judge: str | None = None) -> list[str]:
        """Judges answers that were imported (`frozen`); returns what was left, and why."""
        planned = frozen.planned(self.plan, wanted)
        progress = Progress(
            self.folder, self.plan.study.name, "judge", planned, self.meter.spent, only=judge
        )
        self.speakers.tell = progress.note
        with progress.kept_fresh():
            try:
                progress.left = left = asyncio.run(
                    frozen.judge(
                        self.plan,
                        self.folder,
                        self.study_id,
                        self.speakers,
                        progress,
                        wanted,
                    )
                )
            except BrittlescopeError as error:
                progress.left = [str(error)]
                raise
        return left

    def carry(self, steps: tuple[str, ...], judge: str | None = None) -> list[str]:
        """Carries steps out in their order; with a stopping rule, sampling and judging in turns."""
        if self.plan.study.stop is None or not {"sample", "judge"} <= set(steps):
            return [reason for step in steps for reason in self.do(step, judge)]
        left = [r for step in steps if step not in ("sample", "judge") for r in self.do(step)]
        drawn: dict[str, int] = {}
        while drawn != (wanted := stopping.look(self.plan, self.folder).counts):
            drawn = wanted
            left = [*self.do("sample"), *self.do("judge")]
        return left

    @property
    def stopped(self) -> list[Stopped]:
        """The arms whose sampling the stopping rule has ended."""
        if self.plan.study.stop is None:
            return []
        return stopping.look(self.plan, self.folder).stopped

    def cancel(self) -> list[str]:
        """Cancels the fine-tuning jobs under way; returns their runs."""
        return asyncio.run(tuning.cancel(self.plan, self.folder, self.speakers))

    def cancel_batches(self, step: str) -> cancelling.Cancelled:
        """Cancels the batches that sampling or judging has under way."""
        work = {"sample": shelf.SAMPLING, "judge": shelf.JUDGING}[step]
        endpoints = _endpoints(self.plan, (step,))
        return asyncio.run(cancelling.cancel(endpoints, self.speakers.shelf, work))

    def _render(self) -> list[str]:
        render(self.plan, self.folder)
        planned = len(self.plan.training_sets)
        progress = Progress(self.folder, self.plan.study.name, "render", planned, self.meter.spent)
        progress.found(planned)
        progress.show(last=True)
        return []

    def _planned(self, step: str, judge: str | None) -> int:
        if step == "judge" and judge is not None:
            return sum(
                self.plan.judged_by(judge_pass)
                for judge_pass in self.plan.passes
                if judge_pass.judge == judge
            )
        return next(e.planned for e in self.plan.estimates() if e.step == step)


@contextmanager
def session(plan: Plan, path: Path) -> Iterator[Session]:
    """Opens the study's folder for this process alone, with plan and manifest written.

    Raises:
        FolderConflict: where the folder is another study's, or another process works in it.
    """
    folder = Folder(path)
    with folder.locked():
        study_id = folder.open(plan)
        lines.write_json(folder.plan, described(plan, path))
        with account.opened(folder) as book:
            yield Session(plan, folder, study_id, book)


def require_endpoints(plan: Plan, steps: tuple[str, ...], judge: str | None = None) -> None:
    """Makes sure that these steps have the keys they need and the batch APIs, before any work.

    Raises:
        MissingKey: naming the environment variable.
        EndpointRefused: where there is no batch API.
    """
    asked = _endpoints(plan, steps, judge)
    for source in asked:
        key_of(source)
    if {"sample", "judge"} & set(steps):
        for source in {one.url: one for one in asked if one.batches is not None}.values():
            asyncio.run(remote.require(source))


def _endpoints(plan: Plan, steps: tuple[str, ...], judge: str | None = None) -> list[Endpoint]:
    """The endpoints that steps ask; of judges those of one, where it is named."""
    sources: list[Host | None] = []
    if {"tune", "sample"} & set(steps):
        sources += [model.source for model in plan.study.models.values()]
    if "judge" in steps:
        judges = plan.study.judges.items()
        sources += [one.asks for name, one in judges if judge in (None, name)]
    return [source for source in sources if isinstance(source, Endpoint)]


def described(plan: Plan, folder: Path) -> PlanFile:
    """The plan as it is written: every run, evaluation and judge pass, and the estimates."""
    return PlanFile(
        study=plan.study.name,
        title=plan.study.title,
        study_file=os.path.relpath(plan.path, folder),
        steps=plan.estimates(),
        budget=plain(plan.study.budget),
        runs=list(plan.runs),
        evaluations=[
            PlannedEvaluation(
                evaluation.id,
                evaluation.run.id,
                evaluation.experiment,
                evaluation.intervention,
                plan.samples_of(evaluation),
            )
            for evaluation in plan.evaluations
        ],
        judges={name: list(plan.asked(name)) for name in plan.study.judges},
    )


def table(plan: Plan) -> str:
    """The plan for people: what there is, and what each step asks for."""
    study = plan.study
    tuned = sum(run.to_tune for run in plan.runs)
    questions = {name: len(plan.questions(name)) for name in study.experiments}
    lines = [
        f"{study.title} ({study.name})",
        f"  {len(study.experiments)} experiments, {len(study.models)} models, "
        f"{len(plan.runs)} runs ({tuned} to fine-tune), {len(plan.evaluations)} evaluations",
        "  questions: " + ", ".join(f"{name} {count}" for name, count in questions.items()),
        f"  {study.sampling.samples_per_question} samples per question, "
        f"at most {study.sampling.max_tokens} tokens each",
        *([f"  stop: {stopping.told(study.stop)}"] if study.stop else []),
        *batched(plan),
        "",
        *costs(plan, plan.estimates()),
    ]
    return "\n".join(lines)


def costs(plan: Plan, estimates: Sequence[StepEstimate]) -> list[str]:
    """What steps ask for, the budget, and what of it is a bound: a line each."""
    limits = plain(plan.study.budget) or {}
    given = ", ".join(f"{key} {limit:g}" for key, limit in limits.items() if limit is not None)
    return [
        *(f"  {line}" for line in _rows(estimates).splitlines()),
        f"  budget: {given or 'none; nothing is asked of an endpoint'}",
        "  ≈ is an estimate and ≤ a bound, every request sent once; repetitions, and what a model "
        "thinks beyond its cap, come on top.",
        "  The budget is a limit: what a request can cost is set aside before it is sent, and is "
        "what counts where the endpoint does not say what it did cost.",
    ]


def batched(plan: Plan) -> list[str]:
    """Who is asked in batches, and at what share of the price."""
    sources = {f"model {name}": model.source for name, model in plan.study.models.items()}
    sources |= {f"judge {name}": one.asks for name, one in plan.study.judges.items() if one.asks}
    told = [
        f"{name} (× {source.batches.share:g} of the price)"
        for name, source in sources.items()
        if isinstance(source, Endpoint) and source.batches is not None
    ]
    return [f"  in batches, each answered within a day: {', '.join(told)}"] * bool(told)


def _rows(estimates: Sequence[StepEstimate]) -> str:
    """What each step asks for, a row each."""
    from pipeline.terminal import tables

    names = ("step", "planned", "local", "requests", "tokens in ≈", "tokens out ≤", "cost ≈",
             "cost ≤")  # fmt: skip
    rows = []
    for told in estimates:
        counts = (
            told.planned, told.local, told.requests, told.input_tokens, told.output_tokens
        )  # fmt: skip
        costs = ("unknown" if cost is None else f"{cost:.2f}" for cost in (told.cost, told.most))
        rows.append([told.step, *(f"{count:,}" for count in counts), *costs])
    return tables.aligned(names, rows, range(1, len(names)))
