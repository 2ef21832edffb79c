"""A run's log: its configuration, the states it went through, and its loss by step."""

import hashlib
from collections.abc import Iterable

from pipeline.study import files, layout
from pipeline.study.conversation import serialized
from pipeline.study.definition import FineTuning
from pipeline.study.errors import FolderConflict
from pipeline.study.jobs import StateLog
from pipeline.study.layout import Folder
from pipeline.study.parts import Local
from pipeline.study.plan import Plan
from warehouse.studies import Run


class RunLog(StateLog):
    """The log of one run, on disk line by line."""

    def __init__(self, plan: Plan, folder: Folder, run: Run, settings: FineTuning) -> None:
        self.settings = settings
        super().__init__(folder.run(run))
        self.data = folder.training_set(run.experiment or "", run.intervention)
        self.adapter = folder.adapter(run)
        header = _header(plan, run, settings)
        first = next(iter(files.read(self.path, files.RunHeader)), None)
        if first is not None:
            stored = first.config
            changed = sorted(
                name
                for name in stored.__struct_fields__
                if getattr(stored, name) != getattr(header.config, name)
            )
            if changed:
                raise FolderConflict(
                    f"{self.path} was fine-tuned with other settings ({', '.join(changed)}). Give "
                    "the study another name, or remove the file to fine-tune again."
                )
        self.write([header] if first is None else [])

    def steps(self, steps: Iterable[files.TrainingStep]) -> None:
        """Records training steps."""
        self.write(steps)

    def events(self, messages: Iterable[str]) -> None:
        """Records what the backend said on the way."""
        self.write(files.BackendEvent(message) for message in messages)


def latest_state(folder: Folder, run: Run) -> files.State | None:
    """The run's latest state without opening its log for writing."""
    states = list(files.read(folder.run(run), files.State))
    return states[-1] if states else None


def _header(plan: Plan, run: Run, settings: FineTuning) -> files.RunHeader:
    model = plan.study.models[run.model]
    source = model.source
    experiment = plan.study.experiments[run.experiment or ""]
    data = serialized(plan.training_set(run.experiment or "", run.intervention))
    return files.RunHeader(
        study=plan.study.name,
        run=run.id,
        config=files.RunConfig(
            backend="local" if isinstance(source, Local) else "openai",
            model=run.model,
            model_name=source.weights if isinstance(source, Local) else source.id,
            precision=source.precision if isinstance(source, Local) else None,
            chat=source.chat if isinstance(source, Local) else None,
            experiment=run.experiment,
            dataset=experiment.dataset,
            intervention=run.intervention,
            seed=run.seed,
            data_sha256=hashlib.sha256(data).hexdigest(),
            fine_tuning=settings,
        ),
        versions=layout.versions(),
    )
