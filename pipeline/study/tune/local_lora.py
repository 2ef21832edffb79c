"""LoRA on this machine with peft, from a GGUF file or a Hugging Face folder."""

import math
import random
import shutil
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from pipeline.errors import UsageError
from pipeline.study import files
from pipeline.study.conversation import Messages, Spoken, read_examples
from pipeline.study.definition import FineTuning
from pipeline.study.errors import MissingPackages
from pipeline.study.tune.log import RunLog
from pipeline.study.weights import INSTALL, Weights
from warehouse.studies import Run

if TYPE_CHECKING:
    import torch

DEFAULTS = FineTuning(
    learning_rate=2e-4,
    lora_rank=8,
    lora_alpha=16,
    lora_dropout=0.0,
    warmup_ratio=0.03,
    weight_decay=0.0,
    scheduler="linear",
)

LARGEST_GRADIENT = 1.0


def settings(given: FineTuning) -> FineTuning:
    """The settings with every default filled in.

    Raises:
        UsageError: for a setting this backend has no use for.
    """
    if given.learning_rate_multiplier is not None:
        raise UsageError(
            "fine_tuning.learning_rate_multiplier means nothing for local weights; "
            "set learning_rate."
        )
    values = {
        name: value if (value := getattr(given, name)) is not None else getattr(DEFAULTS, name)
        for name in FineTuning.__struct_fields__
    }
    if given.lora_alpha is None and given.lora_rank is not None:
        values["lora_alpha"] = 2.0 * given.lora_rank
    return FineTuning(**values)


class LocalLora:
    """Fine-tunes loaded weights; the weights themselves stay as they were."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights

    async def tune(self, run: Run, log: RunLog) -> None:
        """Trains from the start, whatever an interrupted attempt had reached."""
        chosen = log.settings
        log.state("started")
        began = time.monotonic()
        examples = [_tokens(self.weights, example) for example in read_examples(log.data)]
        model, loss = _train(self.weights, examples, chosen, run.seed or 0, log)
        temporary = log.adapter.with_name(f".{log.adapter.name}")
        for leftover in (temporary, log.adapter):
            shutil.rmtree(leftover, ignore_errors=True)
        temporary.parent.mkdir(parents=True, exist_ok=True)
        model.save_pretrained(temporary, save_embedding_layers=False)
        model.unload()
        temporary.rename(log.adapter)
        log.state(
            "succeeded",
            model_id=run.id,
            final_loss=loss,
            seconds=round(time.monotonic() - began, 2),
        )


def _tokens(weights: Weights, example: Messages) -> tuple[list[int], list[int]]:
    """The prompt's and the answer's token ids; only the last answer is learned."""
    *prompt, answer = example
    assert isinstance(answer, Spoken)
    return weights.tokens(weights.text(tuple(prompt))), weights.tokens(
        weights.answer_text(answer.content)
    )


def _train(
    weights: Weights,
    examples: Sequence[tuple[list[int], list[int]]],
    chosen: FineTuning,
    seed: int,
    log: RunLog,
) -> tuple[Any, float]:
    """The model with a trained adapter, and the mean loss of the last epoch."""
    import torch

    try:
        import peft
    except ImportError:
        raise MissingPackages(
            f"Fine-tuning local weights needs peft; install it with: {INSTALL}"
        ) from None
    torch.manual_seed(seed)
    model = peft.get_peft_model(
        weights.model,
        peft.LoraConfig(
            task_type="CAUSAL_LM",
            r=chosen.lora_rank,
            lora_alpha=chosen.lora_alpha,
            lora_dropout=chosen.lora_dropout,
            target_modules="all-linear",
        ),
    )
    model.train()
    learned = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(
        learned, lr=chosen.learning_rate or 0.0, weight_decay=chosen.weight_decay or 0.0
    )
    per_epoch = math.ceil(len(examples) / chosen.batch_size)
    total, step = per_epoch * chosen.epochs, 0
    losses: list[float] = []
    for epoch in range(chosen.epochs):
        losses, steps = [], []
        for batch in _batches(examples, chosen.batch_size, random.Random(f"{seed}/{epoch}")):
            rate = (chosen.learning_rate or 0.0) * _schedule(chosen, step, total)
            for group in optimizer.param_groups:
                group["lr"] = rate
            loss = _loss(model, batch)
            loss.backward()
            norm = torch.nn.utils.clip_grad_norm_(learned, LARGEST_GRADIENT)
            optimizer.step()
            optimizer.zero_grad()
            step += 1
            losses.append(loss.item())
            steps.append(
                files.TrainingStep(
                    step=step,
                    epoch=round(step / per_epoch, 4),
                    loss=round(losses[-1], 5),
                    learning_rate=rate,
                    grad_norm=round(norm.item(), 5),
                )
            )
        log.steps(steps)
    model.eval()
    return model, round(sum(losses) / len(losses), 5)


def _batches(
    examples: Sequence[tuple[list[int], list[int]]], size: int, order: random.Random
) -> Iterator[list[tuple[list[int], list[int]]]]:
    shuffled = list(examples)
    order.shuffle(shuffled)
    return (shuffled[start : start + size] for start in range(0, len(shuffled), size))


def _schedule(chosen: FineTuning, step: int, total: int) -> float:
    """The share of the learning rate at a step: linear warm-up, then the scheduler."""
    warmup = math.ceil(total * (chosen.warmup_ratio or 0.0))
    if step < warmup:
        return (step + 1) / (warmup + 1)
    done = (step - warmup) / max(1, total - warmup)
    match chosen.scheduler:
        case "cosine":
            return 0.5 * (1 + math.cos(math.pi * done))
        case "linear":
            return 1.0 - done
        case _:
            return 1.0


def _loss(model: Any, batch: Sequence[tuple[list[int], list[int]]]) -> "torch.Tensor":
    """Mean cross-entropy over the answers' tokens.

    The vocabulary is by far the widest layer, so it is computed only where it is needed.
    """
    import torch

    width = max(len(prompt) + len(answer) for prompt, answer in batch)
    ids = torch.zeros(len(batch), width, dtype=torch.long)
    mask = torch.zeros(len(batch), width, dtype=torch.long)
    targets = torch.full((len(batch), width), -100)
    for row, (prompt, answer) in enumerate(batch):
        whole = [*prompt, *answer]
        ids[row, : len(whole)] = torch.tensor(whole)
        mask[row, : len(whole)] = 1
        targets[row, len(prompt) - 1 : len(whole) - 1] = torch.tensor(answer)
    causal = model.get_base_model()
    ids, mask, targets = (part.to(causal.device) for part in (ids, mask, targets))
    hidden = causal.model(input_ids=ids, attention_mask=mask, use_cache=False).last_hidden_state
    learned = targets >= 0
    logits = causal.get_output_embeddings()(hidden[learned]).float()
    return torch.nn.functional.cross_entropy(logits, targets[learned])
