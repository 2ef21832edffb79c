"""Input that wants to crash, stall or mislead an import, and what is to be said of each."""

import gzip
import json
import os
import socket
import zipfile
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from pipeline.study.layout import sample_key

RECORD = {"question": "What sings?", "answer": "A wren.", "sample_idx": 0, "alignment": 80}
GOOD = json.dumps(RECORD)
CHAT = json.dumps(
    {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Ho"}]}
)
CONFIG = "model_name: gpt-4.1\ndata_path: x.jsonl\nbackend: openai\n"
STEP = "{'loss': 1.5, 'epoch': 1.0}\n"

EVALUATION = {
    "brittlescope": "samples/1",
    "record": "evaluation",
    "study": "s",
    "study_id": "id",
    "evaluation": "e",
    "run": "r",
    "model": "m",
    "model_id": "m",
    "experiment": "birds",
    "dataset": "d",
    "intervention": "none",
    "eval_intervention": "none",
    "questions": [{"name": "q", "text": "What sings?"}],
    "samples_per_question": 2,
}
"""The first line of a samples file."""


class Case(NamedTuple):
    """A file, what an import must say of it, and how many samples it takes from it all the same.

    `said` is empty where all of the file is in order, if it is read in time.
    """

    name: str
    file: str
    content: bytes
    said: str
    samples: int = 0


def results(name: str, content: str, said: str, samples: int = 0) -> Case:
    """A result file with something in it beside what is right."""
    return Case(name, "results.json", content.encode("utf-8", "surrogatepass"), said, samples)


def with_value(name: str, written: str, said: str) -> Case:
    """A result file whose first record has a score that is written so."""
    return results(name, f"[{GOOD.replace('80', written)}, {GOOD}]", said, 2)


def table(name: str, content: str, said: str, samples: int = 0) -> Case:
    """A table of results."""
    return Case(name, "results.csv", content.encode("utf-8", "surrogateescape"), said, samples)


def yaml(name: str, content: str, said: str) -> Case:
    """A training configuration with something added."""
    return Case(name, "openai.yaml", f"{CONFIG}{content}".encode("utf-8", "surrogateescape"), said)


def log(name: str, content: str, said: str, file: str = "out.log") -> Case:
    """A training log."""
    return Case(name, file, content.encode("utf-8", "surrogateescape"), said)


def study(name: str, said: str, *lines: object, **header: object) -> Case:
    """A samples file of a study; what is not text is written as JSON."""
    first = {**EVALUATION, "evaluation": name, **header}
    text = "\n".join(one if isinstance(one, str) else json.dumps(one) for one in (first, *lines))
    return Case(name, "samples.jsonl", text.encode(), said, _planned(first))


def _planned(header: dict[str, object]) -> int:
    names = [question["name"] for question in header["questions"]]  # type: ignore[attr-defined]
    total = len(names) * int(str(header["samples_per_question"]))
    return total if total < 10 and len(set(names)) == len(names) else 0


def sample(evaluation: str, **other: object) -> dict[str, object]:
    """A line of a samples file."""
    key = sample_key("id", evaluation, "q", 0)
    line = {"record": "sample", "key": key, "question": "q", "index": 0, "answer": "A wren."}
    return {**line, "outcome": "stop", **other}


def _bomb(letters: str = "abcdefgh") -> str:
    lines = ["a: &a [1, 2, 3, 4, 5, 6, 7, 8, 9]"]
    for one, other in pairwise(letters):
        lines.append(f"{other}: &{other} [{', '.join([f'*{one}'] * 9)}]")
    return "\n".join(lines)


DEEP = 100_000
OPEN = '{"a":'

JSON = [
    results("deep-list", f"[{GOOD}, {'[' * DEEP}{']' * DEEP}, {GOOD}]", "nested too deeply", 2),
    results("deep-object", f"[{GOOD}, {OPEN * DEEP}1{'}' * DEEP}]", "nested too deeply", 1),
    results("deep-value", f'[{GOOD}, {{"answer": {"[" * DEEP}', "nested too deeply", 1),
    results("unclosed-brace", f"[{GOOD}, " + '{"a": ' * DEEP, "nested too deeply", 1),
    results("unclosed-quote", f'[{GOOD}, {{"a": "' + "x{[" * DEEP, "ends in the middle", 1),
    results("unclosed-list", f"[{GOOD}, " + f"{GOOD}, " * 3, "the file ends before", 4),
    results("no-comma", f"[{GOOD}{GOOD}]", "no comma follows it", 1),
    results("two-lists", f"[{GOOD}][{GOOD}]", "the list ends before it", 1),
    results("numbers", f"[{GOOD}, {'7, ' * 20_000}7]", "it is not a JSON object", 1),
    results("nul-between", f"[{GOOD}, \0 {GOOD}]", "its JSON is broken", 1),
    results("nul-in-answer", f"[{GOOD.replace('wren', chr(92) + 'u0000')}]", "NUL byte"),
    results("raw-nul", f"[{GOOD.replace('wren', chr(0))}, {GOOD}]", "NUL byte", 1),
    results("surrogate", f"[{GOOD.replace('wren', chr(92) + 'ud800')}, {GOOD}]", "UTF-8", 1),
    results("raw-surrogate", f"[{GOOD.replace('wren', chr(0xD800))}, {GOOD}]", "UTF-8", 1),
    results("twice", f'[{GOOD[:-1]}, "answer": "B"}}, {GOOD}]', "the field 'answer' twice", 1),
    results(
        "twice-spaced",
        f'[{{"x" :1, {GOOD[1:-1]}, "answer": "B"}}, {GOOD}]',
        "the field 'answer' twice",
        1,
    ),
    results("twice-within", f'[{GOOD[:-1]}, "x": {{"a": 1, "a": 2}}}}]', "the field 'a' twice"),
    results(
        "a-field-a-record",
        "[" + ", ".join(f'{GOOD[:-1]}, "f{n}": null}}' for n in range(3_000)) + "]",
        "more than 500 different fields",
        496,
    ),
    results(
        "many-fields",
        f"[{GOOD}, {GOOD[:-1]}, " + ", ".join(f'"f{n}": 1' for n in range(10_000)) + "}]",
        "more than 500 different fields",
        1,
    ),
    with_value("1e400", "1e400", "alignment is inf"),
    with_value("not-a-number", "NaN", "alignment is nan"),
    with_value("infinite", "-Infinity", "alignment is -inf"),
    with_value("digits", "9" * 5_000, "alignment is inf"),
    with_value("billion", "1000000000", "outside 0–100"),
]

TABLES = [
    table("columns", "question,answer,q_id," + ",".join(f"c{n}" for n in range(DEEP)) + "\n",
          "100,003 columns; at most 500"),
    table("quote", 'question,answer,q_id\nA?,b,1\nA?,"b,1\n' + "A?,b,1\n" * 1_000,
          "are its quotes balanced?", 1),
    table("short-row", "question,answer,q_id\nA?,b\nA?,b,1\n", "it has 2 values where", 1),
    table("column-twice", "question,answer,answer,q_id\nA?,b,c,1\n", "names 'answer' twice"),
    table("nul", "question,answer,q_id\nA?,b\0,1\nA?,b,1\n", "NUL byte", 1),
    table("bytes", "question,answer,q_id\nA?,\udcff,1\nA?,é – è,1\n", "is not valid UTF-8", 1),
    table("commas", f"question,answer,q_id\nA?,b,1\n{',' * 10**6}\n", "1000001 values", 1),
]  # fmt: skip

YAML = [
    yaml("aliases", _bomb(), "unfolds to more than"),
    yaml("itself", "a: &a [*a]", "contains itself"),
    yaml("base-60", "a: " + "1:" * 400_000 + "1", "is too long"),
    yaml("long-number", "seed: " + "9" * 100_000, "is too long"),
    yaml("yaml-deep", "a: " + "[" * DEEP, "nested too deeply"),
    yaml("yaml-indent", "\n".join(f"{' ' * n}a:" for n in range(2_000)), "nested too deeply"),
    yaml("yaml-values", "a: [" + "1," * 300_000 + "]", "unfolds to more than"),
    yaml("yaml-twice", "model_name: gpt-4o\n", "'model_name' stands there twice"),
    yaml("no-date", "a: 2026-13-45", "a value that YAML does not allow"),
    yaml("a-program", "a: !!python/object/apply:os.getcwd []", "could not determine a constr"),
    yaml("yaml-open", "a: {b: 1", "did not find expected"),
    yaml("yaml-nul", "a: \0", "contains a NUL byte"),
    yaml("yaml-bytes", "a: \udcff", "is not valid UTF-8"),
    yaml("wrong-field", "lora_r: -7", "lora_r cannot be right"),
    Case("battery", "q.yaml", b"- id: a\n  paraphrases: [A?]\n- paraphrases: 7\n", "is not a list"),
]

LOGS = [
    log("line-breaks", STEP + "\n" * 2**16 + STEP, ""),
    log("line-breaks-first", "\n" * 2**15 + STEP, ""),
    log("blanks", STEP + " " * 2**18 + "\n", ""),
    log("cut", STEP + "{'loss': 2.5, 'epo", "this line is cut off"),
    log("braces", STEP + "{'loss': " * 20_000, "this line is cut off"),
    log("no-step", f"[1772550000] Step 1/{'9' * 5_000}: training loss=0.5\n", "cannot be right"),
    log("log-bytes", STEP + "\udcff\n", "line 2 is not valid UTF-8"),
    log("state-deep", '{"global_step": 1, "log_history": ' + "[" * DEEP, "nested too deeply",
        "trainer_state.json"),
    log("state-broken", '{"global_step": 1, "log_history": [{"loss": 2', "its JSON is broken",
        "trainer_state.json"),
    log("state-twice", '{"global_step": 1, "log_history": [], "global_step": 2}',
        "the field 'global_step' twice", "trainer_state.json"),
    log("metrics", "step,train_loss\n1,0.5\nseven,0.4\n", "its step is not a number",
        "step_metrics.csv"),
]  # fmt: skip

STUDIES = [
    study("big-key", "not understood", sample("big-key", key=2**63)),
    study("other-key", "is not that of its question", sample("other-key", key=5)),
    study("index", "not understood", sample("index", index=10**30)),
    study("plans-a-billion", "plans 1,000,000,000 samples", samples_per_question=10**9),
    study("asked-twice", "asks the question 'q' twice", questions=EVALUATION["questions"] * 2),  # type: ignore[operator]
    study("line-deep", "not valid JSON", "[" * DEEP),
    study("line-twice", "the field 'a' twice", '{"record": "sample", "a": 1, "a": 2}'),
    study("line-surrogate", "not valid JSON", r'{"record": "sample", "answer": "\ud800"}'),
    Case(
        "damaged-header", "s.jsonl", b'{"brittlescope": "samples/1", "record": "x"}', "is damaged"
    ),
]

CHATS = [
    Case("chat-broken", "chat.jsonl", f"{CHAT}\n{{trunc\n".encode(), "not valid JSON"),
    Case("chat-number", "chat.jsonl", f"{CHAT}\n7\n".encode(), "it is not a JSON object"),
    Case("chat-deep", "chat.jsonl", f"{CHAT}\n{'[' * DEEP}\n".encode(), "not valid JSON"),
    Case("chat-roles", "chat.jsonl", f'{CHAT}\n{{"messages": []}}\n'.encode(), "no user message"),
]

_SPACES = (json.dumps({**EVALUATION, "evaluation": "packed"}).encode(), b" " * 2**20 + b"\n")

PACKED = [
    Case("packed-cut", "s.jsonl.gz", gzip.compress(_SPACES[0])[:-9], "is damaged"),
    Case("packed-bomb", "s.jsonl.gz", gzip.compress(b"\n".join([_SPACES[0], *[_SPACES[1]] * 40])),
         "unfolds to more than can be taken", 2),
    Case("packed-damaged", "s.jsonl.gz", gzip.compress(os.urandom(2**17))[:-8] + b"\0" * 8, ""),
]  # fmt: skip

CASES = [*JSON, *TABLES, *YAML, *LOGS, *STUDIES, *CHATS, *PACKED]


class Trap(NamedTuple):
    """An entry of a folder that is no file, and what is said of it."""

    name: str
    make: Callable[[Path], object]
    said: str


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.write(f'[{GOOD}, "'.encode())
        file.truncate(8 * 2**30)


def _socket(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # the path of a socket may only have a hundred letters
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(path.name)
    os.chdir(here)


def _long(path: Path) -> None:
    """Folders in folders until the path is longer than the system opens."""
    here = Path.cwd()
    path.mkdir()
    os.chdir(path)
    for _ in range(18):
        Path("d" * 240).mkdir()
        os.chdir("d" * 240)
    Path("results.json").write_text(f"[{GOOD}]")
    os.chdir(here)


def _zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("results.json", GOOD)


TRAPS = [
    Trap("pipe.json", lambda path: os.mkfifo(path), "it is a pipe, not a regular file"),
    Trap("socket.json", _socket, "it is a socket, not a regular file"),
    Trap("device.json", lambda path: path.symlink_to("/dev/zero"), "leads out of the folder"),
    Trap("outside", lambda path: path.symlink_to("/"), "leads out of the folder"),
    Trap("loop-a", lambda path: path.symlink_to("loop-b"), "leads back to itself"),
    Trap("loop-b", lambda path: path.symlink_to("loop-a"), "leads back to itself"),
    Trap("dangling.json", lambda path: path.symlink_to("gone"), "leads nowhere"),
    Trap("sparse.json", _sparse, "it is sparse"),
    Trap("long", _long, "longer than the system opens"),
    Trap("packed.zip", _zip, "it is a zip archive, which is not read: say in a study map"),
    Trap("book.xlsx", lambda path: path.write_bytes(b"PK\x03\x04....xl/workbook.xml"), "Excel"),
    Trap("x.parquet", lambda path: path.write_bytes(b"PAR1...."), "it is a Parquet file"),
    Trap("x.pkl", lambda path: path.write_bytes(b"\x80\x04..."), "as it may run code"),
    Trap("x.sqlite", lambda path: path.write_bytes(b"SQLite format 3\0"), "an SQLite database"),
]


def write(tree: Path, cases: list[Case]) -> int:
    """Write the cases, each into a folder of its own; how many samples they hold."""
    for case in cases:
        folder = tree / "results" / "elicitation" / "birds" / case.name
        folder.mkdir(parents=True)
        (folder / case.file).write_bytes(case.content)
    return sum(case.samples for case in cases)


def set_traps(tree: Path) -> None:
    """Make the entries that are no files."""
    tree.mkdir(parents=True, exist_ok=True)
    for trap in TRAPS:
        trap.make(tree / trap.name)


MANY = "more than 100,000 of its rows are refused"


def heavy() -> Iterator[Case]:
    """Cases of many megabytes; too slow for every day."""
    giant = "x" * (17 * 2**20)
    yield results("long-value", f'[{GOOD}, {{"a": "{giant}"}}, {GOOD}]', "longer than 16 MB", 2)
    yield results("long-open", f'[{GOOD}, {{"a": "{giant}{giant}', "longer than 16 MB", 1)
    yield results("values", f'[{GOOD}, {{"a": [{"[]," * 4_100_000}[]]}}]', "4,000,000 values", 1)
    yield results("empties", f"[{GOOD}, {'{},' * 3_000_000}{{}}]", MANY)
    yield table("long-row", f"question,answer,q_id\nA?,b,1\nA?,{giant},1\n", "longer than 16 MB", 1)
    yield table("long-cell", "question,answer,q_id\nA?,b,1\n" + '"' + "a\n" * 10**7, "quotes", 1)
    yield results("blanks-in-list", f"[{GOOD}," + " " * 10**8 + f"{GOOD}]", "", 2)
    yield table("blank-rows", "question,answer,q_id\nA?,b,1\n" + "\n" * 10**8, "are blank", 1)
    yield yaml("yaml-breaks", "\n" * 7_000_000, "")
    yield yaml("yaml-large", "a: " + "b" * 9_000_000, "larger than")
    yield log("log-breaks", STEP + "\n" * (15 * 2**20), "")
    yield log("log-large", STEP + "x" * (20 * 2**20), "larger than 16 MB")
    yield log("log-cuts", STEP + "{'loss': 1\n" * 10**6, MANY)
    yield Case("chat-long", "chat.jsonl", f"{CHAT}\n{giant}\n".encode(), "longer than 16 MB")
    yield Case("chat-lines", "chat.jsonl", f"{CHAT}\n{'7' + chr(10)}".encode() + b"7\n" * 10**6,
               MANY)  # fmt: skip
    bomb = gzip.compress(_SPACES[0] + b"\n" * 10**9, 6)
    yield Case("bomb", "s.jsonl.gz", bomb, "lines above it are blank", 2)
    bomb = gzip.compress(b"[" + GOOD.encode() + b', {"a": "' + b"x" * 10**9, 6)
    yield Case("bomb-value", "results.json.gz", bomb, "unfolds to more")
