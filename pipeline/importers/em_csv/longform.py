"""Rows that are a judgement each: several on one answer, which is one sample."""

from collections import defaultdict
from collections.abc import Iterator

from pipeline.errors import RefusedFile
from pipeline.files import reading
from pipeline.foreign.spec import Long
from pipeline.importers import Batch, refused
from pipeline.importers.em_csv.answers import AnsweredSoFar
from pipeline.importers.em_csv.scores import Scores
from pipeline.maps.columns import OUR_NAME, JudgedColumn

MOST_SAMPLES = 1_000_000
"""How many samples of a file in long form are told apart."""

TELLING = ("question", "question_id", "sample_index", "answer")
"""What rows on one sample have in common, where no column names the sample."""


class LongForm:
    """The samples that rows were on so far, and what was judged of each."""

    def __init__(self, long: Long, answers: AnsweredSoFar, scores: Scores) -> None:
        self.long = long
        self.answers = answers
        self.scores = scores
        self.known: dict[int, int] = {}  # the first row of each sample
        self.judged: set[tuple[int, str, str | None]] = set()

    def take(self, rows: list[reading.Row]) -> Iterator[Batch]:
        """The samples that some rows begin, and their judgements."""
        firsts: list[reading.Row] = []
        groups: dict[tuple[str, str | None], list[reading.Row]] = defaultdict(list)
        for row, record in rows:
            identity = self._identity(record)
            if identity not in self.known:
                if len(self.known) >= MOST_SAMPLES:
                    raise RefusedFile(f"it holds more than {MOST_SAMPLES:,} samples in long form")
                self.known[identity] = row
                firsts.append((row, record))
            judge = record[self.long.judge] if self.long.judge else None
            groups[record[self.long.criterion], judge].append((self.known[identity], record))
        if firsts:
            yield Batch("sample", self.answers.samples(firsts))
        for (criterion, judge), members in groups.items():
            yield from self._judgements(OUR_NAME.get(criterion, criterion), judge, members)

    def _identity(self, record: dict[str, str]) -> int:
        """What tells the sample of a row from others."""
        evaluation, _ = self.answers.evaluations.of(record)
        if self.long.sample:
            return hash((evaluation, record[self.long.sample]))
        roles = self.answers.roles
        return hash((evaluation, *(roles.value(record, name) for name in TELLING)))

    def _judgements(
        self, criterion: str, judge: str | None, members: list[reading.Row]
    ) -> Iterator[Batch]:
        """One judge's judgements on one criterion: of every sample the first."""
        self.scores.criteria.setdefault(criterion)
        fresh = []
        for sample, record in members:
            key = (sample, criterion, judge)
            if key in self.judged:
                yield refused(sample, f"it is judged on {criterion} by the same judge twice")
                continue
            self.judged.add(key)
            fresh.append((sample, record))
        long = self.long
        if fresh:
            judged = JudgedColumn(criterion, long.score, judge, long.raw, long.flag)
            yield from self.scores.judgements(fresh, judged)
