"""Training sets with their interventions, and a manifest that says what each file is."""

import hashlib

from pipeline.study import files, lines
from pipeline.study.conversation import Messages, serialized
from pipeline.study.errors import FolderConflict
from pipeline.study.layout import Folder
from pipeline.study.plan import Plan


def render(plan: Plan, folder: Folder) -> list[str]:
    """Writes every training set of the plan that is not there already; returns those written."""
    written, entries = [], []
    for experiment, intervention in plan.training_sets:
        examples = plan.training_set(experiment, intervention)
        content = serialized(examples)
        path = folder.training_set(experiment, intervention)
        if not path.exists() or path.read_bytes() != content:
            lines.write_bytes(path, content)
            written.append(str(path.relative_to(folder.path)))
        entries.append(_entry(plan, experiment, intervention, examples, content))
    manifest = files.TrainingSets(plan.study.name, entries)
    if written or not _is_described(folder, manifest):
        lines.write_json(folder.training_manifest, manifest)
    return written


def _is_described(folder: Folder, manifest: files.TrainingSets) -> bool:
    """Whether the manifest is there already; one that cannot be read is written again."""
    if not folder.training_manifest.exists():
        return False
    try:
        return files.document(folder.training_manifest, files.TrainingSets) == manifest
    except FolderConflict:
        return False


def _entry(
    plan: Plan, experiment: str, intervention: str, examples: tuple[Messages, ...], content: bytes
) -> files.TrainingSet:
    study = plan.study.experiments[experiment]
    given = study.interventions.get(intervention)
    prompts = [_joined(example[:-1]) for example in examples]
    completions = [example[-1].content for example in examples]
    return files.TrainingSet(
        file=f"{experiment}__{intervention}.jsonl",
        experiment=experiment,
        dataset=study.dataset,
        intervention=intervention,
        kind=given.kind if given else "none",
        relevance=given.relevance if given else "none",
        placement=given.placement if given else "none",
        dose=given.dose if given else None,
        text=given.text if given else None,
        sha256=hashlib.sha256(content).hexdigest(),
        base_sha256=hashlib.sha256(serialized(plan.examples(experiment))).hexdigest(),
        examples=len(examples),
        distinct_prompts=len(set(prompts)),
        distinct_completions=len(set(completions)),
        distinct_examples=len(set(examples)),
        mean_prompt_chars=sum(map(len, prompts)) / len(prompts),
        mean_completion_chars=sum(map(len, completions)) / len(completions),
        max_chars=max(len(p) + len(c) for p, c in zip(prompts, completions, strict=True)),
        with_system=sum(example[0].role == "system" for example in examples),
        prompts_hash=_hash(sorted(set(prompts))),
        completions_hash=_hash(completions),
    )


def _joined(messages: Messages) -> str:
    return "\n".join(message.content for message in messages)


def _hash(texts: list[str]) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()
