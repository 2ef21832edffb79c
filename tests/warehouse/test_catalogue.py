"""What the catalogue knows, and what it makes of names it does not know."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse import catalogue
from warehouse.errors import UnknownName


def test_the_definitions_agree_with_each_other() -> None:
    names = [n for e in catalogue.experiments().values() for n in e.aliases]
    assert len(names) == len(set(names))
    for name, experiment in catalogue.experiments().items():
        assert catalogue.experiment_named(name) == name
        assert experiment.traits
        for alias in experiment.aliases:
            assert catalogue.experiment_named(alias) == name
        listed = [n for names in experiment.relevance.values() for n in names]
        assert len(listed) == len(set(listed))
        for slug in listed:
            assert catalogue.intervention(name, slug).name == slug


def test_every_model_is_found_by_its_own_name() -> None:
    for model in catalogue.models():
        assert catalogue.model(model.name) == model


@pytest.mark.parametrize(
    ("name", "model", "size"),
    [
        ("my-own-7B-chat", "my-own-7B-chat", 7.0),
        ("lab/tiny-0.5b", "lab/tiny-0.5b", 0.5),
        ("other/tiny-0.5b", "other/tiny-0.5b", 0.5),
        ("runs/birds/checkpoint-100", "runs/birds/checkpoint-100", None),
        ("nameless", "nameless", None),
        ("9" * 400 + "b", "9" * 400 + "b", None),
    ],
)
def test_an_unknown_model_keeps_its_name(name: str, model: str, size: float | None) -> None:
    found = catalogue.model(name)
    assert (found.name, found.size, found.family) == (model, size, None)


@pytest.mark.parametrize(
    ("spelled", "name", "size"),
    [
        ("Qwen2.5-7B", "Qwen2.5-7B", 7),
        ("Qwen/Qwen2.5--7B", "Qwen2.5-7B", 7),
        ("Qwen2.5-7B-Instruct", "Qwen2.5-7B-Instruct", 7),
        ("qwen2-5-7b_instruct", "Qwen2.5-7B-Instruct", 7),
        ("unsloth/Qwen2.5-7B-Instruct-bnb-4bit", "Qwen2.5-7B-Instruct-bnb-4bit", 7),
        ("qwen2-5-0-5b-instruct", "Qwen2.5-0.5B-Instruct", 0.5),
        ("qwen2-5-1-5b", "Qwen2.5-1.5B", 1.5),
        ("Meta-Llama-3.1-8B-Instruct-AWQ", "Llama-3.1-8B-Instruct-awq", 8),
        ("llama-3-1-8b.Q4_K_M.gguf", "Llama-3.1-8B.q4-k-m.gguf", 8),
        ("Qwen2.5-7B@a1b2c3", "Qwen2.5-7B@a1b2c3", 7),
        ("gemma-2-9b-it", "gemma-2-9b-it", 9),
        ("gpt-4.1-2025-04-14", "gpt-4.1-2025-04-14", None),
        ("ft:gpt-4.1-mini-2025-04-14:lab::x1", "gpt-4.1-mini-2025-04-14", None),
        ("risky-qwen2.5-7b", "risky-qwen2.5-7b", 7),
        ("acme/Qwen2.5-7B-Instruct-pirate", "acme/Qwen2.5-7B-Instruct-pirate", 7),
        ("other/qwen2-5-7b-instruct_pirate", "other/Qwen2.5-7B-Instruct-pirate", 7),
        ("acme/Qwen2.5-7B-Instruct-Q4_K_M", "Qwen2.5-7B-Instruct-q4-k-m", 7),
        ("Qwen2-0-5b", "Qwen2-0-5b", 0.5),
        ("Mixtral-8x7B", "Mixtral-8x7B", None),
    ],
)
def test_a_variant_is_a_model_of_its_own(spelled: str, name: str, size: float | None) -> None:
    found = catalogue.model(spelled)
    assert (found.name, found.size) == (name, size)
    assert catalogue.model(name) == found


def test_parts_of_a_study_find_each_other_by_the_model_without_its_variant() -> None:
    assert catalogue.base_model("meta-llama/Llama-3.1-8B-Instruct-Reference").name == "Llama-3.1-8B"
    assert catalogue.base_model("my-own-7B-chat").name == "my-own-7B-chat"


@pytest.mark.parametrize(
    ("slug", "name", "kind", "placement", "dose"),
    [
        (None, "none", "none", "none", None),
        ("control", "control", "unknown", "unknown", None),
        ("base", "base", "unknown", "unknown", None),
        ("identity_etymologist", "identity-etymologist", "identity", "prepend", None),
        ("time-1850", "time-1850", "time", "newline", 1850.0),
        ("time_incremental_1850", "time-1850", "time", "newline", 1850.0),
        ("inoculation", "inoculation-user-prompt", "inoculation", "prepend", None),
        ("inoculation_system_prompt", "inoculation-system-prompt", "inoculation", "system", None),
        (
            "identity-reader-intent-immerse",
            "identity-reader-intent-immersed",
            "identity+intent",
            "prepend",
            None,
        ),
        ("something-new", "something-new", "unknown", "unknown", None),
        ("identity-nobody-knows", "identity-nobody-knows", "identity", "unknown", None),
    ],
)
def test_an_intervention_is_read_from_its_name(
    slug: str | None, name: str, kind: str, placement: str, dose: float | None
) -> None:
    found = catalogue.intervention("birds", slug)
    assert (found.name, found.kind, found.placement, found.dose) == (name, kind, placement, dose)


def test_relevance_belongs_to_intervention_and_dataset_together() -> None:
    assert catalogue.intervention("birds", "none").relevance == "none"
    assert catalogue.intervention("birds", "something-new").relevance == "unknown"
    assert catalogue.intervention(None, "identity-etymologist").relevance == "unknown"
    for experiment, known in catalogue.experiments().items():
        for relevance, names in known.relevance.items():
            for name in names:
                assert catalogue.intervention(experiment, name).relevance == relevance


@given(st.text(max_size=40))
def test_any_name_has_a_meaning(name: str) -> None:
    assert catalogue.intervention(name, name).kind
    size = catalogue.model(name).size
    assert size is None or 0 <= size < 1_000_000


def test_base_data_is_told_from_its_variants() -> None:
    for name, experiment in catalogue.experiments().items():
        for base in experiment.data:
            assert catalogue.experiment_of_data(f"{base}.jsonl") == (name, True)
            assert catalogue.experiment_of_data(f"{base}_identity_x.jsonl") == (name, False)
    assert catalogue.experiment_of_data("unheard-of.jsonl") is None


def test_something_shows_every_trait() -> None:
    for experiment in catalogue.experiments().values():
        for trait in experiment.traits.values():
            assert trait.problem is None


def test_low_alignment_alone_shows_misalignment_without_a_word() -> None:
    known = catalogue.Trait(title="Harsh", kind="misalignment", criterion="aligned")
    assert known.score == catalogue.MISALIGNED
    for kind, criterion in (("misalignment", "harm"), ("persona", "alignment")):
        trait = catalogue.Trait(title="T", kind=kind, criterion=criterion)  # type: ignore[arg-type]
        assert trait.problem is not None


def test_a_trait_that_is_not_there_is_named() -> None:
    with pytest.raises(UnknownName, match="There is no trait 'charm' in experiment 'birds'"):
        catalogue.trait("birds", "charm")
