"""Who answers for a run or a judge: an endpoint, or weights on this machine."""

import asyncio
import dataclasses
import itertools
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any, TypeVar

import msgspec

from pipeline.study import files, weights
from pipeline.study.batches.shelf import Shelf
from pipeline.study.batches.speaker import BatchSpeaker
from pipeline.study.budget import Meter
from pipeline.study.chat import Chat
from pipeline.study.errors import FolderConflict, MissingPackages
from pipeline.study.layout import Folder
from pipeline.study.parts import Endpoint, Host, Local
from pipeline.study.plan import Plan
from pipeline.study.replies import Request, Sink, Speaker, parted
from pipeline.study.weights import Weights
from warehouse.studies import Run

K = TypeVar("K")


class LocalSpeaker:
    """Answers from loaded weights, one batch at a time."""

    def __init__(self, loaded: Weights, model_id: str) -> None:
        self.weights = loaded
        self.model_id = model_id

    async def ask(self, requests: Iterable[tuple[K, Request]], sink: Sink[K]) -> None:
        """Answers every request; see `replies.Speaker`."""
        waiting = iter(requests)
        while batch := list(itertools.islice(waiting, self.weights.source.batch)):
            replies = self.weights.answers([request for _, request in batch])
            if self.weights.source.thoughts == "apart":
                replies = [parted(reply) for reply in replies]
            named = [msgspec.structs.replace(reply, model_id=self.model_id) for reply in replies]
            sink(list(zip((key for key, _ in batch), named, strict=True)))
            await asyncio.sleep(0)  # an interrupt is heeded between batches


class Speakers:
    """Opens speakers, and keeps the weights that were loaded last.

    There is one copy of the weights: opening a speaker takes the adapter of the one before out.
    """

    def __init__(self, plan: Plan, folder: Folder, meter: Meter) -> None:
        self.plan = plan
        self.folder = folder
        self.meter = meter
        self.tell: Callable[[str], None] = lambda said: None
        """Who is told how far slow work is."""
        self._loaded: tuple[Local, Weights] | None = None
        self._adapted: Any = None

    def weights(self, source: Local) -> Weights:
        """The weights without any adapter."""
        if self._adapted is not None:
            self._adapted.unload()
            self._adapted = None
        if self._loaded is None or self._loaded[0] != source:
            self._loaded = None  # frees the memory before the next model takes it
            self._loaded = (source, weights.load(source, self.plan.folder))
        return self._loaded[1]

    def _endpoint(self, source: Endpoint, model_id: str, scope: str) -> Speaker:
        """Requests one by one, or in batches; batches under way are waited for either way."""
        chat = Chat(source, model_id, self.meter)
        batches = BatchSpeaker(
            source, model_id, self.meter, self.shelf, scope, self.tell,
            rest=None if source.batches else chat,
        )  # fmt: skip
        return batches if source.batches or batches.has_left else chat

    @cached_property
    def shelf(self) -> Shelf:
        """The batches of the study's folder."""
        return Shelf(self.folder, files.document(self.folder.manifest, files.Owner).id)

    def of_run(self, run: Run, model_id: str, scope: str) -> Speaker:
        """Whoever answers for a run; `model_id` is what tuning gave it.

        Args:
            run: The run.
            model_id: Its model.
            scope: What is asked, the same at every start: batches are found again by it.

        Raises:
            FolderConflict: where a local run's weights are gone.
        """
        source = self.plan.study.models[run.model].source
        if isinstance(source, Endpoint):
            return self._endpoint(source, model_id, scope)
        adapter = self.folder.adapter(run)
        if not run.untuned and not adapter.is_dir():
            raise FolderConflict(
                f"The LoRA weights of {run.id} are not in {adapter}, though its log says that it "
                f"is fine-tuned. Remove {self.folder.run(run)} to fine-tune it again."
            )
        loaded = self.weights(source)
        if run.untuned:
            return LocalSpeaker(loaded, model_id)
        try:
            import peft
        except ImportError:
            raise MissingPackages(
                f"Sampling from an adapter needs peft; install it with: {weights.INSTALL}"
            ) from None
        self._adapted = peft.PeftModel.from_pretrained(loaded.model, adapter)
        self._adapted.eval()
        return LocalSpeaker(dataclasses.replace(loaded, model=self._adapted), model_id)

    def of_judge(self, source: Host, scope: str) -> Speaker:
        """Whoever answers as a judge; `scope` is as in `of_run`."""
        if isinstance(source, Endpoint):
            return self._endpoint(source, source.id, scope)
        return LocalSpeaker(self.weights(source), source.weights)
