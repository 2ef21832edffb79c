"""Fine-tuning: one backend a module, behind one small interface."""

from typing import Protocol

from pipeline.study.tune.log import RunLog
from warehouse.studies import Run


class Backend(Protocol):
    """Whoever fine-tunes; a new one is one new module with such a class."""

    async def tune(self, run: Run, log: RunLog) -> str | None:
        """Brings the run from the log's last state to `succeeded` or `failed`.

        Returns why it was left on the way, where it was, and what to do.

        Everything needed to go on after a crash is in the log before it is relied on.
        """
        ...
