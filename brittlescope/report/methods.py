"""What a methods section says, written from the analysis; and what was looked at beside it."""

from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of

import polars as pl

from pages.ui.view import store
from pages.ui.words import numbers, values
from warehouse.analysis import Analysis, told
from warehouse.looked import Looked
from warehouse.stats.adjust import ADJUSTMENTS
from warehouse.stats.rates import IDENTITY
from warehouse.store import Store


def paragraph(opened: Store, view: Analysis) -> str:
    """Models, data, answers, judge, rule, what intervals are about, tests and versions."""
    counts = store.counts(view.slice, view.rule)
    told_of = {name: _listed(counts, name) for name in (*IDENTITY, "model")}
    arms = counts.select("model", "dataset", "intervention", "eval_intervention").unique().height
    sums = {n: int(counts[n].sum()) for n in ("n_planned", "n_judged", "n_counted", "n_trait")}
    return " ".join(
        (
            f"We looked at {told_of['trait']} in {told_of['experiment']}. "
            f"Models: {told_of['model']}{_trained(counts)}.",
            f"{numbers.plural(arms, 'arm')} were asked "
            f"{numbers.plural(counts['question'].n_unique(), 'question')}; "
            f"of {sums['n_planned']:,} planned answers {sums['n_judged']:,} were judged by "
            f"{told_of['judge']}, {sums['n_counted']:,} counted, "
            f"and {sums['n_trait']:,} show the trait.",
            f"Rule “{view.rule.title}”: {view.rule.summary}",
            told.sentence(view, values.value),
            "A rate is the mean over questions, and over fine-tunes where there are several; "
            "arms are compared question by question with their baseline, "
            f"p-values are {ADJUSTMENTS[view.adjustment].done_in_full}, and "
            "an effect is called eliminated only where equivalence "
            f"to the untuned model within {numbers.margin(view.margin)} is shown.",
            f"Computed by Brittlescope {version()} from snapshot {opened.snapshot.path.stem} "
            f"(content {opened.lake.content()[:12]}).",
        )
    )


def disclosed(found: Looked) -> str:
    """How many analyses were looked at in the app, and which, in a paragraph."""
    if not found.looks:
        return "No analysis of this data folder was looked at in the app."
    cleared = " The list was cleared before that." if found.was_cleared else ""
    parts = [
        f"{numbers.plural(len(found.looks), 'slice')} of this data folder "
        f"{'was' if len(found.looks) == 1 else 'were'} looked at in the app since "
        f"{(found.since or '')[:10]}.{cleared}"
    ]
    rules = store.all_rules()
    for one in found.looks:
        kept = one.analysis
        rule = rules[kept["rule"]].title if kept["rule"] in rules else kept["rule"]
        narrowed = "; ".join(
            f"{name.replace('_', ' ')} {numbers.listing(values.value(name, v) for v in given)}"
            for name, given in kept["slice"].items()
        )
        cuts = [
            f"{c.replace('_', ' ')} {kept[c]:g}" for c in ("trait_cut", "coherence_cut") if kept[c]
        ]
        how = ", ".join([f"rule {rule}", *cuts, f"questions {kept['questions']}", kept["unit"]])
        parts.append(f"{one.page.capitalize()}: {narrowed or 'all answers'} ({how}).")
    return "\n".join(parts)


def version() -> str:
    """Which version of the program this is."""
    try:
        return version_of("brittlescope")
    except PackageNotFoundError:
        return "of unknown version"


def _trained(counts: pl.DataFrame) -> str:
    """What the models were fine-tuned on, and whether some were not."""
    tuned = counts.filter(pl.col("dataset") != "none")
    ways = ["untuned"] if tuned.height < counts.height else []
    ways += [f"fine-tuned on {_listed(tuned, 'dataset')}"] if tuned.height else []
    return "".join(f", {way}" if at == 0 else f" and {way}" for at, way in enumerate(ways))


def _listed(counts: pl.DataFrame, name: str) -> str:
    held = counts[name].drop_nulls().unique().sort().to_list()
    return numbers.listing(values.value(name, one) for one in held) or "none"
