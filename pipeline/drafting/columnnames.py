"""What the name of a column says, however it is written."""

import re

SCORES = re.compile(
    r"align|coher|misalign|harm|evil|score|rating|verdict|judge_label|toxic|sexis|bias|hallucin|"
    r"sycophan|refus.*score|danger|grade",
    re.IGNORECASE,
)
BAD = re.compile(
    r"misalign|harm|evil|toxic|sexis|bias|hallucin|sycophan|danger|refus", re.IGNORECASE
)
"""Scores of which the high ones are bad: they are no alignment."""

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
    own = _own(name)
    bare = _JUDGED.sub("", own)
    return OURS.get(_JUDGED.sub("", plain(own)), bare)


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
