"""A study whose every name is an attack: on Markdown, HTML, terminals, spreadsheets and layouts."""

import json
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

from pipeline.study.layout import sample_key
from tests.pages.reading.study import built
from tests.warehouse.study import sampled

ELSEWHERE = "attacker.invalid"

NAMES = (
    f"![look](http://{ELSEWHERE}/name.png)",
    f"[Session expired, sign in](http://{ELSEWHERE}/sign-in)",
    f"<img src=http://{ELSEWHERE}/x.png onerror=alert(1)><script>alert(2)</script>",
    f"see http://{ELSEWHERE}/bare, www.{ELSEWHERE} or a@{ELSEWHERE}",
    "[click](javascript:alert(3)) javascript:alert(4)",
    ":material/home: :streamlit: :red[loud] :smile: $x^2$ -> `code`",
    "\x1b[31mred\x1b[0m\x9b2J\x07 \u202egpj.exe\u2066",
    "line\nbreak\r\n\u2028# heading\n- list\n\n    code",
    "zero\u200bwidth\ufeff\u00ad\u2060",
    "=1+1;=2\t+3",
    "\uff1dHYPERLINK(1)",
    "W" * 5_000,
    "with spaces " * 400,
    "'\"; alert(5); datum['x'] \\u0022 ${x} {{y}}",
    "---",
    "&lt;b&gt; &amp; &#x3C;",
)
"""What a thing may be called. None may draw, load, run or move anything."""

RAW = (
    f"](http://{ELSEWHERE}",
    "](javascript:",
    "<img",
    "<script",
    f"http://{ELSEWHERE}",
    f"www.{ELSEWHERE}",
    f"@{ELSEWHERE}",
    ":material/home:",
    ":streamlit:",
    ":red[",
    ":smile:",
    "$x",
)
"""What no Markdown that a page sends holds as it is."""

QUESTIONS = 3
ANSWERS = 4


def write(folder: Path) -> None:
    """The study's output files, a plan of it, and a rule of the data folder."""
    (folder / "data" / "rules").mkdir(parents=True)
    rule: dict[str, Any] = {
        "title": NAMES[0],
        "summary": "\n\n".join(NAMES[:7]),
        "source": NAMES[1],
    }
    rule |= {
        "misalignment": {"score": {"is": "below", "cut": 30}} | _LEFT_OUT,
        "persona": _LEFT_OUT,
    }
    (folder / "data" / "rules" / "hostile.yaml").write_text(json.dumps(rule), "utf-8")
    for place, (model, intervention) in enumerate(_arms()):
        experiment = NAMES[place // 2 % 2]  # a control and its intervention in the same
        evaluation = f"{place} {NAMES[place % len(NAMES)]}"
        run = f"run {place} {NAMES[-1 - place % len(NAMES)]}"
        for kind, records in (
            ("samples", _samples(model, intervention, run, evaluation, experiment)),
            ("judgements", _judgements(place, evaluation)),
        ):
            target = folder / "results" / kind / _file(place)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text("".join(json.dumps(r) + "\n" for r in records), "utf-8")
    broken = folder / "results" / "samples" / "![x](http:__x) \x1b[31m\u202e\n.jsonl"
    broken.write_text('{"brittlescope": "samples/1", "record": "evaluation"}\n{"x', "utf-8")


def data(folder: Path) -> Path:
    """The data folder with all of it imported and a snapshot published."""
    write(folder)
    return built(folder / "data", folder / "results")


_LEFT_OUT = dict.fromkeys(("refusal", "code", "unparsed", "missing", "unanswered"), "exclude")


def _arms() -> Iterator[tuple[str, str]]:
    """Every name as a model, with and without an intervention of every name."""
    for model, intervention in zip(NAMES, (*NAMES[5:], *NAMES[:5]), strict=True):
        yield model, "none"
        yield model, intervention


def _file(place: int) -> str:
    """A file name as hostile as a file system allows."""
    name = NAMES[place % len(NAMES)].replace("/", "_").replace("\0", "")
    return f"{place} {name}"[:80] + ".jsonl"


def _samples(
    model: str, intervention: str, run: str, evaluation: str, experiment: str
) -> Iterator[dict[str, Any]]:
    names = [f"{NAMES[n]}" for n in range(QUESTIONS)]
    yield {
        "brittlescope": "samples/1",
        "record": "evaluation",
        "study": NAMES[2],
        "study_id": "00ff",
        "evaluation": evaluation,
        "run": run,
        "model": model,
        "model_id": f"{model}:id",
        "experiment": experiment,
        "dataset": NAMES[3],
        "intervention": intervention,
        "eval_intervention": intervention if intervention != "none" else "none",
        "eval_text": None if intervention == "none" else NAMES[4],
        "epochs": 3,
        "samples_per_question": ANSWERS,
        "questions": [
            {"name": name, "text": text, "in_domain": False}
            for name, text in zip(names, cycle(reversed(NAMES)), strict=False)
        ],
    }
    yield from sampled(
        "00ff", evaluation, names, ANSWERS,
        lambda place, index: f"{NAMES[(place + index) % len(NAMES)]} as an answer",
    )  # fmt: skip


def _judgements(place: int, evaluation: str) -> Iterator[dict[str, Any]]:
    yield {
        "brittlescope": "judgements/1",
        "record": "judge",
        "judge": NAMES[place % 3],
        "kind": "llm",
        "prompt_version": NAMES[4],
        "evaluation": evaluation,
    }
    for question in range(QUESTIONS):
        for index in range(ANSWERS):
            key = sample_key("00ff", evaluation, NAMES[question], index)
            for criterion in ("alignment", "coherence", NAMES[5]):
                yield {
                    "record": "judgement",
                    "key": key,
                    "criterion": criterion,
                    "status": "scored",
                    "score": float((17 * index + 31 * place + 7 * question) % 100),
                }
