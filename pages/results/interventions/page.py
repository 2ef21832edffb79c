"""Which interventions make the trait vanish, and what they leave of it."""

from pages.frame import bound, filters, links
from pages.results.interventions import SECTIONS, effects, texts
from pages.ui.parts import skeleton
from pages.ui.view import arms, store
from pages.ui.words import glossary, numbers, verdicts
from warehouse.analysis import family
from warehouse.stats.adjust import ADJUSTMENTS

view = filters.current()
skeleton.title("Which interventions make it vanish?", glossary.COMPARED)
counts = skeleton.counts(view)

whole = store.counts(family.of(store.opened(), view).whole.slice, view.rule)
is_of_training = effects.is_offered(whole)
told = verdicts.answer(arms.effects(view), view.margin) if is_of_training else texts.answer(view)
skeleton.answer(told)
section = SECTIONS[bound.row("What is compared", bound.sections(SECTIONS, whole), "show")]
answers = section.draw(view, counts)

skeleton.details(counts, view, ["intervention"], command="effects")
skeleton.footer(
    view,
    counts,
    margin=numbers.margin(view.margin),
    adjustment=ADJUSTMENTS[view.adjustment].title,
)

if answers is not None:
    links.go(links.TRANSCRIPTS, answers)
