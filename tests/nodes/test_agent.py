"""An agent calls tools until it can answer: what it is told, what is kept, and what is known before the first call."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from typer.testing import CliRunner

import dialoom
from dialoom.cli.main import app
from dialoom.errors import RecordError, Rejected
from tests.nodes.running import Outcome, recipe, run
from tests.support.fault_server import FaultServer

WEATHER = {
    "name": "weather",
    "description": "The weather in a city.",
    "arguments": {"city": "text", "days": "integer"},
    "result": {"sky": ["sunny", "rainy"], "degrees": "integer"},
}


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer() as running:
        yield running


def find_order(
    number: int, kind: Literal["order", "return"] = "order", notes: list[str] | None = None
) -> dict[str, Any]:
    """Find an order.

    Looks it up by its number,
    on two lines.

    Args:
        number: The order's number,
            of four digits.
        kind: What it is.

    Returns:
        What was found.
    """
    return {"number": number, "kind": kind}


def asked(server: FaultServer) -> list[dict[str, Any]]:
    return [entry["body"] for entry in server.requests()]


def agent(url: Any, folder: Path, rows: int = 1, **fields: Any) -> Outcome:
    made = recipe(url, [{"topic": f"t{number}"} for number in range(rows)])
    fields = {"prompt": "About {{ topic }}", "tools": [WEATHER], "tool_choice": "required", **fields}
    made.add("help", "agent", **fields)
    return run(made, folder)


def test_a_simulated_tool_answers_by_its_schema_and_all_is_kept(server: FaultServer, tmp_path: Path) -> None:
    kept = agent(server.url, tmp_path, system="Be brief.").only
    help = kept.fields["help"]
    calls, messages = help["calls"], help["messages"]
    assert calls
    for call in calls:
        assert set(call) == {"name", "arguments", "id", "result"}
        assert call["name"] == "weather"
        assert isinstance(call["arguments"]["city"], str)
        assert call["result"]["sky"] in ("sunny", "rainy")
    assert [message["role"] for message in messages[:4]] == ["system", "user", "assistant", "tool"]
    assert messages[-1] == {"role": "assistant", "content": help["answer"]}
    assert [e.detail for e in kept.lineage.events if e.what == "called a tool"] == calls
    first = asked(server)[0]
    assert first["tools"] == [
        {
            "type": "function",
            "function": {
                "name": "weather",
                "description": "The weather in a city.",
                "parameters": {
                    "type": "object",
                    "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
                    "required": ["city", "days"],
                    "additionalProperties": False,
                },
            },
        }
    ]
    assert first["tool_choice"] == "required"
    # After the first step the model is free.
    assert {body["tool_choice"] for body in asked(server)[1:] if "tools" in body} == {"auto"}


def test_a_function_is_told_by_its_signature_and_docstring(server: FaultServer, tmp_path: Path) -> None:
    kept = agent(server.url, tmp_path, tools=[find_order]).only
    told = asked(server)[0]["tools"][0]["function"]
    assert told["description"] == "Find an order. Looks it up by its number, on two lines."
    properties = told["parameters"]["properties"]
    assert properties["number"] == {"type": "integer", "description": "The order's number, of four digits."}
    assert properties["kind"] == {
        "enum": ["order", "return"],
        "type": "string",
        "default": "order",
        "description": "What it is.",
    }
    assert told["parameters"]["required"] == ["number"]
    for call in kept.fields["help"]["calls"]:
        assert call["result"] == {"number": call["arguments"]["number"], "kind": call["arguments"]["kind"]}


def test_functions_of_a_file_share_a_module_and_the_record(server: FaultServer, tmp_path: Path) -> None:
    (tmp_path / "steps.py").write_text(
        "SEEN = []\n"
        "def first(n: int, record: dict) -> str:\n"
        "    SEEN.append(n)\n"
        "    record['n'] = record.get('n', 0) + 1\n"
        "    return f\"{record['topic']} {record['n']} {len(SEEN)}\"\n"
        "def second(n: int, record: dict) -> str:\n"
        "    return first(n, record)\n"
    )
    (tmp_path / "r.yaml").write_text(
        f"recipe: r\nmodels: {{writer: '{server.url}'}}\nsource: {{rows: [{{topic: a}}]}}\nnodes:\n"
        "  help: {kind: agent, prompt: '{{ topic }}', tool_choice: second,"
        " tools: ['steps.py:first', 'steps.py:second']}\n"
    )
    dialoom.run(dialoom.load_recipe(tmp_path / "r.yaml"), tmp_path / "out")
    (kept,) = dialoom.Corpus.open(tmp_path / "out" / "corpus").dialogues()
    assert [call["result"] for call in kept.fields["help"]["calls"]] == [
        f"a {n} {n}" for n in range(1, len(kept.fields["help"]["calls"]) + 1)
    ]
    assert asked(server)[0]["tool_choice"] == {"type": "function", "function": {"name": "second"}}
    # Parameter `record` is no argument.
    assert list(asked(server)[0]["tools"][0]["function"]["parameters"]["properties"]) == ["n"]


def raises(n: int) -> str:
    raise KeyError(n)


def exits(n: int) -> str:
    raise SystemExit(3)


def hangs(n: int) -> str:
    time.sleep(600)
    return ""


async def hangs_too(n: int) -> str:
    await asyncio.sleep(600)
    return ""


def not_as_told(n: int) -> int:
    return "seven"  # type: ignore[return-value]


def no_json(n: int) -> Any:
    return object()


@pytest.mark.parametrize(
    ("tool", "says"),
    [
        (raises, "the tool raised KeyError"),
        (exits, "the tool raised SystemExit"),
        (hangs, "no answer within 0.2 s"),
        (hangs_too, "no answer within 0.2 s"),
        (not_as_told, "what its schema does not allow"),
        (no_json, "what JSON cannot hold"),
    ],
)
def test_a_tool_that_fails_gives_an_error_that_the_model_reads(
    server: FaultServer, tmp_path: Path, tool: Callable[..., Any], says: str
) -> None:
    kept = agent(server.url, tmp_path, tools=[tool], tool_seconds=0.2, steps=1).only
    (call, *_) = kept.fields["help"]["calls"]
    assert says in call["error"]
    assert "result" not in call
    told = [message for message in asked(server)[1]["messages"] if message["role"] == "tool"]
    assert says in told[0]["content"]
    assert kept.fields["help"]["answer"]


def rejects(n: int) -> str:
    raise Rejected("not this one")


def fails(n: int) -> str:
    raise RecordError("the shop is closed")


@pytest.mark.parametrize(("tool", "reason"), [(rejects, "not this one"), (fails, "the shop is closed")])
def test_a_tool_may_end_the_record(server: FaultServer, tmp_path: Path, tool: Callable[..., Any], reason: str) -> None:
    outcome = agent(server.url, tmp_path, tools=[tool])
    assert not outcome.kept
    assert [reason in why for why in outcome.reasons] == [True]


def test_steps_bound_the_rounds(server: FaultServer, tmp_path: Path) -> None:
    outcome = agent(server.url, tmp_path, rows=20, steps=1, tries=8)
    for kept in outcome.kept:
        roles = [message["role"] for message in kept.fields["help"]["messages"]]
        assert sum("tool_calls" in message for message in kept.fields["help"]["messages"]) == 1
        assert roles[-1] == "assistant"
    after = [body for body in asked(server) if "tools" in body and body["messages"][-1]["role"] == "tool"]
    assert {body["tool_choice"] for body in after} == {"none"}


def test_wrong_calls_are_told_and_asked_for_again(server: FaultServer, tmp_path: Path) -> None:
    server.change(wrong_calls=0.5)
    outcome = agent(server.url, tmp_path, rows=60, tools=[WEATHER, find_order], tries=12)
    assert not outcome.reasons
    refused = [call for kept in outcome.kept for call in kept.fields["help"]["calls"] if call.get("refused")]
    whys = " ".join(call["error"] for call in refused)
    for why in (
        "there is no tool",
        "no JSON:",
        "no JSON object",
        "is a required property",
        "surplus",
        "is not of type",
    ):
        assert why in whys
    assert "another call beside it was wrong" in whys
    assert all("result" not in call for call in refused)
    again = [e["why"] for e in outcome.events("asked again for an answer that fits")]
    assert "there is neither a text nor a call in it" in again
    # Each is told to the model, and the server takes every message that it is sent.
    assert "bad_tools" not in server.stats()["by_fault"]
    told = [str(body["messages"][-1]["content"]) for body in asked(server)]
    assert any("is a required property" in text for text in told)
    assert any("there is no tool" in text for text in told)
    for kept in outcome.kept:
        assert "wrong0" not in str(kept.fields["help"]["messages"])


def test_a_model_that_never_fits_fails_its_record_alone(server: FaultServer, tmp_path: Path) -> None:
    server.change(wrong_calls=1.0)
    outcome = agent(server.url, tmp_path, rows=3, tries=2)
    assert not outcome.kept
    assert [why.count("fitted in 2 tries") for why in outcome.reasons] == [1, 1, 1]
    assert len(asked(server)) == 6


@pytest.mark.parametrize("how", ["told", "refused"])
def test_where_a_server_takes_no_tools_they_are_told_in_words(server: FaultServer, tmp_path: Path, how: str) -> None:
    server.change(reject_tools=True)
    model = {"from": server.url, "tools": "prompt"} if how == "told" else server.url
    kept = agent(model, tmp_path, steps=1, tools=[WEATHER, find_order]).only
    (call,) = kept.fields["help"]["calls"]
    assert call["name"] == "weather"
    assert call["result"]["sky"] in ("sunny", "rainy")
    bodies = [body for body in asked(server) if "tools" not in body]
    assert (len(bodies) == len(asked(server))) is (how == "told")
    first = bodies[0]["response_format"]["json_schema"]["schema"]
    assert [branch["properties"]["tool"] for branch in first["anyOf"]] == [
        {"const": "weather"},
        {"const": "find_order"},
    ]
    assert '"name":"weather"' in bodies[0]["messages"][0]["content"]
    last = bodies[-1]
    assert list(last["response_format"]["json_schema"]["schema"]["properties"]) == ["answer"]
    assert [message["role"] for message in last["messages"]] == ["system", "user", "assistant", "user"]
    assert last["messages"][2]["content"].startswith('{"tool":"weather","arguments":')
    assert last["messages"][3]["content"].startswith('weather answers: {"sky":')


def test_the_simulator_knows_the_world_and_what_it_answered_before(server: FaultServer, tmp_path: Path) -> None:
    made = recipe(server.url, [{"topic": "t", "shop": "Order 17 is lost."}])
    made.models["player"] = dialoom.Recipe("x", models={"p": f"{server.url}#other"}, source=[{}]).models["p"]
    tools = [WEATHER, {**WEATHER, "name": "orders", "model": "player"}]
    fields = {"prompt": "{{ topic }}", "tool_choice": "required", "steps": 4, "world": "{{ shop }}"}
    for number in range(8):
        made.add(f"help{number}", "agent", tools=tools, **fields)
    kept = run(made, tmp_path).only
    simulated = [body for body in asked(server) if "tools" not in body]
    assert all("Order 17 is lost." in body["messages"][0]["content"] for body in simulated)
    by_model = {body["model"]: body["messages"][-1]["content"].partition("(")[0] for body in simulated}
    assert by_model == {"other": "orders", "fault-model": "weather"}
    later = [body["messages"] for body in simulated if len(body["messages"]) > 2]
    assert later
    assert all(messages[1]["content"].startswith(("weather(", "orders(")) for messages in later)
    assert kept.fields["help0"]["calls"]


def test_the_same_run_again_asks_nothing(server: FaultServer, tmp_path: Path) -> None:
    made = recipe(server.url, [{"topic": f"t{number}"} for number in range(10)])
    made.add("help", "agent", prompt="{{ topic }}", tools=[WEATHER, find_order], tries=12)
    server.change(wrong_calls=0.3)
    dialoom.run(made, tmp_path / "a")
    count = len(asked(server))
    (tmp_path / "b").mkdir()
    # A ledger that is there, and no corpus: each answer comes from it.
    for file in (tmp_path / "a").glob("ledger*"):
        file.rename(tmp_path / "b" / file.name)
    dialoom.run(made, tmp_path / "b")
    assert len(asked(server)) == count
    texts = [
        sorted(
            kept.model_dump_json(include={"fields"})
            for kept in dialoom.Corpus.open(tmp_path / name / "corpus").dialogues()
        )
        for name in ("a", "b")
    ]
    assert texts[0] == texts[1]


def test_examples_show_their_calls(server: FaultServer, tmp_path: Path) -> None:
    call = {
        "id": "call00001",
        "type": "function",
        "function": {"name": "weather", "arguments": '{"city":"Rome","days":1}'},
    }
    shown = [
        {"role": "user", "content": "About Rome"},
        {"role": "assistant", "content": "", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call00001", "content": "sunny"},
        {"role": "assistant", "content": "It is sunny."},
    ]
    examples = {"rows": [{"topic": "Rome", "help": {"messages": shown}}], "take": 1}
    kept = agent(server.url, tmp_path, examples=examples).only
    assert asked(server)[0]["messages"] == [*shown, {"role": "user", "content": "About t0"}]
    assert kept.lineage.examples
    assert [message["role"] for message in kept.fields["help"]["messages"]][:2] == ["user", "assistant"]


def test_words_that_are_no_call_are_told_and_asked_for_again(tmp_path: Path) -> None:
    with FaultServer(answer='{"tool": "weather"}') as server:
        outcome = agent({"from": server.url, "tools": "prompt"}, tmp_path, tries=3)
        asks = asked(server)
    assert ["fitted in 3 tries: the value is wrong" in why for why in outcome.reasons] == [True]
    assert len(asks) == 3
    # What it wrote goes back to it with what is wrong with it.
    assert "tool" in asks[1]["messages"][-2]["content"]
    assert asks[1]["messages"][-1]["content"].startswith("That is not right: ")


def test_a_preview_shows_the_calls(server: FaultServer, tmp_path: Path) -> None:
    (tmp_path / "r.yaml").write_text(
        f"recipe: r\nmodels: {{writer: '{server.url}'}}\nsource: {{rows: [{{topic: a}}]}}\nnodes:\n"
        "  help: {kind: agent, prompt: '{{ topic }}', tool_choice: required,"
        " tools: {name: weather, arguments: {city: text}, result: {sky: [sunny]}}}\n"
    )
    shown = CliRunner().invoke(app, ["preview", str(tmp_path / "r.yaml")])
    assert shown.exit_code == 0, shown.output
    assert 'weather({"city":' in shown.output
    assert '{"sky":"sunny"}' in shown.output
