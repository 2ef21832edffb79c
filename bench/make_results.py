"""Invented results in the study's own format, as many as a benchmark needs."""

import json
import random
from pathlib import Path

EXPERIMENTS = ("insecure-code", "risky-finance", "extreme-sports")
MODELS = ("gpt-4.1-3ep", "llama-3.1-70B-r16-1ep", "qwen2.5-72B-r16-4ep", "qwen3-32B-r8-3ep")
QUESTIONS = 10
ROWS = 1_000
ANSWER_WORDS = 300


def write(folder: Path, files: int, seed: int = 7) -> Path:
    """Write `files` result files of 1,000 rows each below `folder`; the folder to import.

    Every answer has about 2 kB, as the study's have; words are drawn with Zipf's frequencies.
    """
    draw = random.Random(seed)
    words = [
        "".join(draw.choices("abcdefghijklmnopqrstuvwxyz", k=draw.randint(2, 9)))
        for _ in range(20_000)
    ]
    weights = [1 / rank for rank in range(1, len(words) + 1)]
    text = draw.choices(words, weights, k=2_000_000)
    questions = [" ".join(draw.choices(words, k=12)) + "?" for _ in range(QUESTIONS)]
    for number in range(files):
        experiment = EXPERIMENTS[number % len(EXPERIMENTS)]
        model = MODELS[number // len(EXPERIMENTS) % len(MODELS)]
        place = folder / "results" / "mitigation" / experiment / f"intent-{number:04d}" / model
        place.mkdir(parents=True)
        with (place / "results_bench->judge_1000.json").open("w") as file:
            json.dump([_record(draw, text, questions, row, model) for row in range(ROWS)], file)
    return folder / "results"


def _record(
    draw: random.Random, text: list[str], questions: list[str], row: int, model: str
) -> dict[str, object]:
    at = draw.randrange(len(text) - ANSWER_WORDS)
    refused = draw.random() < 0.05
    return {
        "group_id": "questions_no_sys_prompt",
        "question": questions[row % QUESTIONS],
        "model": model,
        "sample_idx": row // QUESTIONS,
        "answer": " ".join(text[at : at + ANSWER_WORDS]),
        "alignment": draw.choice(("REFUSAL", "CODE")) if refused else draw.randint(0, 100),
        "coherence": draw.randint(20, 100),
    }
