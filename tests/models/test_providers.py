"""Models beyond OpenAI's own address: Azure's header and query, and any provider through LiteLLM."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import dialoom
from dialoom.errors import RecipeError
from dialoom.graph.check import check
from dialoom.models import parse_model
from tests.models.scripted import Scripted
from tests.nodes.running import recipe, run
from tests.support.fault_server import FaultServer
from tests.support.loopback import Handler, Loopback

HAVE_LITELLM = importlib.util.find_spec("litellm") is not None
needs_litellm = pytest.mark.skipif(not HAVE_LITELLM, reason="litellm is not installed (extra litellm)")


def test_azure_takes_its_key_in_a_header_and_a_version_in_the_query(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "s3cret")
    with Scripted(lambda body: "Yes.") as server:
        base = server.url.removesuffix("/v1")
        model = {
            "url": f"{base}/openai/deployments/mini?api-version=2024-10-21",
            "key": "AZURE_OPENAI_API_KEY",
            "key_header": "api-key",
        }
        assert run(recipe(model).add("a", "generate", prompt="?"), tmp_path).only.fields["a"] == "Yes."
        assert server.paths == ["/openai/deployments/mini/chat/completions?api-version=2024-10-21"]
        headers = {name.lower(): value for name, value in server.headers[0].items()}
    assert headers["api-key"] == "s3cret"
    assert "authorization" not in headers


def test_without_litellm_the_check_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, package=None: None)
    made = recipe("litellm:anthropic/claude-x").add("a", "generate", prompt="?")
    (problem,) = made.models["writer"].problems(Path())
    assert "LiteLLM, which is not installed" in str(problem)
    assert "pip install 'dialoom[litellm]'" in str(problem)


@needs_litellm
def test_a_missing_key_and_an_unknown_provider_are_known_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))

    def told(model: Any) -> str:
        with pytest.raises(RecipeError) as raised:
            check(recipe(model).add("a", "generate", prompt="?"))
        return str(raised.value)

    assert "the environment variable ANTHROPIC_API_KEY is not set" in told("litellm:anthropic/claude-haiku-4-5")
    assert "AZURE_API_BASE" in told("litellm:azure/mine")
    bedrock = "litellm:bedrock/anthropic.claude-3-haiku-20240307-v1:0"
    assert "AWS_ACCESS_KEY_ID" in told(bedrock)
    # A role or a profile may stand for keys.
    check(recipe({"from": bedrock, "options": {"aws_region_name": "eu-west-1"}}).add("a", "generate", prompt="?"))
    assert "knows no provider for 'nonsense'" in told("litellm:nonsense")
    assert "MY_OWN_KEY is not set" in told({"from": "litellm:anthropic/claude-haiku-4-5", "key": "MY_OWN_KEY"})
    monkeypatch.setenv("ANTHROPIC_API_KEY", "x")
    check(recipe("litellm:anthropic/claude-haiku-4-5").add("a", "generate", prompt="?"))


@needs_litellm
def test_prices_are_those_of_its_table_unless_given() -> None:
    known = parse_model("litellm:openai/gpt-4o-mini").price
    assert known is not None
    assert 0 < known.input < known.output
    own = parse_model({"from": "litellm:openai/gpt-4o-mini", "price": {"input": 1, "output": 2}}).price
    assert own is not None
    assert (own.input, own.output) == (1, 2)
    assert parse_model("litellm:openai/nobody-knows-it").price is None
    other = parse_model({"from": "litellm:openai/gpt-4o-mini", "model": "openai/nobody-knows-it"})
    assert other.price is None


@needs_litellm
def test_through_litellm_faults_are_told_apart_and_answers_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_KEY", "x")
    rows = {"rows": [{"topic": f"topic {number}"} for number in range(12)]}
    with FaultServer(rate_500=0.15, rate_429=0.15, retry_after=0.05, status_for=["topic 7=>400"]) as server:
        model = {"from": "litellm:openai/gpt-4o-mini", "url": server.url, "key": "MY_KEY"}
        made = recipe(model, rows).add("line", "generate", prompt="Say something about {{ topic }}.")
        made.add("typed", "generate", prompt="A ticket for {{ line }}", schema={"title": "text"})
        report = dialoom.run(made, tmp_path / "out")
        answered = server.stats()["answered"]
        again = dialoom.run(made, tmp_path / "again")
        assert again.counts == report.counts, "a second loop has connections of its own"
        dialoom.run(made, tmp_path / "out", retry=True)
        # Only the record that was refused is asked again.
        assert server.stats()["by_status"]["400"] == 3
        assert server.stats()["repeats"] >= answered - 1
    assert (report.counts.kept, report.counts.failed) == (11, 1)
    numbers = json.loads((tmp_path / "out" / "run.json").read_bytes())
    line = next(node for node in numbers["nodes"] if node["node"] == "line")
    assert line["ledger_hits"] >= 0
    assert numbers["money"] is None or numbers["money"] > 0
    kept = report.dialogues()
    assert all(isinstance(dialogue.fields["typed"]["title"], str) for dialogue in kept)
    assert all(len(dialogue.lineage.calls) == 2 for dialogue in kept)


@contextmanager
def anthropic() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A server that speaks Anthropic's protocol, and what it was asked."""
    asked: list[dict[str, Any]] = []

    class MessagesHandler(Handler):
        def post(self, sent: bytes) -> None:
            body = json.loads(sent)
            asked.append({"path": self.path, "key": self.headers.get("x-api-key"), **body})
            answer = {
                "id": "msg_1",
                "type": "message",
                "role": "assistant",
                "model": body["model"],
                "content": [{"type": "text", "text": "Bonjour."}],
                "stop_reason": "end_turn",
                "usage": {"input_tokens": 11, "output_tokens": 3},
            }
            self.send(200, json.dumps(answer).encode(), "application/json")

    with Loopback(MessagesHandler) as server:
        yield server.origin, asked


@needs_litellm
def test_another_protocol_than_openais(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "s3cret")
    with anthropic() as (url, asked):
        made = recipe({"from": "litellm:anthropic/claude-haiku-4-5", "url": url})
        made.add("a", "generate", system="Be French.", prompt="Say hello.", max_tokens=20)
        outcome = run(made, tmp_path)
    (call,) = asked
    assert outcome.only.fields["a"] == "Bonjour."
    assert call["path"] == "/v1/messages"
    assert call["key"] == "s3cret"
    assert "Be French." in json.dumps(call["system"])
    numbers = json.loads((tmp_path / "run0" / "run.json").read_bytes())
    assert (numbers["nodes"][0]["prompt_tokens"], numbers["nodes"][0]["completion_tokens"]) == (11, 3)
    assert numbers["money"] > 0


@needs_litellm
def test_a_refused_key_stops_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", "wrong")
    with FaultServer(key="right") as server:
        model = {"from": "litellm:openai/gpt-4o-mini", "url": server.url, "key": "MY_KEY"}
        report = dialoom.run(recipe(model).add("a", "generate", prompt="?"), tmp_path / "out")
    assert report.status == "stopped"
    assert "401" in str(report.why)
