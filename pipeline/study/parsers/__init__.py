"""Ways to read a judge's reply, one a module: each is found by being here, and named nowhere else.

A module holds one `PARSER`, a `Parser` that says what a study file may tell of it, and reads.
The whole reply is one thing the parser knows, or the reply is `unparsed`: a named status.

What becomes of replies people ask about, with `score` over 0–100 and `label` over LLM, 19:

    reply                                   score         label
    "85"                                    85            unparsed
    "19TH"                                  unparsed      unparsed
    "-5"                                    unparsed      unparsed
    "0.9"                                   unparsed      unparsed
    "I'd say 85/100"                        unparsed      unparsed
    "LLM - nothing 19th-century here"       unparsed      unparsed
    "**19**", "19."                         19            19
    "REFUSAL"                               refusal       refusal
    "CODE"                                  code          unparsed
    ""                                      unparsed      unparsed
"""

from typing import Any

from pipeline.study import extending
from pipeline.study.parsers.parser import Parser


def union() -> Any:
    """Every parser, for msgspec to choose from by the tag `parser`."""
    return extending.union(__name__, __path__, "PARSER", Parser)
