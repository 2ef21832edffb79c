"""The scales that scores seem to be on."""

from collections.abc import Iterable

from pipeline.drafting import columnnames
from pipeline.drafting.guesses import Meant
from pipeline.drafting.survey import SurveyedColumn

SCALES = ((0, 1), (0, 3), (1, 5), (1, 10), (0, 5), (0, 10), (-2, 2), (0, 100))


def wide(meant: Iterable[Meant]) -> set[str]:
    """The criteria that some files score up to 100: where others have low ones, they are low."""
    scored = (guess for one in meant for guess in one.scores)
    return {guess.role for guess in scored if max(guess.column.scores or (0,)) > SCALES[-2][1] * 5}


def scale(column: SurveyedColumn, begin: str = "") -> tuple[float, float] | None:
    """The scale that scores seem to be on, or None where it is 0 to 100, the best on top."""
    verdicts = [text.removeprefix(begin) for text in column.texts]
    numbers = column.scores or [float(text) for text in verdicts if text.isdecimal()]
    if 2 * len(numbers) <= len(verdicts):
        return None  # words, and some that happen to be numbers
    turned = columnnames.is_upside_down(column.name)
    if len(set(numbers)) < 2:
        return (100.0, 0.0) if turned else None  # one value lies in every range
    for low, high in SCALES:
        if low <= min(numbers) and max(numbers) <= high:
            if turned:
                return float(high), float(low)
            return None if (low, high) == SCALES[-1] else (float(low), float(high))
    return None
