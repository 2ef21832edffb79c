"""Where a study's outputs lie and how they are written: one JSON line per finished thing.

    <folder>/
      study.json                                what was run: id, versions, hash of the study file
      STUDY.yaml                                the study file as it was run
      spend.jsonl                               what was spent, or may have been: account
      plan.json, progress.json                  what is planned and how far it is: warehouse.studies
      training/manifest.json                    every training set: hashes, counts, text
      training/<experiment>__<intervention>.jsonl
      runs/<run>.jsonl                          configuration, states and loss by step
      runs/<run>/adapter/                       LoRA weights of a local run
      samples/<run>/<experiment>__<intervention>.jsonl
      judgements/<judge>/<run>/<experiment>__<intervention>.jsonl
      batches/<number>.jsonl                    the states of a batch; what it sends beside it

How they grow and are read is in `lines`, and what a line holds in `files`.
"""

import fcntl
import hashlib
import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.study import files, lines
from pipeline.study.errors import FolderConflict
from pipeline.study.plan import Evaluation, JudgePass, Plan
from warehouse import durable, studies
from warehouse.studies import Run

IMPORTED = "imported"
"""What stands for the runs of answers that were imported, in the names of files."""


class Folder:
    """The output folder of one study."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def manifest(self) -> Path:
        """What was run."""
        return self.path / "study.json"

    @property
    def plan(self) -> Path:
        """What is planned."""
        return self.path / studies.PLAN

    @property
    def progress(self) -> Path:
        """How far it is."""
        return self.path / studies.PROGRESS

    @property
    def spend(self) -> Path:
        """What was spent, or may have been."""
        return self.path / "spend.jsonl"

    @property
    def training_manifest(self) -> Path:
        """What the training sets are."""
        return self.path / "training" / "manifest.json"

    def training_set(self, experiment: str, intervention: str) -> Path:
        """The rendered training set."""
        return self.path / "training" / f"{experiment}__{intervention}.jsonl"

    def run(self, run: Run) -> Path:
        """The run's log."""
        return self.path / "runs" / f"{run.id}.jsonl"

    def adapter(self, run: Run) -> Path:
        """The run's LoRA weights."""
        return self.path / "runs" / run.id / "adapter"

    def samples(self, evaluation: Evaluation) -> Path:
        """The evaluation's samples."""
        return self.path / "samples" / evaluation.run.id / f"{evaluation.name}.jsonl"

    def judgements(self, judge: str, evaluation: Evaluation) -> Path:
        """The judgements of one judge on the evaluation."""
        name = f"{evaluation.name}.jsonl"
        return self.path / "judgements" / judge / evaluation.run.id / name

    def judged(self, judge_pass: JudgePass) -> Path:
        """The judgements of one pass."""
        return self.judgements(judge_pass.judge, judge_pass.evaluation)

    def open(self, plan: Plan) -> str:
        """Prepares the folder for the plan and returns its id, the same at every later call.

        Raises:
            FolderConflict: where the folder belongs to another study.
        """
        owner = files.Owner(plan.study.name, secrets.token_hex(8))
        if self.manifest.exists():
            owner = files.document(self.manifest, files.Owner)
        if owner.study != plan.study.name:
            raise FolderConflict(
                f"{self.path} holds the study {owner.study!r}, not {plan.study.name!r}. Choose "
                "another folder with --out."
            )
        experiments = plan.study.experiments.items()
        manifest = files.Manifest(
            study=owner.study,
            title=plan.study.title,
            id=owner.id,
            digest=plan.digest,
            versions=versions(),
            traits={name: experiment.traits for name, experiment in experiments},
            interventions={name: experiment.interventions for name, experiment in experiments},
        )
        lines.write_json(self.manifest, manifest)
        lines.write_bytes(self.path / "STUDY.yaml", plan.path.read_bytes())
        return owner.id

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Holds the folder against a second process.

        Raises:
            FolderConflict: where another process works in it.
        """
        durable.folder(self.path)  # which its owner alone may read
        with (self.path / ".lock").open("wb") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise FolderConflict(f"Another process is at work in {self.path}.") from None
            for leftover in self.path.rglob(".*"):
                if lines.TEMPORARY.fullmatch(leftover.name):  # of a process that was killed
                    leftover.unlink(missing_ok=True)
            yield


def sample_key(study_id: str, evaluation: str, question: str, index: int) -> int:
    """The sample's permalink: 63 bits of a hash of what the sample is."""
    identity = json.dumps([study_id, evaluation, question, index]).encode()
    return int.from_bytes(hashlib.blake2b(identity, digest_size=8).digest(), "big") >> 1


def versions() -> dict[str, str]:
    """The versions of what a study's results depend on, as far as installed."""
    import platform
    from importlib import metadata

    found = {"python": platform.python_version()}
    for package in ("brittlescope", "openai", "torch", "transformers", "peft"):
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found
