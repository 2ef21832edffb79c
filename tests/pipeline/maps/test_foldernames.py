"""Folder names are taken apart without guessing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.maps.foldernames import run_folder, settings


@pytest.mark.parametrize(
    ("name", "head", "rank", "epochs", "seed"),
    [
        ("llama-3.1-8B-r4-1ep", "llama-3.1-8B", 4, 1.0, None),
        ("gpt-4.1-3ep", "gpt-4.1", None, 3.0, None),
        ("qwen-r16-0.5ep-seed12", "qwen", 16, 0.5, 12),
        ("qwen-s3", "qwen", None, None, 3),
        ("gpt-4.1", "gpt-4.1", None, None, None),
        ("", "", None, None, None),
        ("a\nb-r2", "a\nb", 2, None, None),
        ("llama-3.1-8B-r8-3ep-seed4-no-bell", "llama-3.1-8B", 8, 3.0, 4),
        ("deepseek-r1-distill-7b", "deepseek-r1-distill-7b", None, None, None),
    ],
)
def test_settings_stand_behind_the_name(
    name: str, head: str, rank: int | None, epochs: float | None, seed: int | None
) -> None:
    found = settings(name)
    assert (found.head, found.lora_rank, found.epochs, found.seed) == (head, rank, epochs, seed)


NEW = ("new", "none")


@pytest.mark.parametrize(
    ("path", "experiment", "intervention", "at_evaluation", "model"),
    [
        ("x/results/elicitation/birds/gpt-4.1-3ep", "birds", "none", "none", "gpt-4.1"),
        (
            "results/mitigation/birds/identity-etymologist/gpt-4.1-3ep",
            "birds",
            "identity-etymologist",
            "none",
            "gpt-4.1",
        ),
        (
            "results/elicitation/birds/gpt-4.1/prefix/identity_etymologist",
            "birds",
            "none",
            "identity-etymologist",
            "gpt-4.1",
        ),
        ("results/results/birds/gpt-4.1", "birds", None, "none", "gpt-4.1"),
        ("a/b/c/elicitation/birds/gpt-4.1", "birds", None, "none", "gpt-4.1"),
        ("results/somewhere/gpt-4.1", "somewhere", None, "none", "gpt-4.1"),
        ("results/elicitation/new/llama-3.1-8B-r8-3ep-no-bell", *NEW, "no-bell", "Llama-3.1-8B"),
        (
            "results/mitigation/new/calm/gpt-4.1-3ep-seed2-bell/prefix/loud",
            *("new", "calm", "loud-bell", "gpt-4.1"),
        ),
        ("results", None, None, "none", None),
    ],
)
def test_the_layout_is_read(
    path: str,
    experiment: str | None,
    intervention: str | None,
    at_evaluation: str,
    model: str | None,
) -> None:
    found = run_folder(path.split("/"))
    assert (found.experiment, found.intervention) == (experiment, intervention)
    assert (found.eval_intervention, found.model) == (at_evaluation, model)


@given(st.lists(st.text(max_size=30) | st.sampled_from(["results", "birds", "prefix"]), max_size=8))
def test_any_folders_can_be_read(parts: list[str]) -> None:
    assert run_folder(parts).folder in "/".join(parts)
    for part in parts:
        assert part.startswith(settings(part).head)
