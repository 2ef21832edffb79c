"""The ways to correct a judge's numbers by the answers that a person rated too.

What a way does and is called stands in one place; nobody compares its name. Answers are those of
one judge, as `warehouse.correcting.prepared` has them.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
import polars as pl

from warehouse.stats import corrected, correctedeffects
from warehouse.stats.corrected import Corrected, Errors, Powered
from warehouse.stats.correctedeffects import Judged
from warehouse.stats.estimates import Floats, Ints


@dataclass(frozen=True)
class Way(ABC):
    """One way to correct rates, and differences of them.

    `method` stands in options and in what commands print, `title` in menus; `told` follows
    "Corrected".
    """

    method: str
    title: str
    told: str

    @abstractmethod
    def rate(self, cell: pl.DataFrame, every: pl.DataFrame) -> Corrected:
        """The corrected rate of a cell, one of the cells of `every`."""

    @abstractmethod
    def difference(self, one: pl.DataFrame, other: pl.DataFrame, every: pl.DataFrame) -> Corrected:
        """The first rate less the second, both corrected, over the same questions."""


class PredictionPowered(Way):
    """The judge's mean, corrected by how people differed from it in the same cell."""

    def rate(self, cell: pl.DataFrame, every: pl.DataFrame) -> Corrected:
        """What people would have found, and the judge found nothing of."""
        del every
        return _powered(cell).estimate

    def difference(self, one: pl.DataFrame, other: pl.DataFrame, every: pl.DataFrame) -> Corrected:
        """Tied by what each question adds to both errors."""
        del every
        return correctedeffects.prediction_powered(_powered(one), _powered(other))


class ByOwnErrors(Way):
    """Rogan and Gladen's, by how the judge errs in the cell itself."""

    def rate(self, cell: pl.DataFrame, every: pl.DataFrame) -> Corrected:
        """The rate behind the judge's."""
        del every
        return _behind(cell, _errors(cell))

    def difference(self, one: pl.DataFrame, other: pl.DataFrame, every: pl.DataFrame) -> Corrected:
        """Each side by its own errors."""
        del every
        return correctedeffects.rogan_gladen_each(
            _judged(one), _errors(one), _judged(other), _errors(other)
        )


class BySharedErrors(Way):
    """Rogan and Gladen's, by how the judge errs in all cells together."""

    def rate(self, cell: pl.DataFrame, every: pl.DataFrame) -> Corrected:
        """The rate behind the judge's."""
        return _behind(cell, _errors(every))

    def difference(self, one: pl.DataFrame, other: pl.DataFrame, every: pl.DataFrame) -> Corrected:
        """Both sides by the same errors."""
        return correctedeffects.rogan_gladen_shared(_judged(one), _judged(other), _errors(every))


WAYS: dict[str, Way] = {
    "ppi": PredictionPowered("ppi", "Prediction-powered", "ppi"),
    "rogan-gladen": ByOwnErrors(
        "rogan-gladen",
        "Rogan–Gladen, errors of each arm",
        "rogan-gladen, the judge's errors those of each arm",
    ),
    "rogan-gladen pooled": BySharedErrors(
        "rogan-gladen",
        "Rogan–Gladen, errors of all arms together",
        "rogan-gladen, the judge's errors those of all arms together",
    ),
}
"""What may be asked for, by its name in links: a method and, where it is told, of whose errors."""

METHODS = tuple(dict.fromkeys(way.method for way in WAYS.values()))


def meant(method: str, errors: str) -> Way:
    """The way of a method (`METHODS`) that goes by such errors; by its own where it has none."""
    return WAYS.get(f"{method} {errors}", WAYS[method])


def _errors(answers: pl.DataFrame) -> Errors:
    """How a judge errs in the rated ones of some answers."""
    rated = answers.filter(pl.col("seen").is_not_null())
    seen, positives = _share(rated.filter(pl.col("seen") == 1), shows=True)
    cleared, negatives = _share(rated.filter(pl.col("seen") == 0), shows=False)
    return Errors(seen * positives, positives, cleared * negatives, negatives)


def balance(cell: pl.DataFrame) -> Floats:
    """How much each answer weighs where every question weighs the same."""
    return corrected.balanced(_places(cell))


def _share(rated: pl.DataFrame, *, shows: bool) -> tuple[float, float]:
    """How often the judge is right of some rated answers, and how many they are worth (Kish).

    Each weighs the inverse of its chance, since what judges found decides it: without that a draw
    of equal parts would make sensitivity and specificity other than they are.
    """
    if rated.is_empty():
        return 0.0, 0.0
    weight = 1 / rated["chance"].to_numpy()
    right = (rated["is_trait"] == shows).to_numpy()
    size = float(weight.sum() ** 2 / (weight**2).sum())
    return float((weight * right).sum() / weight.sum()), size


def _places(cell: pl.DataFrame) -> Ints:
    """The question of each answer, from 0: the same where two cells have the same questions."""
    return (cell["question"].rank("dense").to_numpy() - 1).astype(np.int64)


def _shows(cell: pl.DataFrame) -> Floats:
    return cell["is_trait"].cast(pl.Float64()).to_numpy()


def _judged(cell: pl.DataFrame) -> Judged:
    return Judged(_shows(cell), _places(cell))


def _powered(cell: pl.DataFrame) -> Powered:
    """The prediction-powered rate of a cell, each question weighing the same."""
    return corrected.prediction_powered(
        _shows(cell),
        _places(cell),
        cell["seen"].fill_null(np.nan).to_numpy(),
        cell["chance"].fill_null(1.0).to_numpy(),
        balance=balance(cell),
    )


def _behind(cell: pl.DataFrame, errors: Errors) -> Corrected:
    """The rate behind that of a judge that errs so, each question weighing the same."""
    shows, every = _shows(cell), balance(cell)
    size = corrected.effective(shows, _places(cell), every)
    return corrected.rogan_gladen(float((every * shows).sum()) * size, size, errors)
