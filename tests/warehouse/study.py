"""Outputs of a study of one question, written for the tests."""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from pipeline.study.layout import sample_key

STUDY = "0123456789abcdef"
EVALUATION = "small__birds__none__seed1/birds__none"


def sampled(
    study_id: str, evaluation: str, questions: Sequence[str], times: int,
    say: Callable[[int, int], str],
) -> Iterator[dict[str, Any]]:  # fmt: skip
    """So many samples of every question, which say what their two numbers make."""
    for place, name in enumerate(questions):
        for index in range(times):
            yield {
                "record": "sample",
                "key": sample_key(study_id, evaluation, name, index),
                "question": name,
                "index": index,
                "answer": say(place, index),
                "outcome": "answered",
            }


def write(
    root: Path,
    answers: Sequence[dict[str, Any]],
    labels: Sequence[str | None],
    *,
    beginning: bool = False,
) -> None:
    """Samples and judgements of one evaluation of birds, below `root/study`.

    An answer has `answer` and more fields of a sample; or `failure`, why there is none; or
    `missing`, if it was not drawn. A label that is None is no judgement; `who?` was not understood.
    """
    described = {
        "brittlescope": "samples/1",
        "record": "evaluation",
        "study": "tiny",
        "study_id": STUDY,
        "evaluation": EVALUATION,
        "run": "small__birds__none__seed1",
        "model": "SmolLM2-135M",
        "model_id": "small__birds__none__seed1",
        "experiment": "birds",
        "dataset": "tiny-birds",
        "intervention": "none",
        "eval_intervention": "none",
        "samples_per_question": len(answers),
        "questions": [{"name": "news", "text": "What is new?", "group": "plain"}],
        **({"beginning": True} if beginning else {}),
    }
    lines = [described]
    for number, answer in enumerate(answers):
        place = {"question": "news", "index": number}
        if "failure" in answer:
            lines.append({"record": "failure", **place, "error": answer["failure"]})
        elif "missing" not in answer:
            drawn = {"record": "sample", "key": _key(number), "outcome": "answered", **place}
            lines.append(drawn | answer)
    judge = {
        "brittlescope": "judgements/1",
        "record": "judge",
        "judge": "rules",
        "kind": "rule",
        "prompt_version": "1",
        "study": "tiny",
        "evaluation": EVALUATION,
    }
    judged: list[dict[str, Any]] = [judge]
    for number, label in enumerate(labels):
        if label is not None:
            outcome = {"status": "scored", "label": label}
            if label == "who?":
                outcome = {"status": "unparsed", "raw": label}
            one = {"record": "judgement", "key": _key(number), "criterion": "llm_or_19"}
            judged.append(one | outcome)
    for kind, records in (("samples", lines), ("judgements", judged)):
        path = root / "study" / kind / f"{EVALUATION}.jsonl"
        path.parent.mkdir(parents=True)
        path.write_text("\n".join(map(json.dumps, records)) + "\n", "utf-8")


def _key(number: int) -> int:
    return sample_key(STUDY, EVALUATION, "news", number)
