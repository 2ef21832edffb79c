"""Training data in chat form: what a file holds, and which intervention it was rendered with."""

import hashlib
import os
import re
from array import array
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np

from pipeline.errors import RefusedFile, RefusedRow
from pipeline.files import reading
from pipeline.importers import Batch, Source, batch, gathered, notice
from warehouse import catalogue

NAME = "training-data"
TITLE = "Training data (chat JSONL)"
FILES = "chat JSONL"
VERSION = 2

EXAMPLE_FIELDS = {"messages", "tools", "functions", "parallel_tool_calls"}
"""What a fine-tuning example may hold; a line with more is a record of something else."""

BASE_LIMIT = 128 * 2**20
"""A base dataset of more bytes than this is not compared with."""

TREE_LIMIT = 500
"""How many files of a `datasets` tree are looked at."""

NEIGHBOUR_EXAMPLES = 20
"""How many examples of a neighbouring file are read to see what it was rendered with."""

RENDERINGS = 1_000
"""How many different renderings of one file are told apart."""

_LONG_EXAMPLE = re.compile(rb'\s*\{\s*"messages"\s*:\s*\[\s*\{\s*"(?:role|content)"\s*:')


class TrainingMessage(msgspec.Struct, frozen=True):
    """One message, as far as it matters here."""

    role: str
    content: str


class TrainingExample(NamedTuple):
    """One example: system messages, first user turn, the turns after it, and the answer learned."""

    system: str
    prompt: str
    between: str
    completion: str


class Rendering(NamedTuple):
    """How an intervention stands in a file's prompts: its placement and its text."""

    placement: str
    text: str


UNCHANGED = Rendering("none", "")

Base = dict[bytes, set[tuple[str, str]]]
"""The system message and prompt of a base dataset's examples, by a digest of their answer."""


def accepts(source: Source) -> bool:
    """JSON Lines of which one of the first is a fine-tuning example and nothing else."""
    whole, _, rest = source.head.rpartition(b"\n")
    lines = whole.split(b"\n", 20)[:20] if whole else [rest]
    return any(map(_is_example, lines)) or (not whole and bool(_LONG_EXAMPLE.match(rest)))


def _is_example(line: bytes) -> bool:
    try:
        record = msgspec.json.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False
    if not isinstance(record, dict) or not record.keys() <= EXAMPLE_FIELDS:
        return False
    return not isinstance(_example(record), str)


def read(source: Source) -> Iterator[Batch]:
    """The file's facts as one row; a line that is not an example is refused, the others counted.

    Raises:
        RefusedFile: where no line is an example.
    """
    yield from gathered(_read(source))


def _read(source: Source) -> Iterator[Batch | RefusedRow]:
    tree = _Tree.around(source.path)
    base_file = tree.base_of(source.path)
    base = _index(base_file) if base_file else None
    facts = _Facts()
    seen: Counter[Rendering] = Counter()
    for item in _examples(source):
        if isinstance(item, RefusedRow):
            yield item
            continue
        facts.take(item)
        found = _rendering(base, item) if base is not None else None
        if found is not None and (found in seen or len(seen) < RENDERINGS):
            seen[found] += 1
    if not facts.examples:
        raise RefusedFile("none of its lines is a fine-tuning example")

    row = {"data_file": source.path.name, "folder": tree.folder(source.path), **facts.summary()}
    if base is None or base_file is None:
        is_base = tree.is_base(source.path)
        yield batch("training_set", row | {"placement": "none" if is_base else None})
        return
    rendering, explained = seen.most_common(1)[0] if seen else (None, 0)
    unexplained = facts.examples - explained
    if rendering and unexplained < facts.examples / 2:
        row |= {"placement": rendering.placement, "text": rendering.text or None}
        yield from _mislabelled(source.path, base_file, base, rendering, tree)
    yield batch("training_set", row | {"base_file": base_file.name, "unexplained": unexplained})
    if unexplained:
        yield notice(
            "unexplained-training-data",
            f"{source.path.name}: {unexplained} of {facts.examples} examples are not an example "
            f"of {base_file.name} with the same text before its prompt.",
        )


def claimed_intervention(file_name: str, base_stem: str = "") -> catalogue.Intervention:
    """The intervention that a training file's name claims; "none" for a base dataset.

    The name is the stem of a base dataset, one of the catalogue's or `base_stem`, and what
    follows it: `ft_old_audubon_birds_identity_alex.jsonl` claims identity-alex.
    """
    words = Path(file_name).stem.split("_")
    experiment = None
    claimed = words
    for length in range(len(words), 0, -1):
        beginning = "_".join(words[:length])
        known = catalogue.experiment_of_data(f"{beginning}.jsonl")
        if beginning == base_stem or (known and known[1]):
            experiment = known[0] if known else None
            claimed = words[length:]
            break
    slug = "-".join(claimed).removesuffix("mitigation").rstrip("-")
    return catalogue.intervention(experiment, slug)


class _Facts:
    """Running figures over a file's examples, in 24 bytes an example."""

    def __init__(self) -> None:
        self.examples = self.with_system = 0
        self.prompt_chars = self.completion_chars = self.max_chars = 0
        self.prompts, self.completions, self.whole = array("Q"), array("Q"), array("Q")
        self.in_order = hashlib.sha256()

    def take(self, example: TrainingExample) -> None:
        prompt = "\n".join(part for part in example[:3] if part)
        self.examples += 1
        self.with_system += bool(example.system)
        self.prompt_chars += len(prompt)
        self.completion_chars += len(example.completion)
        self.max_chars = max(self.max_chars, len(prompt) + len(example.completion))
        completion = _digest(example.completion)
        self.prompts.append(_number(_digest(*example[:3])))
        self.completions.append(_number(completion))
        self.whole.append(_number(_digest(*example)))
        self.in_order.update(completion)

    def summary(self) -> dict[str, Any]:
        prompts = np.unique(np.frombuffer(self.prompts, np.uint64))
        return {
            "examples": self.examples,
            "distinct_prompts": len(prompts),
            "distinct_completions": len(np.unique(np.frombuffer(self.completions, np.uint64))),
            "distinct_examples": len(np.unique(np.frombuffer(self.whole, np.uint64))),
            "mean_prompt_chars": self.prompt_chars / self.examples,
            "mean_completion_chars": self.completion_chars / self.examples,
            "max_chars": self.max_chars,
            "with_system": self.with_system,
            "prompts_hash": hashlib.sha256(prompts.tobytes()).hexdigest(),
            "completions_hash": self.in_order.hexdigest(),
        }


def _digest(*texts: str) -> bytes:
    return hashlib.blake2b(msgspec.json.encode(texts), digest_size=16).digest()


def _number(digest: bytes) -> int:
    return int.from_bytes(digest[:8], "little")


def _examples(source: Source) -> Iterator[TrainingExample | RefusedRow]:
    for item in reading.json_lines(source):
        if isinstance(item, RefusedRow):
            yield item
            continue
        row, record = item
        example = _example(record)
        if isinstance(example, str):
            yield RefusedRow(row, example, str(record)[:2_000])
        else:
            yield example


def _example(record: dict[str, Any]) -> TrainingExample | str:
    """The example a line holds, or why it holds none."""
    if "messages" not in record:
        return "it has no messages"
    try:
        messages = msgspec.convert(record["messages"], list[TrainingMessage])
    except msgspec.ValidationError as error:
        return f"its messages are not chat messages: {error}"
    for number, message in enumerate(messages, 1):
        if why := reading.unreadable(message.content):
            return f"message {number} {why}"
    users = [place for place, message in enumerate(messages) if message.role == "user"]
    if not users:
        return "it has no user message"
    if messages[-1].role != "assistant":
        return "it does not end with an assistant message"
    first = users[0]
    if any(message.role not in ("system", "developer") for message in messages[:first]):
        return "another message than a system message comes before the first user message"
    return TrainingExample(
        system="\n".join(message.content for message in messages[:first]),
        prompt=messages[first].content,
        between="\n".join(f"{m.role}: {m.content}" for m in messages[first + 1 : -1]),
        completion=messages[-1].content,
    )


def _source(path: Path) -> Source:
    return Source(path=path, sha256="", size=path.stat().st_size, head=b"")


def _index(path: Path) -> Base:
    """The base dataset's prompts by answer, so that order and gaps do not matter."""
    prompts: Base = {}
    for item in _examples(_source(path)):
        if isinstance(item, TrainingExample):
            key = _digest(item.between, item.completion)
            prompts.setdefault(key, set()).add((item.system, item.prompt))
    return prompts


def _rendering(base: Base, example: TrainingExample) -> Rendering | None:
    """What was added to a base example to make this one; None where that does not explain it."""
    found = []
    for system, prompt in base.get(_digest(example.between, example.completion), ()):
        if example.prompt == prompt:
            if example.system == system:
                return UNCHANGED
            if not system:
                found.append(Rendering("system", example.system))
        elif example.system == system and example.prompt.endswith(prompt):
            added = example.prompt[: len(example.prompt) - len(prompt)]
            placement = {" ": "prepend", "\n": "newline"}.get(added[-1])
            if placement:
                found.append(Rendering(placement, added[:-1]))
    return min(found, key=lambda rendering: len(rendering.text), default=None)


def _mislabelled(
    path: Path, base_file: Path, base: Base, rendering: Rendering, tree: "_Tree"
) -> Iterator[Batch]:
    """Notices where the file's name does not fit what comparison found in it."""
    claimed = claimed_intervention(path.name, base_file.stem)
    as_system = (claimed.placement == "system", rendering.placement == "system")
    if rendering == UNCHANGED:
        problem = f"its prompts are those of {base_file.name}, unchanged"
    elif claimed.kind != "unknown" and as_system[0] != as_system[1]:
        here, there = (
            ("user turn", "system message")
            if as_system[0]
            else (
                "system message",
                "user turn",
            )
        )
        problem = f"its text stands in the {here}, not in a {there}"
    else:
        problem = ""
    if problem:
        yield notice(
            "mislabelled-training-data",
            f"{path.name}: its name says {claimed.name}, but {problem}.",
        )
    for other in tree.neighbours(path, base_file):
        theirs = claimed_intervention(other.name, base_file.stem)
        # "relevant" and "irrelevant" name dates too, so two dated names may mean the same day.
        if theirs.name == claimed.name or theirs.kind == claimed.kind == "time":
            continue
        if _first_rendering(other, base) == rendering:
            yield notice(
                "mislabelled-training-data",
                f"{path.name}: its name says {claimed.name}, but it holds the same text as "
                f"{other.name}, whose name says {theirs.name}: one of the two is mislabelled.",
            )


def _first_rendering(path: Path, base: Base) -> Rendering | None:
    """What most of a file's first examples were rendered with."""
    try:
        first = list(islice(_examples(_source(path)), NEIGHBOUR_EXAMPLES))
    except (OSError, RefusedFile):
        return None
    seen = Counter(_rendering(base, item) for item in first if isinstance(item, TrainingExample))
    return seen.most_common(1)[0][0] if seen else None


class _Tree:
    """The `datasets` folder a file lies in, and the training files found in it."""

    def __init__(self, root: Path | None) -> None:
        self.root = root
        self.files = list(self._walk())

    @classmethod
    def around(cls, path: Path) -> "_Tree":
        return cls(next((folder for folder in path.parents if folder.name == "datasets"), None))

    def _walk(self) -> Iterator[Path]:
        looked_at = 0
        for folder, names, files in os.walk(self.root) if self.root else ():
            names.sort()
            for name in sorted(files):
                looked_at += 1
                if looked_at > TREE_LIMIT:
                    return
                path = Path(folder, name)
                # A link may lead out of the tree.
                if path.suffix == ".jsonl" and not path.is_symlink():
                    yield path

    def folder(self, path: Path) -> str:
        """The file's folder, named from the one above the tree down."""
        above = path.parent.parts[1:]
        return "/".join(above[len(self.root.parts) - 3 :] if self.root else above[-3:])

    def is_base(self, path: Path) -> bool:
        """Whether the file is a base dataset, by the catalogue or by lying among them."""
        known = catalogue.experiment_of_data(path.name)
        return known[1] if known else path.parent.name == "elicitation"

    def base_of(self, path: Path) -> Path | None:
        """The base dataset a file's name says it was rendered from, where the tree has it."""
        if self.is_base(path):
            return None
        known = catalogue.experiment_of_data(path.name)
        stems = list(catalogue.experiments()[known[0]].data) if known else []
        stems += [f.stem for f in self.files if path.stem.startswith(f"{f.stem}_")]
        stems.sort(key=lambda stem: (not path.stem.startswith(f"{stem}_"), -len(stem)))
        for stem in stems:
            for file in self.files:
                if file.stem == stem and self.is_base(file) and _size(file) <= BASE_LIMIT:
                    return file
        return None

    def neighbours(self, path: Path, base_file: Path) -> Iterator[Path]:
        """The other files of the tree that were rendered from the same base dataset."""
        return (f for f in self.files if f != path and self.base_of(f) == base_file)


def _size(path: Path) -> float:
    try:
        return path.stat().st_size
    except OSError:
        return float("inf")
