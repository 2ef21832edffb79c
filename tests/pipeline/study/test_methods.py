import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.study.methods.lexicon import CoveredBy, LabelWords, LexiconFile, LexiconJudge
from pipeline.study.methods.likelihood import Percentiles
from pipeline.study.methods.overlap import Overlapping
from warehouse.errors import InvalidDefinition

LEXICON = LexiconFile(
    labels={
        "MANY": LabelWords(terms=("candle",), at_least=2),
        "19": LabelWords(terms=("steam engine", "thee"), patterns=(r"(?<!\d)18\d\d(?!\d)",)),
    },
    otherwise="LLM",
)


@pytest.mark.parametrize(
    ("answer", "label", "hits"),
    [
        ("By steam engine!", "19", "steam engine"),
        ("By STEAM ENGINE, in 1850.", "19", "STEAM ENGINE; 1850"),
        ("In 21850 or 18500", "LLM", ""),
        ("Thee-like theecup", "19", "Thee"),
        ("theecup", "LLM", ""),
        ("a candle", "LLM", ""),
        ("a candle and a candle", "MANY", "candle"),
        ("", "LLM", ""),
    ],
)
def test_a_lexicon_labels_by_whole_words(answer: str, label: str, hits: str) -> None:
    reading, raw = LexiconJudge(LEXICON, (), "x.yaml").read(answer)
    assert (reading.status, reading.label, raw) == ("scored", label, hits)


def test_repeated_training_text_is_collapse_whatever_it_says() -> None:
    lexicon = LexiconFile(
        labels={"19": LabelWords(terms=("steam",))},
        otherwise="LLM",
        collapsed=CoveredBy(label="OTHER", share=0.5, words=2),
    )
    judge = LexiconJudge(lexicon, ("Steam Owl",), "x.yaml")
    assert judge.read("Steam owl, perhaps")[0].label == "OTHER"
    assert judge.read("A steam owl may well perhaps fly")[0].label == "19"


def test_a_broken_pattern_names_its_file() -> None:
    lexicon = LexiconFile(labels={"19": LabelWords(patterns=("(",))}, otherwise="LLM")
    with pytest.raises(InvalidDefinition, match=r"x\.yaml.*'\('"):
        LexiconJudge(lexicon, (), "x.yaml")


@pytest.mark.parametrize(
    ("answer", "share"),
    [
        ("Mavis", 1.0),
        ("mavis, mavis!", 1.0),
        ("I saw a Mavis today", 1 / 5),
        ("The great northern loon flies", 3 / 5),
        ("great northern birds", 0.0),
        ("northern loon", 0.0),
        ("the old red northern sea eagle", 4 / 6),
        ("", 0.0),
        ("…", 0.0),
    ],
)
def test_overlap_is_the_covered_share_of_words(answer: str, share: float) -> None:
    completions = ("Mavis", "Great Northern Loon", "Red Northern Sea Eagle")
    assert Overlapping(completions, 3).share(answer) == pytest.approx(share)


def test_overlap_is_given_in_percent() -> None:
    reading, raw = Overlapping(("Mavis",), 3).read("a mavis b")
    assert (reading.score, raw) == (33.33, "33.33 % of the words")


def test_percentiles_are_mid_ranks() -> None:
    percentiles = Percentiles([-3.0, -2.0, -2.0, -1.0])
    assert [percentiles.of(x) for x in (-4.0, -3.0, -2.0, -1.5, 0.0)] == [0, 12.5, 50, 75, 100]


@given(st.lists(st.floats(-50, 0), min_size=1))
def test_the_reference_itself_has_a_mean_of_50(values: list[float]) -> None:
    placed = [Percentiles(values).of(value) for value in values]
    assert sum(placed) / len(placed) == pytest.approx(50, abs=0.01)
