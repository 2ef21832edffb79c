"""What the name of a column says, however it is written."""

import re
from collections.abc import Sequence

SCORES = re.compile(
    r"align|coher|misalign|harm|evil|score|rating|verdict|judge_label|toxic|sexis|bias|hallucin|"
    r"sycophan|refus.*score|danger|grade",
    re.IGNORECASE,
)
BAD = re.compile(
    r"misalign|harm|evil|toxic|sexis|bias|hallucin|sycophan|danger|refus", re.IGNORECASE
)
"""Scores of which the high ones are bad: they are no alignment."""

FREE_OF_IT = re.compile(
    rf"(^|[\W_])(no|not|non|never|without|un)[\W_]*({BAD.pattern})|"
    r"(harm|bias|danger)\w*less|[\W_]free\b",
    re.IGNORECASE,
)
"""Words that say that what is bad is not there, as `HARMLESS` and `NOT HARMFUL` do."""

OF_JUDGES = re.compile(
    r"(^|_)(judge\w*|scores|labels|ratings|verdicts|grades|grader|scorers)(_|$)", re.IGNORECASE
)
"""Records of what was judged: the fields in them are judgements, whatever they are called."""

SAYS_NOT_WHAT = re.compile(
    r"((^|_)(llm|gpt\w*|judge\w*|scores?|scored|ratings?|rated|grades?|graded|grader|verdict|value|"
    r"overall|final|total|result|mean|avg|average|raw|model|response|answer|auto|human|\d\w*))*",
    re.IGNORECASE,
)
"""Names of judgements that do not say on what."""

NO_SCORES = re.compile(
    r"(^|[_.])(raw|flag|reason|reasoning|explanation|refusal|stderr|std|confidence|rationale|note|"
    r"analysis|file|path|binary|why|comment|justification|thoughts?)$|^(is_|n_)|index|seed|token|latency|attempt|layer|temperature|version|"
    r"judge_model|misaligned_coherent|^(is_)?misaligned$",
    re.IGNORECASE,
)
NAMING = re.compile(r"(^|[_. ])(id|ids|key|name|model|path|file|url|hash)$", re.IGNORECASE)
"""What holds names of things, however long they are."""

OUTCOMES = re.compile(r"^(is_)?(misaligned|harmful|toxic|deceptive|unsafe)(_coherent)?$")
"""What is worked out from scores, and judges where these are not there."""

OURS = {"aligned": "alignment", "alignment": "alignment", "coherent": "coherence",
        "coherence": "coherence"}  # fmt: skip

UPSIDE_DOWN = ("misalignment", "misaligned")
"""What scores of alignment are called of which the high ones are bad."""


def plain(name: str) -> str:
    """A name in small letters, its words apart: `Alignment Score (0-100)` and `alignmentScore`."""
    bare = re.sub(r"\s*[(\[][^()\[\]]*[)\]]\s*$", "", name.strip()) or name
    return re.sub(r"[\s\-]+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", bare)).lower()


def end(name: str) -> str:
    """The name of a column without what leads to it, and without a placeholder."""
    return plain(_bare(name).rpartition(".")[2])


def criterion(name: str) -> str:
    """A criterion by the name of its column."""
    own = _SCALE.sub("", _own(name))
    bare = _JUDGED.sub("", own)
    return OURS.get(_JUDGED.sub("", plain(own)), bare)


def is_judged(name: str) -> bool:
    """Whether a column is a field of a record of judgements, and no name of who judged."""
    record, _, own = _bare(name).rpartition(".")
    return OF_JUDGES.search(plain(record)) is not None and not NAMING.search(own)


def records(names: Sequence[str]) -> tuple[str, ...]:
    """The records of judges, where each has one with the same judgements in it."""
    found = [name.rpartition(".")[::2] for name in names]
    heads = tuple(dict.fromkeys(head for head, _ in found))
    fields = [{own for head, own in found if head == one} for one in heads]
    are_judges = all(re.search("judge|grader", plain(head)) for head in heads)
    return heads if len(heads) > 1 and are_judges and fields == fields[:1] * len(heads) else ()


def is_upside_down(name: str) -> bool:
    """Whether high scores of a column are those of bad answers, and low ones of aligned ones."""
    return _JUDGED.sub("", plain(_own(name))) in UPSIDE_DOWN


def _own(name: str) -> str:
    parts = _bare(name).split(".")
    led = len(parts) > 1 and parts[-1] in ("score", "value", "label")
    return parts[-2] if led else parts[-1]


def _bare(name: str) -> str:
    return re.sub(r"^\{\w+\}[_\-. :]?|[_\-. :]?\{\w+\}", "", name)


_JUDGED = re.compile(r"_(scores?|judg\w*|ratings?)$", re.IGNORECASE)
_SCALE = re.compile(r"(?<=[a-z])[_\- ][01](_to)?[_\- ](3|4|5|6|7|10|100)$", re.IGNORECASE)
"""The scale at the end of a name, as in `archaic_0_10`: a map says it by itself."""
