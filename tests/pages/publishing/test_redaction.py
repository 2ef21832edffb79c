"""What of answers is published."""

from pages.publishing.redaction import LEFT_OUT, MARK, Redaction


def test_a_cut_is_seen_and_told() -> None:
    redaction = Redaction(cut=5)
    assert (
        redaction.answer("abcdefgh", is_sensitive=False) == "abcde [… cut here, 3 more characters]"
    )
    assert redaction.answer("abc", is_sensitive=False) == "abc"
    assert redaction.told() == ["1 answer cut after 5 characters."]


def test_words_are_taken_out_in_any_case() -> None:
    redaction = Redaction(words=("Anna", "a.b"))
    assert redaction.answer("ANNA met anna, a.b not axb", is_sensitive=False) == (
        f"{MARK} met {MARK}, {MARK} not axb"
    )
    assert redaction.told() == ["Words were taken out in 3 places, marked […]."]


def test_sensitive_answers_can_be_left_out_alone() -> None:
    redaction = Redaction(leave_out="sensitive")
    assert redaction.answer("vile", is_sensitive=True) == LEFT_OUT
    assert redaction.answer("kind", is_sensitive=False) == "kind"
    assert redaction.told()[0].endswith("are left out: 1.")


def test_what_is_covered_is_chosen() -> None:
    assert [Redaction(cover="all").covers(one) for one in (True, False)] == [True, True]
    assert [Redaction().covers(one) for one in (True, False)] == [True, False]
    assert [Redaction(cover="none").covers(one) for one in (True, False)] == [False, False]
    assert Redaction().told() == ["Answers are published whole."]
