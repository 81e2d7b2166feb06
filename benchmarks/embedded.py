"""The embedded model against the bare llama.cpp server: `python -m benchmarks.embedded`.

A recipe (the one that ships, unless --recipe names another) is run with the embedded model; then the very same
requests, taken from the run's ledger, are put to a llama.cpp server by a loop that keeps as many in flight: once in the
order in which dialoom sent them, once shuffled. Compared are the tokens made a second, and how many tokens of a prompt
had to be evaluated because the server's prefix cache did not hold them.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from benchmarks._bare import ask_all
from benchmarks._figures import Figure, parser, run, tell

import dialoom
from dialoom.models import ChatRequest, ReadLedger, parse_model
from dialoom.models.backends.embedded import Embedded
from dialoom.models.dialect import Dialect
from dialoom.models.entry import Entry
from dialoom.models.weights import find_weights

_NAME = "embedded"
_SHIPPED = Path(dialoom.__file__).parent / "recipes" / "diasynth.yaml"
_SEED = 1


@dataclass(frozen=True, slots=True)
class Pass:
    """All requests once.

    Attributes:
        made: tokens of the answers.
        sent, evaluated: tokens of the prompts, and those of them that were not in the prefix cache.
    """

    calls: int
    seconds: float
    made: int
    sent: int
    evaluated: int

    @classmethod
    def of(cls, answers: Sequence[bytes], seconds: float) -> Pass:
        """What llama.cpp's answers say."""
        bodies = [orjson.loads(answer) for answer in answers]
        timings = [body["timings"] for body in bodies]
        return cls(
            len(bodies),
            seconds,
            sum(timing["predicted_n"] for timing in timings),
            sum(timing["prompt_n"] + timing["cache_n"] for timing in timings),
            sum(timing["prompt_n"] for timing in timings),
        )

    def told(self, what: str) -> str:
        """In a line."""
        return (
            f"  {what}: {self.calls} calls in {self.seconds:.1f} s, {self.made / self.seconds:.1f} tokens/s, "
            f"{self.evaluated / self.calls:.0f} of {self.sent / self.calls:.0f} prompt tokens evaluated a call"
        )


def measure(arguments: argparse.Namespace) -> list[Figure]:
    """The run, and its requests twice again."""
    model = parse_model("embedded").model_copy(update={"slots": arguments.slots})
    assert isinstance(model, Embedded)
    problems = model.problems(Path.cwd())
    if problems:
        return [Figure(_NAME, "the embedded model", None, note=f"{problems[0]}")]
    with tempfile.TemporaryDirectory() as folder:
        recipe = dialoom.load_recipe(arguments.recipe)
        recipe.models = dict.fromkeys(recipe.models, model)
        report = dialoom.run(recipe, Path(folder) / "run", limit=arguments.seeds)
        if report.error is not None:
            raise report.error
        entries = _entries(Path(folder) / "run" / "ledger.sqlite")
    begun = min(entry.answered_at - entry.latency for entry in entries)
    own = Pass.of([entry.answer for entry in entries], max(entry.answered_at for entry in entries) - begun)
    tell(own.told("dialoom"))
    requests = [_body(entry) for entry in entries]
    bare = _ask_bare(requests, model)
    tell(bare.told("bare, in the same order"))
    random.Random(_SEED).shuffle(requests)
    shuffled = _ask_bare(requests, model)
    tell(shuffled.told("bare, shuffled"))
    rates = [each.made / each.seconds for each in (own, bare)]
    evaluated = [each.evaluated / each.calls for each in (own, bare, shuffled)]
    return [
        Figure(_NAME, "tokens made a second", rates[0], "/s"),
        Figure(_NAME, "tokens made a second, to the bare server", rates[0] / rates[1], "x", least=0.95),
        Figure(_NAME, "prompt tokens sent, a call", own.sent / own.calls),
        Figure(_NAME, "prompt tokens evaluated, a call", evaluated[0]),
        Figure(_NAME, "prompt tokens evaluated, to those sent", own.evaluated / own.sent, "x"),
        Figure(_NAME, "prompt tokens evaluated, to the same order asked bare", evaluated[0] / evaluated[1], "x"),
        Figure(_NAME, "prompt tokens evaluated, to a shuffled order", evaluated[0] / evaluated[2], "x", most=1.0),
    ]


def _entries(path: Path) -> list[Entry]:
    """The calls in a ledger, in the order in which they were sent."""
    ledger = ReadLedger(path)
    try:
        found = [entry for key in ledger if (entry := ledger.get(key)) is not None]
    finally:
        ledger.close()
    return sorted(found, key=lambda entry: entry.answered_at - entry.latency)


def _body(entry: Entry) -> dict[str, Any]:
    """The request as it was sent to llama.cpp."""
    asked = orjson.loads(entry.request)
    return Dialect(grammar="grammar").body("any", ChatRequest(**asked), {})


def _ask_bare(requests: Sequence[dict[str, Any]], model: Embedded) -> Pass:
    """Put the requests to a server of its own, as many at once as the model has slots."""
    import xllamacpp

    weights = find_weights()
    assert weights is not None
    params = xllamacpp.CommonParams()
    params.model.path = str(weights)
    params.port = 0
    params.n_parallel = model.slots
    params.n_ctx = model.slots * model.context
    params.n_gpu_layers = -1
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = os.cpu_count() or 1
    params.verbosity = -1
    params.warmup = False
    params.ui = False
    params.fit_params = False
    server = xllamacpp.Server(params)
    asked = ask_all(f"{server.listening_address}/v1", requests, model.slots)
    return Pass.of(asked.answers, asked.seconds)


def options() -> argparse.ArgumentParser:
    """Its options."""
    known = parser(__doc__)
    known.add_argument("--recipe", type=Path, default=_SHIPPED, help="the recipe; left out, diasynth")
    known.add_argument("--seeds", type=int, default=1, help="seed records of it")
    known.add_argument("--slots", type=int, default=4, help="calls in flight")
    return known


if __name__ == "__main__":
    sys.exit(run(measure, options()))
