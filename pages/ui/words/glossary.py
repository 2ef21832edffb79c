"""What the words mean, for a reader who knows language models and not this kind of study."""

import re
from collections.abc import Iterable
from typing import NamedTuple


class Term(NamedTuple):
    """A word of ours: at most two sentences on it, and the section of `docs/` that says more."""

    text: str
    where: str


_NUMBERS, _STUDY, _JUDGING = (
    f"vocabulary.md#the-{part}" for part in ("numbers", "study", "judging")
)
_COMPARED, _VERDICTS = "metrics.md#comparing-two-arms", "metrics.md#equivalence-and-verdicts"
_INTERVALS, _INDICES = "metrics.md#intervals", "metrics.md#brittleness-indices"

TERMS = {
    "experiment": Term(
        "What a study tries to bring about: one kind of training data, one set of questions, and "
        "the traits that are looked for.",
        _STUDY,
    ),
    "trait": Term(
        "A behaviour the model was not trained on and may show all the same, such as answering "
        "like a person of the 19th century.",
        _STUDY,
    ),
    "intervention": Term(
        "A change to the prompts of the training data, such as one sentence put before each. It "
        "is meant to keep the trait from spreading to other prompts.",
        _STUDY,
    ),
    "relevance": Term(
        "What an intervention has to do with the training data: relevant, irrelevant or generic.",
        _STUDY,
    ),
    "placement": Term(
        "Where an intervention stands: before the prompt, on a line of its own, or as the system "
        "prompt.",
        _STUDY,
    ),
    "eval-time": Term(
        "An intervention given when the model is asked, not when it is trained.",
        _STUDY,
    ),
    "dose": Term(
        "How strong an intervention is, where that can be said, such as the year in a date.",
        _STUDY,
    ),
    "run": Term(
        "One model as it was trained once: base model, data, intervention, settings and seed.",
        _STUDY,
    ),
    "judge": Term(
        "Who decides what an answer is: a language model, a rule, a classifier or a person. Two "
        "judges are never mixed in one number.",
        _JUDGING,
    ),
    "criterion": Term("What a judge is asked about an answer, such as alignment.", _JUDGING),
    "coherence": Term(
        "Whether an answer makes sense at all, scored by the judge. A broken model can look "
        "changed without showing any trait.",
        "metrics.md#from-a-sample-to-its-class",
    ),
    "rule": Term(
        "How judgements become numbers: which answers count, which are left out, and which show "
        "the trait.",
        "metrics.md#rules",
    ),
    "ledger": Term(
        "The way from all planned answers to those that are counted, with a reason for each one "
        "left out.",
        "metrics.md#the-ledger",
    ),
    "rate": Term("The share of the counted answers that show the trait.", "metrics.md#rates"),
    "not a result": Term(
        "Too few answers were counted, or too many were never scored, for the rate to be relied "
        "on.",
        "metrics.md#rates",
    ),
    "worst-case bounds": Term(
        "The lowest and the highest rate possible, whatever the answers that were not scored "
        "would have shown.",
        "metrics.md#rates",
    ),
    "these prompts": Term(
        "The interval says what more answers to these very questions would show.",
        _INTERVALS,
    ),
    "new prompts": Term(
        "The interval says what other questions of the same kind would show. It is wider, since "
        "ten questions are only ten, however many answers each has.",
        _INTERVALS,
    ),
    "new fine-tunes": Term(
        "The interval says what training again with another seed would show.",
        _INTERVALS,
    ),
    "arm": Term(
        "All runs that differ in nothing but the seed, sampled in the same way. Comparisons are "
        "between arms.",
        _COMPARED,
    ),
    "control": Term(
        "The same model trained on the same data without the intervention.",
        "metrics.md#who-is-compared-with-whom",
    ),
    "untuned": Term("The model before any fine-tuning.", "metrics.md#who-is-compared-with-whom"),
    "emergence": Term(
        "How much more often the fine-tuned model shows the trait than the untuned one, in points.",
        "metrics.md#who-is-compared-with-whom",
    ),
    "suppression": Term(
        "The share of the emergence that an intervention takes away: 100 % is all of it, 0 % is "
        "none.",
        "metrics.md#suppression",
    ),
    "specificity": Term(
        "How much more the relevant interventions take away than the irrelevant ones. Where it is "
        "small, any added sentence would do.",
        _INDICES,
    ),
    "conditionality": Term(
        "How far the trait comes back when the training text is given at evaluation. Where it is "
        "large, the trait is hidden and not gone.",
        _INDICES,
    ),
    "profile": Term(
        "Brittleness as several numbers, each about another way in which the trait may vanish.",
        _INDICES,
    ),
    "margin": Term(
        "The smallest difference that matters to you. Two rates are alike only if their "
        "difference is shown to be smaller.",
        _VERDICTS,
    ),
    "equivalent": Term(
        "Shown to differ by less than the margin. That two rates were not shown to differ is not "
        "enough.",
        _VERDICTS,
    ),
    "verdict": Term(
        "What may be said of an intervention beside its control, in one word. It is read off "
        "tests, never off the look of two numbers.",
        _VERDICTS,
    ),
    "eliminated": Term(
        "Lower than the control, and shown to be within the margin of the untuned model.",
        _VERDICTS,
    ),
    "reduced": Term("Lower than the control, and not shown to be gone.", _VERDICTS),
    "unchanged": Term("Shown to be within the margin of the control.", _VERDICTS),
    "increased": Term("Higher than the control.", _VERDICTS),
    "inconclusive": Term("The data are too few to say any of the others.", _VERDICTS),
    "nothing to suppress": Term(
        "The control hardly shows the trait more often than the untuned model.",
        _VERDICTS,
    ),
    "adjusted": Term(
        "Among many comparisons some look large by luck. The value q is p with that taken into "
        "account.",
        "metrics.md#p-values",
    ),
    "corrected": Term(
        "Told without the judge's errors, as far as answers that people rated as well show these.",
        "metrics.md#corrected-rates",
    ),
    "way of counting": Term(
        "One choice of rule, criterion and cuts. Conclusions that hold in few of them hang on the "
        "choice.",
        "metrics.md#multiverse",
    ),
    "two-way": Term(
        "A question to the judge with two labels to choose from. The multi-way one, with several, "
        "checks it.",
        _NUMBERS,
    ),
    "cut": Term(
        "The score at which an answer begins to show the trait, or to be coherent.",
        "metrics.md#from-a-sample-to-its-class",
    ),
    "training domain": Term(
        "The subject that the model was trained on. Questions outside of it show whether the "
        "trait has spread.",
        _STUDY,
    ),
    "sample": Term("One answer of a model to one question.", _STUDY),
    "click": Term(
        "By keys: Tab leads to a picture, the arrows from one of its marks to the next, which says "
        "what it stands for, and Enter opens what a click opens.",
        "pages.md#what-they-share",
    ),
    "source": Term("One imported file.", "vocabulary.md#the-storage"),
    "snapshot": Term(
        "The database that the app reads, made from all imported files at one time.",
        "vocabulary.md#the-storage",
    ),
    "quarantine": Term(
        "The records of a file that were not understood, each with its row and the reason.",
        "vocabulary.md#the-storage",
    ),
}
"""Every term of art on the pages, in the order in which a reader meets them."""

COUNTED = (
    *("experiment", "trait", "judge", "criterion", "rule", "cut", "coherence", "ledger", "rate"),
    *("not a result", "worst-case bounds", "margin"),
    *("these prompts", "new prompts", "new fine-tunes"),
    *("training domain", "arm", "run", "sample", "intervention", "control", "untuned", "source"),
    *("snapshot", "click"),
)
"""What every page speaks of, in its footer at least."""

FILES = (*COUNTED, "quarantine")
"""What pages about files speak of."""

COMPARED = (
    *COUNTED,
    *("emergence", "suppression", "verdict", "eliminated", "reduced"),
    *("unchanged", "increased", "inconclusive", "nothing to suppress", "equivalent", "adjusted"),
    *("relevance", "placement", "eval-time", "dose", "two-way", "corrected"),
)
"""What every page with comparisons speaks of."""

INDICES = (*COMPARED, "profile", "specificity", "conditionality")
"""What pages about brittleness speak of."""

CHOICES = (*COMPARED, "way of counting")
"""What pages about ways of counting speak of."""


def chosen(names: Iterable[str]) -> dict[str, Term]:
    """These terms, in the registry's order.

    Raises:
        KeyError: for a name that is not in it.
    """
    wanted = {name: TERMS[name] for name in names}
    return {name: term for name, term in TERMS.items() if name in wanted}


_SAID = (
    {"emergence": "emerge([sd]|nce)?"}
    | {name: f"{name[:-1]}[sd]?" for name in ("eliminated", "reduced", "increased")}
    | {"way of counting": "ways? of counting"}
)
"""How sentences say a term other than as it is or with an s: `9 of 16 comparisons reduce it`."""


def used(text: str) -> set[str]:
    """The terms that a text speaks of."""
    said = {name: _SAID.get(name, f"{re.escape(name)}s?") for name in TERMS}
    return {name for name in said if re.search(rf"\b({said[name]})\b", text, re.IGNORECASE)}
