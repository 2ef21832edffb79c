"""In how many models the trait emerges, in words."""

import polars as pl

from pages.ui.words import numbers

CONTROL = (pl.col("intervention") == "none") & (pl.col("eval_intervention") == "none")
"""Keeps the arms with no intervention."""


def sentence(tuned: pl.DataFrame, margin: float) -> str:
    """In how many models the trait emerges, in lower case: `emerges in 2 of 4 models`.

    It emerges where the control less the untuned model has its lower bound above the margin.
    Of several ways of training or sampling the one with most counted answers stands for a model,
    and it is said.

    Args:
        tuned: The rows of one experiment, trait and judge
            (`warehouse.stats.contrasts.contrasts` with the baseline "untuned").
        margin: The smallest difference that matters, as a share.
    """
    every = tuned.filter(CONTROL).sort("n_counted", descending=True, maintain_order=True)
    controls = every.unique(["model", "dataset"], keep="first", maintain_order=True)
    chosen = " (each in the way of training and sampling with most answers)"
    if controls.is_empty():
        return "nothing was fine-tuned without an intervention here"
    noun = "model" if controls["model"].is_unique().all() else "fine-tune"
    if controls["baseline"].is_null().all():
        return f"emergence cannot be told without an untuned model ({_controls(controls, noun)})"
    known = controls.filter(
        pl.col("difference_low").is_not_null() & pl.col("is_result") & pl.col("baseline_is_result")
    )
    emerged = known.filter(pl.col("difference_low") > margin).height
    total = numbers.plural(known.height, noun) + chosen * (every.height > controls.height)
    rest = controls.height - known.height
    more = f" (of {rest} more it cannot be told)" if rest and known.height else ""
    if known.is_empty():
        return f"emergence cannot be estimated in {numbers.plural(rest, noun)}"
    if not emerged:
        return f"not shown to emerge in {total}{more}"
    return f"emerges in {emerged} of {total}{more}"


def _controls(controls: pl.DataFrame, noun: str) -> str:
    """The rates of the controls, from the lowest to the highest."""
    rates = controls.filter("is_result")["rate"].sort()
    if rates.is_empty():
        return "no control is a result"
    low, high = numbers.percent(rates[0]), numbers.percent(rates[-1])
    span = low if low == high else f"{low} to {high}"
    return f"{span} in {numbers.plural(len(rates), noun)} without an intervention"
