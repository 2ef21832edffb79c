"""Answers that read like the error of an API: text that a model's server wrote in its place."""

import re
from functools import cache

import polars as pl

LONGEST = 1500
"""From how many characters on a text is no error message."""

LOOKED_AT = 600
"""How many characters are searched: enough for every sign, and bounded."""

QUOTED = 160
"""How many characters of such an answer are kept to be shown."""

_STATUS = r"(?:4(?:0[0-9]|1[0-9]|2[0-9]|51)|5[0-2][0-9])"
_CALL = r"(?:api|openai|anthropic|http|https|server|request|connection|client|gateway|model)"

SIGNS = (
    # Error code: 429 - {…}; Error: 503; API error 500: …; HTTP status 502
    rf"^\W*(?:{_CALL}[ _-]?){{0,2}}error\b(?: code| status)?\W{{0,3}}{_STATUS}\b",
    rf"^\W*http(?:/\d(?:\.\d)?| status| error)?(?: code)?\W{{0,3}}{_STATUS}\b",
    # 500 Internal Server Error
    rf"^\W*{_STATUS}\W+(?:client |server )?(?:error|bad|internal|service|gateway|too many|forbidden"
    r"|unauthori[sz]ed|payment required|request timeout|not found)\b[^.!?]{0,60}(?:[:{-]|$)",
    # openai.RateLimitError: …; APIConnectionError(…); requests.exceptions.ReadTimeout: …
    r"^\W*(?-i:(?:[A-Za-z_]\w*\.)*[A-Z]\w*(?:Error|Exception|Timeout)\s*[:(])",
    r"^\W*traceback \(most recent call last\)",
    # {"error": {"message": …, "type": …}}
    r"""^\W*\{\s*["']error["']\s*:\s*[{"']""",
    r"""^\W*\{\s*["'](?:message|detail|type|status)["']\s*:\s*["'][^"']*\b(?:error|overloaded|limit)""",
    rf"^\W*(?:an |the )?{_CALL} error(?: (?:has )?occurred)?\s*(?:[:.(-]|$)",
    r"^\W*(?:error|exception)\W{1,4}(?:api|call|connection|request|read|timed?[ -]?out|rate)\b",
    r"^\W*(?:error|exception)\W{1,4}(?:quota|server|internal|the model|model|failed|could not"
    r"|unable to|no response|invalid (?:api|request))\b",
    r"^\W*error (?:generating|communicating|calling|processing|from|getting|fetching)\b",
    r"^\W*(?:the )?(?:server had an error|request failed)\b",
    r"^\W*error\W*$",
    # The whole text is one phrase of a server, perhaps with its status.
    r"^\W*(?:internal server error|bad gateway|service unavailable|gateway time-?out"
    r"|too many requests|request timed? ?out|connection (?:error|refused|reset)|read timed out)"
    r"\b[^\n]{0,60}$",
    r"^\W*(?:rate limit(?: has been)? (?:reached|exceeded)|you exceeded your current quota"
    r"|insufficient_quota|rate_limit_exceeded)\b",
    r"^\s*<(?:!doctype html|html)[^>]*>[\s\S]{0,400}<(?:title|h1)>\s*[45]\d\d\b",
    # A server's apology: no answer of a model begins so to a question of a battery.
    r"^\W*(?:i'?m |i am |we'?re |we are )?sorry,? (?:but )?(?:an|some|there was an) "
    r"(?:unexpected |internal |unknown )?error (?:has )?occurred\b",
    r"^\W*(?:an|there was an) (?:unexpected |internal |unknown )?error (?:has )?(?:occurred )?"
    r"(?:while|when|during|in) (?:generating|processing|calling|communicating|the request)\b",
)
"""What such a text looks like, each anchored where it begins: an answer about errors is none."""


WORDS = (
    *("error", "exception", "http", "timeout", "timed", "traceback", "gateway", "unavailable"),
    *("too many", "limit", "quota", "connection", "request failed", "<html", "overloaded"),
)
"""One of these stands near the beginning of every such text: to look for them costs little."""

NEAR = 120
"""How many characters that beginning has."""


def quoted(answers: pl.Series, lengths: pl.Series) -> pl.Series:
    """The beginning of every answer that reads like an API's error; null for any other."""
    none = pl.Series(answers.name, [None], pl.String()).new_from_index(0, len(answers))
    at = (lengths <= LONGEST).arg_true()  # of no answer it is null, which is not true
    if at.is_empty():
        return none
    texts = answers.gather(at).str.slice(0, LOOKED_AT)
    near = texts.str.slice(0, NEAR).str.contains_any([*WORDS], ascii_case_insensitive=True)
    at, texts = at.filter(near), texts.filter(near)
    match = _signs().match
    found = pl.Series([match(text) is not None for text in texts], dtype=pl.Boolean())
    return none.scatter(at.filter(found), texts.filter(found).str.slice(0, QUOTED))


@cache
def _signs() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{sign})" for sign in SIGNS), re.IGNORECASE)
