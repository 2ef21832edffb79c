"""The indices of the brittleness profile: how each is called, read and defined."""

from typing import Literal, NamedTuple

Quantity = Literal["share", "points", "ratio", "dose"]


class Index(NamedTuple):
    """One index of the profile: how it is called, read and defined."""

    label: str
    scale: Quantity  # share of 1; points: a difference of rates; ratio; dose: the dose's own unit
    of: str  # what n counts
    definition: str


INDICES = {
    "emergence_share": Index(
        "Models in which the trait emerges",
        "share",
        "models",
        "Share of models whose emergence (fine-tuned less untuned) has its lower bound above "
        "the margin: bounded by power, so few where answers are few. Interval: Wilson, models "
        "being the sample.",
    ),
    "emergence_sd": Index(
        "Spread of the emergence over models",
        "points",
        "models",
        "Standard deviation of the emergence over models, as estimated (their own uncertainty "
        "is in it). Interval: chi-square, as for normal emergences.",
    ),
    "emergence_mean": Index(
        "Mean emergence over models",
        "points",
        "models",
        "Random-effects mean of the emergence, models being the sample. Interval: Hartung and "
        "Knapp. Unlike the share it does not grow with the number of answers.",
    ),
    "emergence_next": Index(
        "Emergence expected of another model",
        "points",
        "models",
        "The same mean, and where the emergence of another model like these is expected: the "
        "prediction interval of Higgins, Thompson and Spiegelhalter.",
    ),
    "suppression_relevant": Index(
        "Suppression by relevant interventions",
        "ratio",
        "interventions",
        "Median over relevant interventions of (control - arm) / (control - untuned). Bounds: "
        "the medians of the single bounds, which is exact if the errors go together and wider "
        "than needed if they do not.",
    ),
    "suppression_irrelevant": Index(
        "Suppression by irrelevant interventions",
        "ratio",
        "interventions",
        "As for relevant ones. High: any context before the prompts makes the trait vanish.",
    ),
    "specificity_gap": Index(
        "Specificity gap",
        "ratio",
        "interventions",
        "Median suppression by relevant less that by irrelevant interventions. Small beside "
        "high suppression: the trait hangs on the context, whatever it says. Bounds: MOVER "
        "(Zou and Donner 2008), the two being taken as independent.",
    ),
    "conditionality_gap": Index(
        "Conditionality gap",
        "points",
        "interventions",
        "Median over interventions of the rate with the training text at evaluation less the "
        "rate without. Large: the intervention hid the trait behind its text, and did not "
        "remove it. Bounds: medians of the single bounds.",
    ),
    "conditionality_other": Index(
        "Conditionality gap, other texts",
        "points",
        "evaluations",
        "The same with a text at evaluation that is not the one trained with.",
    ),
    "question_sd": Index(
        "Spread over questions",
        "points",
        "questions",
        "Standard deviation of the questions' own rates, the noise of answers taken out. "
        "Interval: profile likelihood, rates being Beta distributed.",
    ),
    "concentration": Index(
        "Trait held by the two highest questions",
        "share",
        "questions",
        "Their share of the sum of the questions' rates, which are shrunken to their mean by what "
        "answers alone spread them; 2/Q if all are equal. Interval: question bootstrap.",
    ),
    "leave_one_out": Index(
        "Range when one question is left out",
        "points",
        "questions",
        "Highest less lowest rate with one question left out.",
    ),
    "seed_sd": Index(
        "Spread over seeds",
        "points",
        "runs",
        "Standard deviation of the own rates of runs that differ by seed alone, the noise of "
        "answers taken out. Interval: profile likelihood, rates being Beta distributed.",
    ),
    "half_dose": Index(
        "Half-effect dose",
        "dose",
        "doses",
        "Where a monotone fit of the rate over the dose reaches the middle of its ends. "
        "Interval: bootstrap of questions and of their answers, expanded percentiles.",
    ),
    "variance_share": Index(
        "Variance share",
        "share",
        "levels",
        "Share of the variance of the questions' logits between fine-tunes, sampling variance "
        "taken out. Brittle: interactions outweigh the model, the dataset and the intervention "
        "alone. Interval: jackknife over questions.",
    ),
}
"""Every index by its key."""
