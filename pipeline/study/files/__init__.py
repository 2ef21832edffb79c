"""The records of a study's files: what is written, and what is relied on when it is read again.

A file begins with a header that says what it is (`"brittlescope": "samples/1"`), and goes on with
records that are told apart by their field `record`. What is written has every field. What is read
back has those that a resumed step, another step or an import relies on, so that a field that an
older version did not write, or wrote otherwise, hinders none of them. An import reads a stranger's
file: what it cannot rely on it refuses with a reason, record by record.
"""

from pipeline.study.files.described import (
    Manifest,
    Owner,
    StudyOf,
    TrainingSet,
    TrainingSetOf,
    TrainingSets,
    TrainingSetsOf,
    TraitOf,
)
from pipeline.study.files.judgements import (
    Judge,
    JudgedAgain,
    Judgement,
    JudgementFailure,
    JudgeOf,
    NotJudged,
    RepeatedJudgement,
    StoredJudgement,
    Verdict,
    VerdictAgain,
)
from pipeline.study.files.reading import document, read, record_of
from pipeline.study.files.runs import (
    BackendEvent,
    ConfigOf,
    Measured,
    Reached,
    RunConfig,
    RunHeader,
    RunOf,
    State,
    TrainingStep,
    TuningOf,
)
from pipeline.study.files.samples import (
    Attempt,
    EvaluationOf,
    Grown,
    NotDrawn,
    QuestionOf,
    Sample,
    SampleFailure,
    SampleNumber,
    SamplesHeader,
    StoredSample,
)
from pipeline.study.files.shapes import Optional
from pipeline.study.files.spending import AccountLine, Booked, Effort, asked, spending

__all__ = [
    "AccountLine",
    "Attempt",
    "BackendEvent",
    "Booked",
    "ConfigOf",
    "Effort",
    "EvaluationOf",
    "Grown",
    "Judge",
    "JudgeOf",
    "JudgedAgain",
    "Judgement",
    "JudgementFailure",
    "Manifest",
    "Measured",
    "NotDrawn",
    "NotJudged",
    "Optional",
    "Owner",
    "QuestionOf",
    "Reached",
    "RepeatedJudgement",
    "RunConfig",
    "RunHeader",
    "RunOf",
    "Sample",
    "SampleFailure",
    "SampleNumber",
    "SamplesHeader",
    "State",
    "StoredJudgement",
    "StoredSample",
    "StudyOf",
    "TrainingSet",
    "TrainingSetOf",
    "TrainingSets",
    "TrainingSetsOf",
    "TrainingStep",
    "TraitOf",
    "TuningOf",
    "Verdict",
    "VerdictAgain",
    "asked",
    "document",
    "read",
    "record_of",
    "spending",
]
