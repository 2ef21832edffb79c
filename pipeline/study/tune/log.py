"""A run's log: its configuration, the states it went through, and its loss by step."""

import hashlib
import time
from collections.abc import Iterable
from typing import Any

from pipeline.study import layout
from pipeline.study.conversation import serialized
from pipeline.study.definition import FineTuning, Local, plain
from pipeline.study.errors import FolderConflict
from pipeline.study.layout import Folder, Journal
from pipeline.study.plan import Plan
from warehouse.studies import Run


class RunLog:
    """The log of one run, on disk line by line."""

    def __init__(self, plan: Plan, folder: Folder, run: Run, settings: FineTuning) -> None:
        self.settings = settings
        self.path = folder.run(run)
        self.data = folder.training_set(run.experiment or "", run.intervention)
        self.adapter = folder.adapter(run)
        header = _header(plan, run, settings)
        stored = next(iter(layout.read(self.path)), None)
        if stored is not None and stored["config"] != header["config"]:
            changed = sorted(
                key
                for key in {*stored["config"], *header["config"]}
                if stored["config"].get(key) != header["config"].get(key)
            )
            raise FolderConflict(
                f"{self.path} was fine-tuned with other settings ({', '.join(changed)}). Give the "
                "study another name, or remove the file to fine-tune again."
            )
        with Journal(self.path) as journal:
            if stored is None:
                journal.write([header])

    def state(self, name: str, **details: Any) -> None:
        """Records a state the run has reached."""
        self._write([{"record": "state", "state": name, "at": now(), **details}])

    def steps(self, steps: Iterable[dict[str, Any]]) -> None:
        """Records training steps."""
        self._write([{"record": "step", **step} for step in steps])

    def events(self, messages: Iterable[str]) -> None:
        """Records what the backend said on the way."""
        self._write([{"record": "event", "message": message} for message in messages])

    def _write(self, records: list[dict[str, Any]]) -> None:
        with Journal(self.path) as journal:
            journal.write(records)

    @property
    def states(self) -> list[dict[str, Any]]:
        """Every state so far, oldest first."""
        return [record for record in layout.read(self.path) if record["record"] == "state"]


def latest_state(folder: Folder, run: Run) -> dict[str, Any] | None:
    """The run's latest state without opening its log for writing."""
    states = [r for r in layout.read(folder.run(run)) if r["record"] == "state"]
    return states[-1] if states else None


def now() -> str:
    """The time in UTC, to the second."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def _header(plan: Plan, run: Run, settings: FineTuning) -> dict[str, Any]:
    model = plan.study.models[run.model]
    source = model.source
    experiment = plan.study.experiments[run.experiment or ""]
    data = serialized(plan.training_set(run.experiment or "", run.intervention))
    return {
        "brittlescope": "run/1",
        "record": "run",
        "study": plan.study.name,
        "run": run.id,
        "config": {
            "backend": "local" if isinstance(source, Local) else "openai",
            "model": run.model,
            "model_name": source.weights if isinstance(source, Local) else source.id,
            "precision": source.precision if isinstance(source, Local) else None,
            "chat": source.chat if isinstance(source, Local) else None,
            "experiment": run.experiment,
            "dataset": experiment.dataset,
            "intervention": run.intervention,
            "seed": run.seed,
            "data_sha256": hashlib.sha256(data).hexdigest(),
            "fine_tuning": plain(settings),
        },
        "versions": layout.versions(),
    }
