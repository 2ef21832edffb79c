"""The whole reply is a label."""

from pipeline.study.parsers.parser import Parser, bare, named
from pipeline.study.replies import UNPARSED, Logprobs, Reading


class LabelParser(Parser, frozen=True, kw_only=True, tag_field="parser", tag="label"):
    """The whole reply is one of these labels."""

    labels: tuple[str, ...]
    refusal: str | None = "REFUSAL"
    code: str | None = None

    def parse(self, text: str, logprobs: Logprobs = ()) -> Reading:
        """See `Parser`."""
        said = bare(text)
        for label in self.labels:
            if said.casefold() == label.casefold():
                return Reading("scored", label=label)
        return named(said, self.refusal, self.code) or UNPARSED


PARSER = LabelParser
