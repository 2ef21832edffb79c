"""What the words of a sentence mean, beside it."""

from streamlit.testing.v1 import AppTest

from pages.ui.parts import defined
from pages.ui.words import glossary


def test_a_text_is_told_the_terms_it_speaks_of_and_no_others() -> None:
    told = defined.definitions("Emergence beyond the margin") or ""
    assert [line.partition(".")[0] for line in told.split("\n\n")] == [
        "**Emergence**",
        "**Margin**",
    ]
    assert glossary.TERMS["margin"].text in told.replace("\\", "")


def test_a_text_without_terms_has_no_help() -> None:
    assert defined.definitions("Nothing of ours") is None


def test_a_caption_carries_the_meaning_of_its_words() -> None:
    def page() -> None:
        from pages.ui.parts import defined

        defined.caption("The margin *is* shaded.")

    (caption,) = AppTest.from_function(page).run().caption
    assert caption.value == r"The margin \*is\* shaded."
    assert caption.help == defined.definitions("margin")
