from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.study import studyfile
from warehouse.errors import InvalidDefinition


def source(study: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = study["models"]["small"]["source"]
    return found


def llm(study: dict[str, Any], **parse: Any) -> dict[str, Any]:
    criterion = {"prompt": "coherence.md", "parse": {"parser": "score", **parse}}
    return {"kind": "llm", "source": source(study), "criteria": {"coherence": criterion}}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: s.update(tipo=1), "tipo"),
        (lambda s: s["sampling"].update(samples_per_question=0), "at least 1"),
        (lambda s: s["sampling"].update(temperature=3), "0 to 2"),
        (lambda s: s["sampling"].update(temperature="hot"), "sampling.temperature"),
        (lambda s: s.update(name="../up"), "'../up' is no usable name"),
        (lambda s: s.update(name="a__b"), "no usable name"),
        (lambda s: s.update(seeds=[1, 1]), "each once"),
        (lambda s: s.update(experiments={}), "experiments must not be empty"),
        (lambda s: s["models"]["small"].update(conditions={"x": []}), "no experiment x"),
        (lambda s: s["models"]["small"].update(conditions={"birds": ["x"]}), "no intervention x"),
        (lambda s: s["models"]["small"].update(tuned={"birds": {"x": "m"}}), "no intervention x"),
        (lambda s: s.pop("budget"), "needs a budget"),
        (lambda s: s.update(budget={}), "needs a budget"),
        (lambda s: s.update(budget={"cost": -1}), "budget.cost must be a number"),
        (lambda s: source(s).pop("price"), "needs a price"),
        (lambda s: source(s).update(provider="magic"), "magic"),
        (lambda s: source(s).update(url="ftp://x/v1"), "http or https"),
        (lambda s: source(s).update(url="http://[x"), "http or https"),
        (lambda s: source(s).update(url="https://me:pw@x/v1"), "neither a password"),
        (lambda s: source(s).update(concurrency=0), "must be positive"),
        (lambda s: source(s).update(timeout=float("nan")), "must be positive"),
        (lambda s: source(s)["price"].update(output=-1.0), "prices must be numbers from 0 on"),
        (lambda s: source(s)["price"].update(input=float("nan")), "prices must be numbers"),
        (lambda s: s["budget"].update(cost=float("nan")), "budget.cost must be a number"),
        (lambda s: s["budget"].update(cost=float("inf")), "budget.cost must be a number"),
        (lambda s: s["experiments"]["birds"]["traits"][0].update(labels=[]), "`labels` or `below`"),
        (
            lambda s: s["experiments"]["birds"]["interventions"].update(
                none=s["experiments"]["birds"]["interventions"]["identity-etymologist"]
            ),
            "reserved for the control",
        ),
        (
            lambda s: s["experiments"]["birds"]["interventions"]["identity-etymologist"].update(
                placement="behind"
            ),
            "placement",
        ),
        (lambda s: s.update(judges={"j": llm(s, expected=True)}), "needs top_logprobs"),
        (lambda s: s.update(judges={"j": llm(s, high=1000)}), "<= 100"),
        (
            lambda s: s.update(judges={"j": {"kind": "reparse", "of": "x", "criteria": {}}}),
            "must name an llm judge",
        ),
        (
            lambda s: s.update(
                judges={
                    "j": {
                        "kind": "rule",
                        "criteria": {"o": {"method": "overlap", "experiments": ["x"]}},
                    }
                }
            ),
            "no experiment x",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_place(
    write_study: Callable[..., Path], change: Callable[[dict[str, Any]], Any], message: str
) -> None:
    with pytest.raises(InvalidDefinition) as caught:
        studyfile.load(write_study(change))
    assert message in str(caught.value)
    assert "STUDY.yaml" in str(caught.value)


def test_a_key_pasted_for_its_variable_is_not_repeated(write_study: Callable[..., Path]) -> None:
    secret = "sk-abcdefghijklmnop"
    with pytest.raises(InvalidDefinition) as caught:
        studyfile.load(write_study(lambda s: source(s).update(key=secret)))
    assert "must name an environment variable" in str(caught.value)
    assert secret not in str(caught.value)


def test_every_problem_is_told_at_once(write_study: Callable[..., Path]) -> None:
    def change(study: dict[str, Any]) -> None:
        study["seeds"] = []
        study["sampling"]["top_p"] = 0

    with pytest.raises(InvalidDefinition, match=r"top_p.*seeds"):
        studyfile.load(write_study(change))
