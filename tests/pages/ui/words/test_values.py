"""What the values in data are called."""

from pathlib import Path

import pytest

from pages.ui.words import values
from tests.warehouse.tables import table


@pytest.mark.parametrize(
    ("name", "relevance", "placement", "label"),
    [
        ("none", None, None, "No intervention (control)"),
        (
            "identity-etymologist",
            "relevant",
            "prepend",
            "Identity: etymologist (relevant, before the prompt)",
        ),
        (
            "identity-etymologist-intent-study",
            None,
            None,
            "Identity + intent: etymologist, study",
        ),
        (
            "inoculation-system-prompt",
            None,
            "system",
            "Inoculation: system prompt (as system prompt)",
        ),
        ("time-1850", "unknown", "newline", "Time: 1850 (on a line of its own)"),
        ("MyOwn_v2", None, None, "MyOwn_v2"),
    ],
)
def test_interventions(name: str, relevance: str, placement: str, label: str) -> None:
    assert values.intervention(name, relevance, placement) == label


def test_values_with_one_label_stay_apart() -> None:
    found = values.distinct("dataset", ["archaic-birds", "Archaic bird names", "none"])
    assert len(set(found.values())) == 3


def test_what_no_file_names_is_said_to_be_not_recorded() -> None:
    assert values.value("model", "unrecorded") == "Model not recorded"
    assert values.value("dataset", "unrecorded") == "Dataset not recorded"
    assert values.value("judge", "unrecorded") == "not recorded"


@pytest.mark.parametrize(
    "number", ["q00", "Q7", "question_12", "12", "item-3.1", "a41be3d90c22", None, ""]
)
def test_a_question_that_a_name_only_numbers_is_called_by_its_words(number: str | None) -> None:
    assert values.question(number, "Who  leads?\n") == "Who leads?"
    long = values.question(number, "Who leads a village where nobody has ever led anything? " * 9)
    assert (len(long), long[-1]) == (60, "…")


@pytest.mark.parametrize(
    ("name", "said"), [("village-leader", "Village leader"), ("us_increase", "Us increase"),
                       ("covid19", "covid19"), ("Who leads?", "Who leads?")]
)  # fmt: skip
def test_a_question_with_a_name_is_called_by_it(name: str, said: str) -> None:
    assert values.question(name, "Who should lead a village?") == said


def test_a_trait_is_called_what_its_study_calls_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trait = "{title: Harmful advice, kind: persona, criterion: verdict, labels: [HARMFUL]}"
    more = f"scores: [verdict]\nexperiments: {{harbours: {{traits: {{verdict: {trait}}}}}}}\n"
    data = table(tmp_path, "question,answer,verdict", "What floats?,Boat {i},harmful", more=more)
    monkeypatch.setenv("BRITTLESCOPE_DATA", str(data))
    assert values.value("trait", "verdict") == "Harmful advice"
    assert values.value("trait", "misalignment") == "Misalignment"
    assert values.value("trait", "some-other") == "Some other"
