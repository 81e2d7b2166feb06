"""The job of `peer_job` with Bespoke Curator, in an environment that holds it (pip install bespokelabs-curator)."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import Any

from benchmarks.peer_job import DIALOGUE, PERSONA, filled, parse, topics

arguments = parse()
litellm = importlib.util.find_spec("litellm")
assert litellm is not None
assert litellm.origin is not None
# Read at import: where it keeps its answers, and what keeps it from reaching out to the network.
os.environ.update(
    CURATOR_CACHE_DIR=str(arguments.out / "cache"),
    CURATOR_DISABLE_RICH_DISPLAY="1",
    TELEMETRY_ENABLED="false",
    HF_HUB_OFFLINE="1",
    HF_DATASETS_OFFLINE="1",
    LITELLM_LOCAL_MODEL_COST_MAP="True",
    TIKTOKEN_CACHE_DIR=str(Path(litellm.origin).parent / "litellm_core_utils" / "tokenizers"),
)

from bespokelabs import curator  # type: ignore[import-not-found]  # noqa: E402

UNBOUNDED = 10**10
SERVER = {
    "base_url": arguments.url,
    "api_key": "none",
    "max_concurrent_requests": arguments.conc,
    "max_requests_per_minute": UNBOUNDED,
    "max_tokens_per_minute": UNBOUNDED,
    "require_all_responses": False,
}


class Persona(curator.LLM):  # type: ignore[misc]
    """The first call."""

    def prompt(self, row: dict[str, Any]) -> str:
        return filled(PERSONA, topic=row["topic"])

    def parse(self, row: dict[str, Any], response: str) -> dict[str, Any]:
        return {**row, "persona": response}


class Dialogue(curator.LLM):  # type: ignore[misc]
    """The second."""

    def prompt(self, row: dict[str, Any]) -> str:
        return filled(DIALOGUE, **row)

    def parse(self, row: dict[str, Any], response: str) -> dict[str, Any]:
        return {**row, "dialogue": response}


def ask(step: type[curator.LLM], rows: Any) -> Any:
    """All rows through one step."""
    return step(model_name="any", backend="openai", backend_params=SERVER)(rows).dataset


personas = ask(Persona, [{"topic": topic} for topic in topics(arguments.n)])
ask(Dialogue, personas).to_json(str(arguments.out / "out.jsonl"))
