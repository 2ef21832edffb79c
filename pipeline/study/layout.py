"""Where a study's outputs lie and how they are written: one JSON line per finished thing.

    <folder>/
      study.json                                what was run: id, versions, hash of the study file
      STUDY.yaml                                the study file as it was run
      spend.jsonl                               what was spent, or may have been: ledger
      plan.json, progress.json                  what is planned and how far it is: warehouse.studies
      training/manifest.json                    every training set: hashes, counts, text
      training/<experiment>__<intervention>.jsonl
      runs/<run>.jsonl                          configuration, states and loss by step
      runs/<run>/adapter/                       LoRA weights of a local run
      samples/<run>/<experiment>__<intervention>.jsonl
      judgements/<judge>/<run>/<experiment>__<intervention>.jsonl

Files grow by whole lines that are flushed to disk before they are counted. A process
killed while it writes leaves at most one unfinished last line, which the next one drops.
Finished `.jsonl` files may be packed to `.jsonl.gz`; both are read alike.
"""

import fcntl
import gzip
import hashlib
import json
import os
import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

import msgspec

from pipeline.study.errors import FolderConflict
from pipeline.study.plan import Evaluation, JudgePass, Plan
from warehouse import durable, studies
from warehouse.studies import Run

MAX_LINE = 64_000_000

_TEMPORARY = re.compile(r"\..+\.(new|[0-9]+)")
"""What `write_bytes` writes before it takes its place; an older version named its process."""


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
        if self.manifest.exists():
            manifest = json.loads(self.manifest.read_text("utf-8"))
            if manifest.get("study") != plan.study.name:
                raise FolderConflict(
                    f"{self.path} holds the study {manifest.get('study')!r}, not "
                    f"{plan.study.name!r}. Choose another folder with --out."
                )
        else:
            manifest = {
                "brittlescope": "study/1",
                "study": plan.study.name,
                "title": plan.study.title,
                "id": secrets.token_hex(8),
            }
        experiments = plan.study.experiments.items()
        traits = {name: experiment.traits for name, experiment in experiments}
        interventions = {name: experiment.interventions for name, experiment in experiments}
        manifest |= {
            "digest": plan.digest,
            "versions": versions(),
            "traits": msgspec.to_builtins(traits),
            "interventions": msgspec.to_builtins(interventions),
        }
        write_json(self.manifest, manifest)
        write_bytes(self.path / "STUDY.yaml", plan.path.read_bytes())
        return str(manifest["id"])

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
                if _TEMPORARY.fullmatch(leftover.name):  # of a process that was killed
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


class Journal:
    """A file that grows by whole JSON lines, each on disk when `write` returns."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        if packed(path).exists():
            raise FolderConflict(
                f"{packed(path)} is packed; unpack it with gzip before continuing the study."
            )
        if path.exists():
            drop_unfinished_line(path)
        else:
            path.touch()
            durable.sync([path.parent])
        self._file: BinaryIO = path.open("ab")

    def write(self, records: Iterable[Any]) -> None:
        """Appends the records and waits until the disk has them."""
        lines = b"".join(msgspec.json.encode(record) + b"\n" for record in records)
        if lines:
            self._file.write(lines)
            self._file.flush()
            os.fsync(self._file.fileno())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()


def packed(path: Path) -> Path:
    """The packed twin of a `.jsonl` file."""
    return path.with_name(path.name + ".gz")


def drop_unfinished_line(path: Path) -> None:
    """Cuts off what a killed process left after the last whole line."""
    with path.open("r+b") as file:
        end = file.seek(0, os.SEEK_END)
        keep = end
        while keep:
            start = max(0, keep - 65_536)
            file.seek(start)
            newline = file.read(keep - start).rfind(b"\n")
            if newline >= 0:
                keep = start + newline + 1
                break
            keep = start
        if keep < end:
            file.truncate(keep)
            file.flush()
            os.fsync(file.fileno())


def exists(path: Path) -> bool:
    """Whether the file is there, packed or not."""
    return path.exists() or packed(path).exists()


def read(path: Path) -> Iterator[dict[str, Any]]:
    """The file's records, packed or not; nothing where there is no file.

    An unfinished last line is passed over.

    Raises:
        FolderConflict: naming file and line, where another line is no JSON object.
    """
    place = path if path.exists() else packed(path)
    if not place.exists():
        return
    for number, line in enumerate(lines(place), 1):
        try:
            record = msgspec.json.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise FolderConflict(f"{place}, line {number} is damaged: {error}.") from None
        if not isinstance(record, dict):
            raise FolderConflict(f"{place}, line {number} is damaged: no JSON object.")
        yield record


def lines(path: Path) -> Iterator[bytes]:
    """The whole lines of a plain or packed file."""
    with path.open("rb") as raw:
        file: Any = gzip.GzipFile(fileobj=raw) if path.suffix == ".gz" else raw
        while line := file.readline(MAX_LINE):
            if line.endswith(b"\n"):
                yield line


def pack(folder: Path) -> list[Path]:
    """Compresses the folder's samples and judgements, byte for byte reproducibly."""
    done = []
    for part in ("samples", "judgements"):
        for path in sorted((folder / part).rglob("*.jsonl")):
            compressed = gzip.compress(path.read_bytes(), compresslevel=9, mtime=0)
            write_bytes(packed(path), compressed)
            path.unlink()
            done.append(packed(path))
    return done


def write_json(path: Path, content: Any) -> None:
    """Replaces the file with readable JSON, all at once."""
    plain = msgspec.to_builtins(content)
    write_bytes(path, (json.dumps(plain, indent=1, ensure_ascii=False) + "\n").encode())


def write_bytes(path: Path, content: bytes) -> None:
    """Replaces the file, all at once: a reader sees the old one or the new one."""
    durable.folder(path.parent)
    durable.replace(path, content)
