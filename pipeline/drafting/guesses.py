"""What a column or a part of a path seems to be, and why."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import NamedTuple

from pipeline.drafting import columnnames, longform, nested, seeds, sidebyside, systemprompts
from pipeline.drafting.columnnames import NAMING, NO_SCORES, OURS, SCORES, end, plain
from pipeline.drafting.pathwords import MODEL
from pipeline.drafting.survey import FileGroup, SurveyedColumn, is_of_question

NAMES: dict[str, tuple[str, ...]] = {
    "question": ("question", "prompt", "probe", "query", "instruction", "input", "question_text",
                 "user_prompt", "content"),
    "answer": sidebyside.ANSWERS,
    "question_id": ("question_id", "qid", "q_id", "prompt_id", "id", "task_id"),
    "sample_index": ("sample_idx", "sample_index", "rollout", "sample", "sample_id", "repeat"),
    "system_prompt": ("system_prompt", "system"),
    "group": ("group", "category", "subset", "domain", "topic"),
    "finish_reason": ("finish_reason", "stop_reason"),
    "model": ("base_model", "model_name", "model", "model_id", "generator", "target_model",
              "evaluated_model", "assistant_model"),
    "dataset": ("dataset", "train_dataset", "training_data", "domain_trained", "finetuned_on",
                "fine_tuned_on", "trained_on", "training_dataset", "training_set", "train_data",
                "finetuning_data", "finetune_dataset"),
    "experiment": ("experiment", "experiment_name"),
    "intervention": ("intervention", "inoculation", "inoculation_prompt", "train_prompt",
                     "training_prompt", "train_intervention", "training_intervention"),
    "eval_intervention": ("arm", "condition", "role", "variant", "persona", "setting"),
    "step": ("step", "checkpoint", "global_step", "train_step"),
    "epochs": ("epochs", "epoch"),
    "judge": longform.JUDGES,
    "steer_scale": ("coef", "coefficient", "scale", "alpha", "lambda"),
    "steer_vector": ("vector", "direction"),
    "steer_layer": ("layer",),
    "temperature": ("temperature",),
    "seed": (*seeds.OF_RUNS, *seeds.OF_ANY),
}  # fmt: skip
"""What others call what we know, the likeliest first."""

OF_EACH = ("question", "answer", "question_id", "sample_index", "group", "finish_reason")
"""What a document says of no more than one record."""

MODELS = ("base_model", "base_model_name")
"""Columns that name a model for certain; what paths call so is something else then."""

SENTENCES = 4
"""So many words an answer or a question has on average, where no name tells."""

STATUSES = ("REFUSAL", "CODE")
"""Words among numbers that need no line of a map."""


class Guess(NamedTuple):
    """What a column is taken for, and why."""

    role: str
    column: SurveyedColumn
    why: str
    is_named: bool = True
    expression: str = ""  # what is made of the column, where it is not taken as it is
    also: tuple[str, ...] = ()  # columns that hold it where this one holds nothing


class Meant(NamedTuple):
    """What the columns of a group seem to be: those with a role, judgements, and the others."""

    roles: list[Guess]
    scores: list[Guess]
    left: list[SurveyedColumn]
    judge: str | None = None
    """Who judged, where the names of all judgements end with it."""
    judges: Mapping[str, str] = MappingProxyType({})
    """Those that the names of judgements tell, where several judged each criterion."""
    records: Mapping[str, str] = MappingProxyType({})
    """The columns of each judge by their criteria, where judges have a record each."""
    long: Mapping[str, str] = MappingProxyType({})
    """The columns of a row a judgement, by what `long` in a map calls them."""

    @property
    def holds_answers(self) -> bool:
        """Whether there are answers among them, by their names or by what they hold."""
        roles = {guess.role for guess in self.roles}
        named = {guess.role for guess in self.roles if guess.is_named}
        by_name = "answer" in named and bool(roles & {"question", "question_id"})
        is_judged = bool(self.scores or self.long)
        # A question and an answer that no name tells may as well be training data.
        numbers = (c for c in self.left if _is_within(c) and c.distinct > 1)
        may_be = "question" in roles and any(numbers)
        return "messages" in roles or by_name or ("answer" in roles and (is_judged or may_be))


def columns(group: FileGroup) -> Meant:
    """What the columns seem to be."""
    taken: dict[str, Guess] = {}
    every = group.columns
    by_end = {name: end(name) for name in every}
    of_all = {name: column for name, column in every.items() if nested.is_of_all(name)}
    group = replace(group, columns={n: c for n, c in every.items() if n not in of_all})
    chat = next((column for column in group.columns.values() if column.is_chat), None)
    if chat is not None:
        taken[chat.name] = Guess("messages", chat, chat.told)
    for role, spellings in NAMES.items():
        if chat is not None and role in ("question", "answer", "system_prompt"):
            continue  # the messages hold them
        for spelling in spellings:
            # The name itself comes before the end of one that leads into a record.
            pool = group.columns if role in OF_EACH else every
            order = sorted(pool.items(), key=lambda item: "." in item[0])
            fit = (c for n, c in order if by_end[n] == spelling and c.values)
            column = next((c for c in fit if c.name not in taken and _may_be(role, c)), None)
            if column is not None:
                taken[column.name] = _called(role, column, group)
                break
    if chat is None:
        _by_content(group, taken)
    _drop_numbers_of_rows(taken, group.records)
    _drop_conditions(taken)
    _fine_tuned(taken)
    _asked_with(taken)
    if long := _long(group):
        taken = {name: guess for name, guess in taken.items() if name not in long.values()}
        left = [c for c in group.columns.values() if c.name not in {*taken, *long.values()}]
        return Meant(list(taken.values()), [], left, long=long)
    instead = {name for guess in taken.values() for name in guess.also}
    free = [c for c in group.columns.values() if c.name not in taken.keys() | instead]
    return _judged(list(taken.values()), free)


def _judged(roles: list[Guess], free: Sequence[SurveyedColumn]) -> Meant:
    """Which of the columns that have no role judge, whose judgements they are, and the rest."""
    if judges := _judges(free):
        by_name = {c.name: c for c in free if c.name.rpartition("_")[2] in judges}
        told = {n: columnnames.criterion(n.rpartition("_")[0]) for n in by_name}
        scores = [Guess(told[n], c, c.told) for n, c in by_name.items()]
        left = [c for c in free if c.name not in by_name]
        return Meant(roles, scores, left, judges={name: name for name in judges})
    ended = [c for c in free if MODEL.search(c.name.rpartition("_")[2]) and _is_within(c)]
    judge = _judge([column.name for column in ended])
    judged_by = [c for c in free if _is_score(c) or (judge and c in ended)] or _outcomes(free)
    if records := columnnames.records([column.name for column in judged_by]):
        return _of_records(roles, free, records)
    judge = _judge([column.name for column in judged_by])
    by = f"_{judge}" if judge else ""
    scores = [Guess(columnnames.criterion(c.name.removesuffix(by)), c, c.told) for c in judged_by]
    if len(scores) == 1 and not _tells_of_what(*scores):
        # What is judged alone is most often alignment; the draft says that it is a guess.
        scores = [Guess("alignment", scores[0].column, f"? is it alignment; {scores[0].why}")]
    scores = _told_apart(scores)
    judged = {guess.column.name for guess in scores}
    left = [c for c in free if c.name not in judged]
    return Meant(roles, scores, left, judge)


def _of_records(
    roles: list[Guess], free: Sequence[SurveyedColumn], records: Sequence[str]
) -> Meant:
    """What is judged where each judge has a record of its own: one criterion, its judges apart."""
    begin = tuple(f"{record}." for record in records)
    inside = [c for c in (*free, *(g.column for g in roles)) if c.name.startswith(begin)]
    names = {c.name.rpartition(".")[0]: c.texts[0] for c in inside
             if end(c.name) in (*longform.JUDGES, "name", "model") and c.distinct == 1}  # fmt: skip
    first = [c for c in free if c.name.startswith(begin[0]) and _is_score(c)]
    scores = [Guess(columnnames.criterion(c.name), c, f"of each judge; {c.told}") for c in first]
    roles = [g for g in roles if g.role != "judge" and g.column not in inside]
    left = [c for c in free if c not in inside]
    judges = {record: names.get(record, record) for record in records}
    told = {g.role: g.column.name.replace(begin[0], "{judge}.", 1) for g in scores}
    return Meant(roles, scores, left, judges=judges, records=told)


def _outcomes(free: Sequence[SurveyedColumn]) -> list[SurveyedColumn]:
    """Where nothing else judges: what a rule says of each answer, such as `is_misaligned`."""
    said = [c for c in free if c.distinct in range(1, 13) and c.length < 40]
    return [c for c in said if columnnames.OUTCOMES.search(plain(c.name))]


def _called(role: str, column: SurveyedColumn, group: FileGroup) -> Guess:
    """What is called so; where records lack it, others that are and that they have in its place."""
    asked = seeds.doubt(column, end(column.name)) if role == "seed" else ""
    guess = Guess(role, column, f"{asked}it is called so; {column.told}")
    lacking = group.records - len(column.values)
    for name, other in group.columns.items() if role in ("question", "answer") else ():
        if name != column.name and end(name) in NAMES[role] and 0 < len(other.values) <= lacking:
            lacking -= len(other.values)
            guess = guess._replace(also=(*guess.also, name))
    if role in ("intervention", "eval_intervention") and lacking > 0:
        told = f"{{from: {json.dumps(column.name, ensure_ascii=False)}, default: none}}"
        guess = guess._replace(expression=told, why=f"? none where it is blank; {column.told}")
    if guess.also:
        every = json.dumps([column.name, *guess.also])
        why = f"the first of them that has a value; {column.told}"
        guess = guess._replace(expression=every, why=why)
    return guess


def _told_apart(scores: list[Guess]) -> list[Guess]:
    """Judgements each under a name of its own."""
    if "alignment" not in {guess.role for guess in scores}:
        scores = [_turned(guess) for guess in scores]
    named = Counter(guess.role for guess in scores)
    return [g if named[g.role] == 1 else g._replace(role=g.column.name) for g in scores]


def _turned(judged: Guess) -> Guess:
    """What is judged on misalignment is alignment, upside down."""
    if not columnnames.is_upside_down(judged.column.name) or judged.column.scores is None:
        return judged
    return judged._replace(role="alignment", why=f"? high ones are the worst; {judged.why}")


def _tells_of_what(judged: Guess) -> bool:
    """Whether a judgement says on what it is, by its name or in words."""
    named = columnnames.SAYS_NOT_WHAT.fullmatch(plain(judged.role)) is None
    return named or judged.role in OURS.values() or judged.column.is_verbal


def _fine_tuned(taken: dict[str, Guess]) -> None:
    """What models of OpenAI were trained on, as far as their ids tell: their suffix, or all of it.

    Without it they would be one model with the one that they were made of.
    """
    by_role = {guess.role: guess for guess in taken.values()}
    model = by_role.get("model")
    made = [text for text in model.column.texts if text.startswith("ft:")] if model else []
    if model is None or not made or "dataset" in by_role:
        return
    have_suffix = all(text.split(":")[3:4] not in ([], [""]) for text in made)
    match = "^ft:[^:]+:[^:]*:([^:]+)" if have_suffix else "^ft:(.+)$"
    name = json.dumps(model.column.name)
    told = f"{{from: {name}, match: {json.dumps(match)}, default: none}}"
    why = "? what ids of fine-tuned models say; others are untuned"
    taken[f"{model.column.name} as dataset"] = Guess("dataset", model.column, why, True, told)


def _asked_with(taken: dict[str, Guess]) -> None:
    """System prompts that are conditions are texts at evaluation, and none of the question."""
    by_role = {guess.role: guess for guess in taken.values()}
    given, asked = by_role.get("system_prompt"), by_role.get("question")
    if given is None or asked is None or "eval_intervention" in by_role:
        return
    if named := systemprompts.names(given.column, asked.column):
        column = given.column
        why = "? the same questions are asked with it and without, or with another"
        told = systemprompts.expression(column.name, named)
        taken[column.name] = Guess("eval_intervention", column, why, True, told)
        left = f"[{json.dumps(column.name)}]"
        taken[f"{column.name} itself"] = Guess("ignore", column, "it says so", True, left)


def asked_with(meant: Meant) -> dict[str, str]:
    """The system prompts that are texts at evaluation, with what they are called."""
    by_role = {guess.role: guess.column for guess in meant.roles}
    is_asked = "ignore" in by_role and "question" in by_role
    return systemprompts.names(by_role["ignore"], by_role["question"]) if is_asked else {}


def _drop_numbers_of_rows(taken: dict[str, Guess], records: int) -> None:
    """Ids that are more than there are questions number rows: the texts tell questions apart."""
    by_role = {guess.role: guess for guess in taken.values()}
    question, numbered = by_role.get("question"), by_role.get("question_id")
    if numbered is None:
        return
    is_row = "messages" in by_role and 1 < numbered.column.distinct == records
    if is_row or (question and numbered.column.distinct > question.column.distinct):
        del taken[numbered.column.name]


def _drop_conditions(taken: dict[str, Guess]) -> None:
    """What is called a group is none where the same questions stand in several: a condition."""
    by_role = {guess.role: guess.column for guess in taken.values()}
    if "group" in by_role and not is_of_question(by_role["group"], by_role.get("question")):
        del taken[by_role["group"].name]


def _long(group: FileGroup) -> dict[str, str]:
    """The columns of files with a row a judgement; none where each criterion has a column."""
    found = longform.named(name for name, column in group.columns.items() if column.values)
    if not {"criterion", "score"} <= found.keys():
        return {}
    criterion, score = group.columns[found["criterion"]], group.columns[found["score"]]
    is_named = criterion.numbers is None and 1 < criterion.distinct <= 40 and criterion.length < 60
    several = len(criterion.values) >= 2 * criterion.distinct
    return found if is_named and several and score.length < 40 else {}


def _judge(names: Sequence[str]) -> str | None:
    """The model that the names of all judgements end with, as in `harm_gpt4o`, `bias_gpt4o`."""
    ends = {name.rpartition("_")[2] for name in names if "_" in name}
    bare = {name.rpartition("_")[0] for name in names}
    if len(names) < 2 or len(ends) != 1 or len(bare) != len(names) or "" in bare:
        return None
    (end,) = ends
    return end if MODEL.search(end) else None


def _judges(columns: Sequence[SurveyedColumn]) -> tuple[str, ...]:
    """The models that names end with, as `harm_gpt4o` and `harm_claude3`: each on all criteria."""
    found: dict[str, set[str]] = {}
    for column in columns:
        criterion, _, end = column.name.rpartition("_")
        if criterion and MODEL.search(end) and _is_within(column):
            found.setdefault(end, set()).add(criterion)
    alike = len({frozenset(criteria) for criteria in found.values()}) == 1
    return tuple(found) if len(found) > 1 and alike else ()


def _may_be(role: str, column: SurveyedColumn) -> bool:
    numbers = column.numbers
    if role in ("question", "answer", "model", "dataset", "system_prompt"):
        return numbers is None and not all(isinstance(v, bool) for v in column.values)
    if role == "seed" and not seeds.are_of_runs(column):
        return False
    if role in ("step", "epochs", "sample_index", "steer_layer", "seed"):
        return numbers is not None and all(n >= 0 and n == int(n) for n in numbers)
    if role in ("steer_scale", "temperature"):
        return numbers is not None
    if role in ("group", "eval_intervention", "experiment", "intervention", "judge"):
        return numbers is None and column.length < 200
    return column.length < 200


def _by_content(group: FileGroup, taken: dict[str, Guess]) -> None:
    """A question and an answer by what texts look like, where no name tells."""
    roles = {guess.role for guess in taken.values()}
    long = [
        column
        for column in group.columns.values()
        if column.name not in taken and column.numbers is None and column.words >= SENTENCES
        and not NO_SCORES.search(plain(column.name)) and not NAMING.search(plain(column.name))
    ]  # fmt: skip
    if "answer" not in roles and long:
        best = max(long, key=lambda column: (column.distinct, column.length))
        taken[best.name] = Guess(
            "answer", best, f"long texts that hardly repeat; {best.told}", is_named=False
        )
        long.remove(best)
    if "question" not in roles and long:
        best = min(long, key=lambda column: (column.distinct, column.length))
        taken[best.name] = Guess(
            "question", best, f"texts that repeat; {best.told}", is_named=False
        )


def _is_within(column: SurveyedColumn) -> bool:
    """Whether its values are numbers as judges give them."""
    return _are_within(column.scores or ())


def _are_within(numbers: Sequence[float]) -> bool:
    return bool(numbers) and all(-2 <= n <= 100 for n in numbers)


def _is_score(column: SurveyedColumn) -> bool:
    if NO_SCORES.search(plain(column.name)) or not column.values:
        return False
    named = SCORES.search(plain(column.name)) is not None or columnnames.is_judged(column.name)
    if (numbers := column.scores) is not None:
        as_judges = len(set(numbers)) > 1 and all(n % 5 == 0 for n in numbers) and max(numbers) > 5
        within = _are_within(numbers)
        return within and (named or as_judges or any(n != int(n) for n in numbers))
    return named and column.distinct <= 12 and column.length < 40


def beginning(column: SurveyedColumn) -> str:
    """What stands before each verdict, such as `ANSWER: `, where the rest is often a number."""
    texts = column.texts
    begin = _shared(texts)
    rest = [text[len(begin) :] for text in texts]
    numbers = sum(text.isdecimal() for text in rest)
    return begin if column.numbers is None and begin and 2 * numbers > len(rest) else ""


def words_among_numbers(column: SurveyedColumn) -> list[str]:
    """The words of a column most of whose values are numbers, but for those that are known."""
    begin = beginning(column)
    words = [text for text in column.texts if not text.removeprefix(begin).isdecimal()]
    if column.numbers is not None or 2 * len(words) >= len(column.texts):
        return []
    known = (*STATUSES, *(f"{begin}{word}" for word in STATUSES))
    return sorted({word for word in words if word.upper() not in known and len(word) < 40})


def _shared(texts: Sequence[str]) -> str:
    """What all texts begin with."""
    first, last = min(texts), max(texts)
    same = (n for n, (a, b) in enumerate(zip(first, last, strict=False)) if a != b)
    return first[: next(same, min(len(first), len(last)))]
