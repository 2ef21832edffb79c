"""The style of every page: what it takes away, and where the names of sections are drawn."""

from pages.serving import style


def test_the_name_of_a_section_stands_above_its_first_page() -> None:
    sheet = style.sheet({"Results": ["a", "b"], "Reading": ["c"]})
    assert "li:nth-of-type(1)::before { content: 'Results'" in sheet
    assert "li:nth-of-type(3)::before { content: 'Reading'" in sheet
    assert "li:nth-of-type(2)" not in sheet
