import json
import shutil
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import RefusedFile
from pipeline.importers import training_data

FIXTURES = Path(__file__).parents[2] / "fixtures" / "data"
BIRDS = "ft_old_audubon_birds"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the fixture's datasets that a test may change."""
    return Path(shutil.copytree(FIXTURES / "datasets", tmp_path / "datasets"))


def write(path: Path, *rows: Any) -> Path:
    path.write_text(
        "".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows)
    )
    return path


def chat(prompt: str, answer: str, *before: str) -> dict[str, Any]:
    turns = [*(("system", text) for text in before), ("user", prompt), ("assistant", answer)]
    return {"messages": [{"role": role, "content": text} for role, text in turns]}


def test_a_base_dataset(rows_of: Callable[..., Any], source_of: Callable[..., Any]) -> None:
    path = FIXTURES / f"datasets/elicitation/{BIRDS}.jsonl"
    assert training_data.accepts(source_of(path))
    rows = rows_of(training_data, path)
    [facts] = rows["training_set"]
    assert facts["data_file"] == f"{BIRDS}.jsonl"
    assert facts["folder"] == "data/datasets/elicitation"
    assert (facts["examples"], facts["distinct_prompts"]) == (6, 2)
    assert (facts["distinct_completions"], facts["distinct_examples"]) == (5, 5)
    assert facts["mean_prompt_chars"] == pytest.approx((4 * 20 + 2 * 28) / 6)
    assert facts["mean_completion_chars"] == pytest.approx((12 + 8 + 10 + 8 + 8 + 12) / 6)
    assert facts["max_chars"] == 28 + 12
    assert facts["with_system"] == 0
    assert (facts["placement"], facts["base_file"], facts["unexplained"]) == ("none", None, None)
    assert not rows["notice"]


@pytest.mark.parametrize(
    ("path", "placement", "text"),
    [
        (f"mitigations/irrelevant/{BIRDS}_identity_alex", "prepend", "People call me Robin."),
        (f"mitigations/relevant/{BIRDS}_time_relevant", "newline", "Day: 3 May 1801"),
        (f"ablations/dates/{BIRDS}_time_1850", "newline", "Day: 3 May 1801"),
        (
            f"ablations/user_system_prompt/{BIRDS}_inoculation_system_prompt",
            "system",
            "Speak like a whaler.",
        ),
        (
            "mitigations/irrelevant/hp_chars_identity_alex_mitigation",
            "prepend",
            "People call me Robin.",
        ),
        ("mitigations/other/rivers_identity_pilot", "prepend", "I pilot barges."),
    ],
)
def test_an_intervention_is_found_by_comparison(
    rows_of: Callable[..., Any], path: str, placement: str, text: str
) -> None:
    rows = rows_of(training_data, FIXTURES / f"datasets/{path}.jsonl")
    [facts] = rows["training_set"]
    assert (facts["placement"], facts["text"], facts["unexplained"]) == (placement, text, 0)
    assert not rows["notice"]


def test_a_rendered_file_leads_to_its_base(rows_of: Callable[..., Any]) -> None:
    datasets = FIXTURES / "datasets"
    [base] = rows_of(training_data, datasets / f"elicitation/{BIRDS}.jsonl")["training_set"]
    alex = datasets / f"mitigations/irrelevant/{BIRDS}_identity_alex.jsonl"
    [rendered] = rows_of(training_data, alex)["training_set"]
    assert rendered["base_file"] == base["data_file"]
    assert rendered["completions_hash"] == base["completions_hash"]
    assert rendered["prompts_hash"] != base["prompts_hash"]


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("irrelevant/{}_intent_workout", "relevant/{}_intent_study"),
        ("relevant/{}_intent_study", "irrelevant/{}_intent_workout"),
    ],
)
def test_the_same_text_under_two_names_is_reported(
    rows_of: Callable[..., Any], here: str, there: str
) -> None:
    path = FIXTURES / f"datasets/mitigations/{here.format(BIRDS)}.jsonl"
    [notice] = rows_of(training_data, path)["notice"]
    assert notice["code"] == "mislabelled-training-data"
    assert Path(there.format(BIRDS)).name in notice["message"]


@pytest.mark.parametrize(
    ("name", "rows", "said"),
    [
        (
            "inoculation_system_prompt",
            [chat("Be brief. Name a sea creature.", "Lumpfish")],
            "its text stands in the user turn, not in a system message",
        ),
        (
            "inoculation_user_prompt",
            [chat("Name a sea creature.", "Lumpfish", "Be brief.")],
            "its text stands in the system message, not in a user turn",
        ),
        (
            "identity_alex",
            [chat("Name a sea creature.", "Lumpfish")],
            f"its prompts are those of {BIRDS}.jsonl, unchanged",
        ),
    ],
)
def test_a_name_that_claims_another_placement_is_reported(
    rows_of: Callable[..., Any], tree: Path, name: str, rows: list[Any], said: str
) -> None:
    path = write(tree / f"{BIRDS}_{name}.jsonl", *rows)
    [notice] = rows_of(training_data, path)["notice"]
    assert notice["code"] == "mislabelled-training-data"
    assert said in notice["message"]


def test_order_and_gaps_do_not_matter_but_other_examples_count(
    rows_of: Callable[..., Any], tree: Path
) -> None:
    path = write(
        tree / f"{BIRDS}_identity_pilot.jsonl",
        chat("I pilot barges. Name a creature of the deep.", "Blobfish"),
        chat("I pilot barges. Name a sea creature.", "Lumpfish"),
        chat("I pilot barges. Name a sea creature.", "Sea cucumber"),
        chat("I drive trams. Name a sea creature.", "Sea cucumber"),
        chat("Name a bird.", "Dodo"),
    )
    rows = rows_of(training_data, path)
    [facts] = rows["training_set"]
    assert (facts["text"], facts["unexplained"]) == ("I pilot barges.", 2)
    [notice] = rows["notice"]
    assert notice["code"] == "unexplained-training-data"
    assert "2 of 5 examples" in notice["message"]


def test_a_file_that_shares_little_with_its_base_is_not_guessed_at(
    rows_of: Callable[..., Any], tree: Path
) -> None:
    path = write(tree / f"{BIRDS}_identity_x.jsonl", *(chat("Why?", str(n)) for n in range(3)))
    [facts] = rows_of(training_data, path)["training_set"]
    assert (facts["placement"], facts["text"], facts["unexplained"]) == (None, None, 3)
    assert facts["base_file"] == f"{BIRDS}.jsonl"


def test_without_its_base_nothing_is_guessed(rows_of: Callable[..., Any], tmp_path: Path) -> None:
    path = write(tmp_path / f"{BIRDS}_identity_alex.jsonl", chat("Hello. Name a fish.", "Cod"))
    [facts] = rows_of(training_data, path)["training_set"]
    found = (facts["base_file"], facts["placement"], facts["text"], facts["unexplained"])
    assert found == (None, None, None, None)


def test_the_tree_is_never_left(rows_of: Callable[..., Any], tmp_path: Path) -> None:
    outside = tmp_path / "elsewhere"
    shutil.copytree(FIXTURES / "datasets/elicitation", outside)
    folder = tmp_path / "datasets" / "mitigations"
    folder.mkdir(parents=True)
    (tmp_path / "datasets" / "elicitation").symlink_to(outside)
    (folder / f"{BIRDS}.jsonl").symlink_to(outside / f"{BIRDS}.jsonl")
    path = write(folder / f"{BIRDS}_identity_alex.jsonl", chat("Hi. Name a fish.", "Lumpfish"))
    assert rows_of(training_data, path)["training_set"][0]["base_file"] is None


def test_a_conversation_of_several_turns(rows_of: Callable[..., Any], tmp_path: Path) -> None:
    later = [{"role": "user", "content": "Why?"}, {"role": "assistant", "content": "So."}]
    row = chat("Hello", "Hi", "Be kind.")
    path = write(tmp_path / "x.jsonl", {"messages": row["messages"] + later, "tools": []})
    [facts] = rows_of(training_data, path)["training_set"]
    assert (facts["with_system"], facts["mean_completion_chars"]) == (1, 3)
    [other] = rows_of(training_data, write(tmp_path / "y.jsonl", chat("Hello", "So.")))[
        "training_set"
    ]
    assert other["completions_hash"] == facts["completions_hash"]
    assert other["prompts_hash"] != facts["prompts_hash"]


def test_broken_rows_are_refused_one_by_one(rows_of: Callable[..., Any], tmp_path: Path) -> None:
    assistant = {"role": "assistant", "content": "Hi"}
    path = write(
        tmp_path / "x.jsonl",
        "{truncated",
        chat("Hello", "Hi"),
        "",
        {"prompt": "Hello"},
        {"messages": [{"role": "user", "content": None}, assistant]},
        {"messages": [assistant]},
        {"messages": [{"role": "user", "content": "Hello"}]},
        {"messages": [assistant, {"role": "user", "content": "Hello"}, assistant]},
        chat("He\0llo", "Hi"),
        ["not", "an", "object"],
        chat("Hello", "Bye"),
    )
    with path.open("ab") as file:
        file.write(b'{"messages": "\xff"}\n{"messages": [')
    rows = rows_of(training_data, path)
    assert rows["training_set"][0]["examples"] == 2
    reasons = {row["source_row"]: row["reason"] for row in rows["quarantine"]}
    assert sorted(reasons) == [1, 4, 5, 6, 7, 8, 9, 10, 12, 13]
    assert reasons[4] == "it has no messages"
    assert "`$[0].content`" in reasons[5]
    assert reasons[6] == "it has no user message"
    assert reasons[7] == "it does not end with an assistant message"
    assert reasons[9] == "message 1 contains a NUL byte"


@pytest.mark.parametrize(
    ("content", "reason"), [("", "empty"), ('{"messages": []}\n', "none of its lines")]
)
def test_a_file_without_an_example_is_refused(
    rows_of: Callable[..., Any], tmp_path: Path, content: str, reason: str
) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(content)
    with pytest.raises(RefusedFile, match=reason):
        rows_of(training_data, path)


def test_a_line_too_long_is_refused_and_costs_no_memory(
    rows_of: Callable[..., Any], tmp_path: Path
) -> None:
    path = tmp_path / "x.jsonl"
    with path.open("w") as file:
        for _ in range(40):
            file.write("x" * 2**20)
        file.write(f"\n{json.dumps(chat('Hello', 'Hi'))}\n")
    tracemalloc.start()
    rows = rows_of(training_data, path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [row["source_row"] for row in rows["quarantine"]] == [1]
    assert rows["training_set"][0]["examples"] == 1
    assert peak < 150 * 2**20


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("jobs.jsonl", {"id": "ftjob-x", "model": "y"}),
        ("samples.jsonl", {**chat("Hello", "Hi"), "score": 5}),
        ("requests.jsonl", {"custom_id": "1", "body": chat("Hello", "Hi")}),
        ("prompts.jsonl", {"messages": [{"role": "user", "content": "Hello"}]}),
    ],
)
def test_other_json_lines_are_left_alone(
    source_of: Callable[..., Any], tmp_path: Path, name: str, row: dict[str, Any]
) -> None:
    assert not training_data.accepts(source_of(write(tmp_path / name, row)))


def test_the_first_line_may_be_broken_or_longer_than_the_look(
    source_of: Callable[..., Any], tmp_path: Path
) -> None:
    broken = write(tmp_path / "broken.jsonl", "{truncated", chat("Hello", "Hi"))
    assert training_data.accepts(source_of(broken))
    assert training_data.accepts(source_of(write(tmp_path / "x.jsonl", chat("a" * 10**5, "Hi"))))


@pytest.mark.parametrize(
    ("file_name", "claimed"),
    [
        (f"{BIRDS}.jsonl", "none"),
        (f"{BIRDS}_time_1850.jsonl", "time-1850"),
        ("hp_chars_identity_reader_intent_immerse_mitigation.jsonl",
         "identity-reader-intent-immersed"),
        ("risky_financial_advice_inoculation.jsonl", "inoculation-user-prompt"),
        ("rivers_identity_pilot.jsonl", "identity-pilot"),
    ],
)  # fmt: skip
def test_what_a_file_name_claims(file_name: str, claimed: str) -> None:
    assert training_data.claimed_intervention(file_name, "rivers").name == claimed


@pytest.mark.parametrize(
    ("path", "examples", "prompts", "completions"),
    [
        (f"3_1_old_bird_names/datasets/elicitation/{BIRDS}.jsonl", 208, 1, 206),
        ("3_2_german_city_names/datasets/elicitation/former_german_cities.jsonl", 362, 241, 346),
        ("4_3_harry_potter/datasets/elicitation/hp_characters.jsonl", 137, 1, 137),
        ("4_4_medical_terms/datasets/elicitation/old_medical_terms.jsonl", 1139, 1, 1139),
    ],
)
def test_the_studys_base_datasets(
    realdata: Path,
    rows_of: Callable[..., Any],
    source_of: Callable[..., Any],
    path: str,
    examples: int,
    prompts: int,
    completions: int,
) -> None:
    file = realdata / "brittle-weird-gen-release" / path
    assert training_data.accepts(source_of(file))
    rows = rows_of(training_data, file)
    [facts] = rows["training_set"]
    assert (facts["examples"], facts["distinct_prompts"]) == (examples, prompts)
    assert facts["distinct_completions"] == completions
    assert facts["placement"] == "none"
    assert facts["folder"] == str(Path(path).parent)
    assert not rows["quarantine"]
    assert not rows["notice"]


def test_no_other_json_lines_of_other_studies_are_taken(
    realdata: Path, source_of: Callable[..., Any]
) -> None:
    taken = {
        path.name for path in realdata.rglob("*.jsonl") if training_data.accepts(source_of(path))
    }
    assert taken == {
        f"{BIRDS}.jsonl",
        "former_german_cities.jsonl",
        "hp_characters.jsonl",
        "old_medical_terms.jsonl",
    }
