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
    Judged,
    Judgement,
    JudgementFailure,
    JudgeOf,
    NotJudged,
    Verdict,
)
from pipeline.study.files.reading import document, read, record_of
from pipeline.study.files.runs import (
    ConfigOf,
    Event,
    Measured,
    Reached,
    RunConfig,
    RunHeader,
    RunOf,
    State,
    Step,
    TuningOf,
)
from pipeline.study.files.samples import (
    Attempt,
    Drawn,
    Evaluation,
    EvaluationOf,
    Grown,
    NotDrawn,
    Place,
    QuestionOf,
    Sample,
    SampleFailure,
)
from pipeline.study.files.shapes import Optional
from pipeline.study.files.spending import Asked, Booked, Entry, asked, spending

__all__ = [
    "Asked",
    "Attempt",
    "Booked",
    "ConfigOf",
    "Drawn",
    "Entry",
    "Evaluation",
    "EvaluationOf",
    "Event",
    "Grown",
    "Judge",
    "JudgeOf",
    "Judged",
    "Judgement",
    "JudgementFailure",
    "Manifest",
    "Measured",
    "NotDrawn",
    "NotJudged",
    "Optional",
    "Owner",
    "Place",
    "QuestionOf",
    "Reached",
    "RunConfig",
    "RunHeader",
    "RunOf",
    "Sample",
    "SampleFailure",
    "State",
    "Step",
    "StudyOf",
    "TrainingSet",
    "TrainingSetOf",
    "TrainingSets",
    "TrainingSetsOf",
    "TraitOf",
    "TuningOf",
    "Verdict",
    "asked",
    "document",
    "read",
    "record_of",
    "spending",
]
