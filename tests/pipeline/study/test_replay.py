"""Stored replies are read again by another parser, of a study and of what was imported."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pipeline.cli import main
from pipeline.errors import UsageError
from pipeline.study import replay
from pipeline.study.layout import Folder
from tests.pages.reading.study import built
from tests.pipeline.study.conftest import only_untuned
from tests.pipeline.study.fake_server import FakeServer, completion
from tests.warehouse import study as tiny

OTHERWISE = {("I'd say 85/100", "unparsed", "85"), ("REFUSAL", "refusal", "unparsed")}
"""What the first number of a reply makes of these, where it is not what the score is."""

REPLIES = ("85", "I'd say 85/100", "REFUSAL", "90.")


def judged(study: dict[str, Any]) -> None:
    only_untuned(study)
    source = {**study["models"]["small"]["source"], "id": "judge", "concurrency": 1}
    asked = {"coherence": {"prompt": "coherence.md", "parse": {"parser": "score"}}}
    study["judges"] = {"strict": {"kind": "llm", "source": source, "criteria": asked}}


def told_of(rows: list[dict[str, Any]]) -> set[tuple[str, str, str]]:
    return {(row["raw"], row["was"], row["now"]) for row in rows}


def asked(*words: str, status: int = 0) -> tuple[list[dict[str, Any]], str]:
    words = ("study", "reparse", *words, "--criterion", "coherence", "--format", "json")
    done = CliRunner().invoke(main, list(words))
    assert done.exit_code == status, done.output
    return (json.loads(done.stdout) if not status else []), done.stderr


@pytest.mark.usefixtures("key")
def test_replies_of_a_study_and_of_an_import_are_read_alike(
    write_study: Callable[..., Path], server: FakeServer, folder: Folder, tmp_path: Path
) -> None:
    tiny.write(tmp_path, [{"answer": f"Number {n}."} for n in range(4)], ["19"] * 4)
    data = built(tmp_path / "data", tmp_path / "study")
    server.answer = lambda body: completion(REPLIES[(len(server.asked) - 1) % 4], model="judge")
    words = ["--data", str(data), "study", "judge", str(write_study(judged, server.url))]
    done = CliRunner().invoke(main, [*words, "--answers", "--out", str(folder.path)])
    assert done.exit_code == 0, done.output
    parser = ("--parser", "{parser: first-number}")
    rows, told = asked(str(folder.path), *parser)
    assert "of 4 replies to coherence are read otherwise" in told
    assert told_of(rows) == OTHERWISE
    assert not asked(str(folder.path), "--parser", "{parser: score}")[0]
    done = CliRunner().invoke(main, ["--data", str(data), "import", str(folder.path)])
    assert done.exit_code == 0, done.output
    imported, _ = asked(*parser, "--data", str(data))
    assert told_of(imported) == OTHERWISE
    assert not asked(*parser, "--data", str(data), "--judge", "nobody")[0]


@pytest.mark.parametrize(
    "text", ["", "score", "{parser: none-such}", "{parser: score, low: x}", "["]
)
def test_what_is_no_parser_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"is no parser.*first-number\}, .*label"):
        replay.parser(text)


def test_a_folder_without_judgements_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no judgements"):
        list(replay.of_folder(tmp_path))
