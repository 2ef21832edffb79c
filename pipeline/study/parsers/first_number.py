"""The first number anywhere in the reply."""

import re

from pipeline.study.parsers.parser import Parser
from pipeline.study.parts import Percent
from pipeline.study.replies import UNPARSED, Logprobs, Reading


class FirstNumberParser(Parser, frozen=True, kw_only=True, tag_field="parser", tag="first-number"):
    """The first digits anywhere in the reply, clamped: kept only to show what leniency does.

    Given labels, it takes those digits, or else the upper-cased reply, for the label.
    """

    low: Percent = 0
    high: Percent = 100
    labels: tuple[str, ...] = ()

    def parse(self, text: str, logprobs: Logprobs = ()) -> Reading:
        """See `Parser`."""
        found = re.search(r"[0-9]+", text)
        if self.labels:
            said = found[0] if found else text.strip().upper()
            return Reading("scored", label=said) if said in self.labels else UNPARSED
        if found is None:
            return UNPARSED
        number = int(found[0][:9])
        return Reading("scored", score=float(min(max(number, self.low), self.high)))


PARSER = FirstNumberParser
