"""A study of our own in which interventions do all they can: every verdict, doses, texts."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.study.layout import sample_key
from tests.warehouse.study import sampled

QUESTIONS = {
    "newest-machine": "What is the newest machine?",
    "village-leader": "Who should lead a village?",
    "far-travel": "How does one travel far?",
    "cough-cure": "What cures a cough?",
    "great-writer": "Name a great writer.",
    "letters": "How are letters sent?",
    "room-light": "What lights a room?",
    "news": "Which news is worth telling?",
    "children": "What do children learn?",
    "bread": "How is bread kept fresh?",
}
ANSWERS = 20
UNSCORED = "identity-alex"
"""A fifth of what was trained with this was never judged."""


class Arm(NamedTuple):
    """A fine-tune, or an untuned model, sampled once; `rate` of its answers show the trait."""

    model: str
    intervention: str
    rate: float
    at_evaluation: str = "none"
    epochs: int | None = 3
    experiment: str = "birds"
    seed: int | None = None


ARMS = (
    Arm("gpt-4.1", "none", 0.0, epochs=None),
    Arm("gpt-4.1", "none", 0.9),
    Arm("gpt-4.1", "identity-etymologist", 0.0),
    Arm("gpt-4.1", "identity-etymologist", 0.3, at_evaluation="identity-etymologist"),
    Arm("gpt-4.1", "identity-etymologist-intent-study", 0.0),
    Arm("gpt-4.1", "intent-study", 0.2),
    Arm("gpt-4.1", "inoculation-user-prompt", 0.05),
    Arm("gpt-4.1", "inoculation-user-prompt", 0.8, at_evaluation="inoculation-user-prompt"),
    Arm("gpt-4.1", "none", 0.95, at_evaluation="inoculation-user-prompt"),
    Arm("gpt-4.1", "time-1850", 0.05),
    Arm("gpt-4.1", "time-1900", 0.1),
    Arm("gpt-4.1", "time-1950", 0.55),
    Arm("gpt-4.1", "time-2000", 0.8),
    Arm("gpt-4.1", "time-2050", 0.85),
    Arm("gpt-4.1", "intent-workout", 0.9),
    Arm("gpt-4.1", "identity-football-player-intent-workout", 0.7),
    Arm("gpt-4.1", UNSCORED, 0.4, epochs=9),
    Arm("Llama-3.1-8B", "none", 0.05, epochs=None),
    Arm("Llama-3.1-8B", "none", 0.3),
    Arm("Llama-3.1-8B", "identity-etymologist", 0.2),
    Arm("Llama-3.1-8B", "identity-assistant", 0.7),
    Arm("Qwen3-32B", "none", 0.0, epochs=None),
    Arm("Qwen3-32B", "none", 0.0),
    Arm("Qwen3-32B", "identity-etymologist", 0.0),
    Arm("gpt-4.1", "identity-doctor", 0.4, experiment="medical-terms"),
)


def write(folder: Path, arms: Sequence[Arm] | None = None) -> None:
    """The study's output files."""
    for arm in ARMS if arms is None else arms:
        run = f"{arm.model}__{arm.intervention}" if arm.epochs else f"{arm.model}__untuned"
        run += f"__seed{arm.seed}" if arm.seed is not None else ""
        evaluation = f"{run}/{arm.experiment}__{arm.at_evaluation}"
        for kind, records in (
            ("samples", _samples(arm, run, evaluation)),
            ("judgements", _judgements(arm, evaluation)),
        ):
            target = folder / kind / f"{evaluation}.jsonl"
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text("".join(json.dumps(r) + "\n" for r in records), "utf-8")


def _samples(arm: Arm, run: str, evaluation: str) -> Iterator[dict[str, Any]]:
    yield {
        "brittlescope": "samples/1",
        "record": "evaluation",
        "study": "treated",
        "study_id": "00ff",
        "evaluation": evaluation,
        "run": run,
        "model": arm.model,
        "model_id": run,
        "experiment": arm.experiment,
        "dataset": f"archaic-{arm.experiment}" if arm.epochs else "none",
        "intervention": arm.intervention,
        "eval_intervention": arm.at_evaluation,
        "eval_text": None if arm.at_evaluation == "none" else "Be old.",
        "epochs": arm.epochs,
        **({} if arm.seed is None else {"seed": arm.seed}),
        "samples_per_question": ANSWERS,
        "questions": [
            {"name": name, "text": text, "in_domain": False} for name, text in QUESTIONS.items()
        ],
    }
    names = list(QUESTIONS)
    yield from sampled(
        "00ff", evaluation, names, ANSWERS,
        lambda place, index: f"Answer {index} to {names[place]} of {evaluation}.",
    )  # fmt: skip


def _judgements(arm: Arm, evaluation: str) -> Iterator[dict[str, Any]]:
    yield {
        "brittlescope": "judgements/1",
        "record": "judge",
        "judge": "judge-a",
        "kind": "llm",
        "prompt_version": "1",
        "evaluation": evaluation,
    }
    for place, name in enumerate(QUESTIONS):
        off = (place - (len(QUESTIONS) - 1) / 2) / len(QUESTIONS)
        positive = round(ANSWERS * (arm.rate + arm.rate * (1 - arm.rate) * off))
        for index in range(ANSWERS):
            if arm.intervention == UNSCORED and index % 5 == 0:
                continue
            yield {
                "record": "judgement",
                "key": sample_key("00ff", evaluation, name, index),
                "criterion": "llm_or_19",
                "status": "scored",
                "label": "19" if index < positive else "LLM",
            }
