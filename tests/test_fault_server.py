"""The promises of the fault server, our instrument for the rest of the tests."""

from __future__ import annotations

import http.client
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.support.fault_server import ROOT, FaultServer
from tests.support.fault_words import WORDS


def body_of(text: str, **more: Any) -> dict[str, Any]:
    return {"model": "fault-model", "messages": [{"role": "user", "content": text}], **more}


def post(server: FaultServer, body: dict[str, Any], timeout: float = 10.0, key: str = "") -> tuple[int, Any]:
    """Status and JSON of one chat request; text if the answer is not JSON."""
    status, _, data = post_raw(server, orjson.dumps(body), timeout, key)
    try:
        return status, orjson.loads(data)
    except orjson.JSONDecodeError:
        return status, data.decode()


def post_raw(
    server: FaultServer, raw: bytes, timeout: float = 10.0, key: str = ""
) -> tuple[int, http.client.HTTPMessage, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=timeout)
    try:
        connection.request("POST", "/v1/chat/completions", raw, {"Authorization": f"Bearer {key}"})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def said(answer: tuple[int, Any]) -> str:
    assert answer[0] == 200
    return str(answer[1]["choices"][0]["message"]["content"])


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_answers_depend_on_the_body_alone() -> None:
    one = {"model": "m", "messages": [{"role": "user", "content": "Hello."}], "seed": 1}
    turned = {"seed": 1, "messages": [{"content": "Hello.", "role": "user"}], "model": "m"}
    with FaultServer() as server, FaultServer(seed=9, latency=0.01) as other:
        first = said(post(server, one))
        assert said(post(server, {**one, "seed": 2})) != first
        assert said(post(server, one)) == first
        assert said(post(other, turned)) == first
        assert [entry["nth"] for entry in server.requests()] == [1, 1, 2]
    assert len(set(re.findall(r"[a-z]+", first.lower())) & set(WORDS)) >= 10
    assert len(WORDS) >= 300


def test_scripts_and_lists_follow_the_message() -> None:
    with FaultServer() as server:
        script = said(post(server, body_of("Write a dialogue.\nSpeakers: Maria and Tom\nTopic: rain")))
        plain = said(post(server, body_of("Write a conversation about rain.")))
        listed = said(post(server, body_of("Please list 40 topics.")))
        quick = said(post(server, body_of("List 3 situations for a conversation.")))
    assert [line.split(": ")[0] for line in script.splitlines()] == ["Maria", "Tom"] * 3
    assert [line.split(": ")[0] for line in plain.splitlines()] == ["A", "B"] * 3
    lines = listed.splitlines()
    assert len(lines) == 40
    assert all(line.startswith("- ") for line in lines)
    words = [word for line in lines for word in re.findall(r"[a-z]+", line.lower())]
    assert len(set(words)) == len(words)
    assert len(quick.splitlines()) == 3


def test_json_satisfies_the_schema() -> None:
    node = {
        "type": "object",
        "properties": {
            "speaker": {"enum": ["Maria", "Tom"]},
            "text": {"type": "string", "minLength": 70, "maxLength": 75},
            "score": {"type": "integer", "minimum": 3, "exclusiveMaximum": 5},
            "share": {"type": "number", "minimum": 0.5, "maximum": 0.6},
            "next": {"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]},
            "kind": {"const": "turn"},
            "sure": {"type": "boolean"},
        },
        "required": ["speaker", "text"],
        "additionalProperties": False,
    }
    turns = {"type": "array", "items": {"$ref": "#/$defs/node"}, "minItems": 4, "maxItems": 5}
    schema = {
        "type": "object",
        "properties": {"turns": turns},
        "required": ["turns"],
        "$defs": {"node": node},
    }
    form = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}
    seen: set[str] = set()
    with FaultServer() as server:
        for i in range(20):
            answer = said(post(server, body_of(f"Case {i}", response_format=form)))
            seen.add(answer)
            value = orjson.loads(answer)
            assert list(value) == ["turns"]
            assert 4 <= len(value["turns"]) <= 5
            for turn in value["turns"]:
                assert list(turn) == list(node["properties"])  # type: ignore[call-overload]
                assert turn["speaker"] in ("Maria", "Tom")
                assert 70 <= len(turn["text"]) <= 75
                assert turn["score"] in (3, 4)
                assert 0.5 <= turn["share"] <= 0.6
                assert turn["kind"] == "turn"
                assert isinstance(turn["sure"], bool)
                assert turn["next"] is None or "speaker" in turn["next"]
        loose = said(post(server, body_of("Case", response_format={"type": "json_object"})))
        bad = {"type": "json_schema", "json_schema": {"schema": {"type": "string", "pattern": "^a$"}}}
        assert post(server, body_of("Case", response_format=bad))[0] == 400
    assert isinstance(orjson.loads(loose), dict)
    assert len(seen) == 20


def statuses(server: FaultServer, count: int, tries: int) -> list[int]:
    return [post(server, body_of(f"Number {i % count}"))[0] for i in range(count * tries)]


def test_faults_are_drawn_by_body_and_turn() -> None:
    knobs = {"rate_500": 0.2, "rate_503": 0.1, "rate_429": 0.2}
    with FaultServer(seed=1, **knobs) as server:  # type: ignore[arg-type]
        first = statuses(server, 100, 2)
        stats = server.stats()
        server.reset()
        assert server.stats()["requests"] == 0
        assert statuses(server, 100, 2) == first
        server.reset(seed=2)
        assert statuses(server, 100, 2) != first
    assert first[:100] != first[100:]
    assert 20 <= first.count(500) <= 60
    assert 8 <= first.count(503) <= 36
    assert 20 <= first.count(429) <= 60
    assert stats["by_fault"] == {f"rate_{one}": first.count(one) for one in (500, 503, 429)}
    assert stats["by_status"] == {str(one): first.count(one) for one in (200, 500, 503, 429)}
    assert stats["answered"] == first.count(200)


def test_spoilt_answers() -> None:
    with FaultServer(wrong_json=1.0) as server:
        status, text = post(server, body_of("Hello."))
        assert status == 200
        assert isinstance(text, str)
        server.reset(wrong_json=0.0, no_choices=1.0)
        status, value = post(server, body_of("Hello."))
        assert status == 200
        assert "choices" not in value
        server.reset(no_choices=0.0, empty=1.0)
        assert said(post(server, body_of("Hello."))) == ""
        server.reset(empty=0.0, torn=1.0)
        with pytest.raises(http.client.IncompleteRead) as torn:
            post(server, body_of("Hello."))
        assert torn.value.expected is not None
        assert abs(len(torn.value.partial) - torn.value.expected) <= 1
        entry = server.requests()[0]
        assert (entry["status"], entry["fault"], entry["written"]) == (200, "torn", False)
        assert server.stats()["answered"] == 0


def test_limit_on_requests_in_flight() -> None:
    with FaultServer(latency=1.0, max_in_flight=3, retry_after=7) as server:
        with ThreadPoolExecutor(6) as pool:
            answers = list(pool.map(lambda i: post_raw(server, orjson.dumps(body_of(f"N {i}"))), range(6)))
        refused = [headers["Retry-After"] for status, headers, _ in answers if status == 429]
        assert sorted(status for status, _, _ in answers) == [200] * 3 + [429] * 3
        assert refused == ["7"] * 3
        stats = server.stats()
        assert (stats["most_in_flight"], stats["in_flight"], stats["by_fault"]) == (
            3,
            0,
            {"max_in_flight": 3},
        )


def test_slow_when_crowded() -> None:
    with FaultServer(latency=0.3, slow_after=2, slow_factor=1.0) as server, ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda i: post(server, body_of(f"N {i}")), range(8)))
        took = {e["in_flight"]: (e["t_answered"] or 0) - e["t_received"] for e in server.requests()}
    assert 0.29 <= took[2] < 0.8
    assert took[8] >= 1.19


def test_dead_and_back_again_counts_repeats() -> None:
    with FaultServer(dead_after=3) as server:
        for i in range(3):
            said(post(server, body_of(f"N {i}")))
        connection = http.client.HTTPConnection("127.0.0.1", server.port)
        connection.request("GET", "/v1/models")
        with pytest.raises(ConnectionResetError) as reset:
            connection.getresponse()
        assert reset.type is ConnectionResetError  # http.client has a subclass for a plain close
        connection.close()
        with pytest.raises(ConnectionResetError) as reset:
            post(server, body_of("N 3"))
        assert reset.type is ConnectionResetError
        server.change(dead_after=None)
        said(post(server, body_of("N 3")))
        stats = server.stats()
        assert (stats["requests"], stats["unique_answered"], stats["repeats"]) == (5, 4, 0)
        said(post(server, body_of("N 1")))
        stats = server.stats()
        assert (stats["answered"], stats["unique_answered"], stats["repeats"]) == (5, 4, 1)
        assert [entry["repeat"] for entry in server.requests()] == [False] * 5 + [True]


def test_refusals_in_openai_form() -> None:
    rules = ["(?s)poison.*pill=>422", "deadly=>500"]
    with FaultServer(
        key="sesame", strict_model=True, models=["one", "two"], status_for=rules, reject_response_format=True
    ) as server:

        def refusal(text: str, model: str = "one", key: str = "sesame", **more: Any) -> tuple[int, str, Any]:
            status, value = post(server, body_of(text, **{"model": model, **more}), key=key)
            assert set(value["error"]) == {"message", "type", "param", "code"}
            return status, value["error"]["message"], value["error"]["param"]

        assert refusal("Hello.", key="wrong")[0] == 401
        assert refusal("Hello.", model="three")[0] == 404
        assert refusal("a poison\npill")[0] == 422
        assert refusal("a deadly thing")[0] == 500
        status, message, param = refusal("Hello.", response_format={"type": "json_object"})
        assert (status, param) == (400, "response_format")
        assert "response_format" in message
        assert said(post(server, body_of("Hello.", model="two"), key="sesame"))
        connection = http.client.HTTPConnection("127.0.0.1", server.port)
        connection.request("GET", "/v1/models", headers={"Authorization": "Bearer sesame"})
        data = orjson.loads(connection.getresponse().read())["data"]
        connection.close()
        assert [(one["id"], one["owned_by"]) for one in data] == [
            ("one", "fault-server"),
            ("two", "fault-server"),
        ]


def test_log_and_what_was_not_written(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    with FaultServer(log=str(path)) as server:
        server.change(answer="x" * 20_000_000)
        with socket.create_connection(("127.0.0.1", server.port)) as s:
            raw = orjson.dumps(body_of("Never read."))
            s.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(raw) + raw)
            s.recv(10)
            assert server.stats()["answered"] == 0
            assert server.stats()["in_flight"] == 1
        wait_until(lambda: server.stats()["in_flight"] == 0)
        assert len(said(post(server, body_of("Read.")))) == 20_000_000
        left, read = server.requests()
        assert (left["fault"], left["written"], left["body"]) == (
            "client_gone",
            False,
            body_of("Never read."),
        )
        assert (read["fault"], read["written"], read["status"]) == (None, True, 200)
        assert (read["t_answered"] or 0) >= read["t_received"] > time.time() - 60
        server.reset(answer="echo", keep_bodies=False, keep_log=False)
        assert said(post(server, body_of("Say it."))) == "Say it."
        assert server.requests() == []
        assert server.stats()["answered"] == 1
    lines = [orjson.loads(line) for line in path.read_bytes().splitlines()]
    assert [line["written"] for line in lines] == [False, True, True]
    assert lines[1] == read


def wait_until(true: Callable[[], bool], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_process_ends_at_once_with_requests_hanging() -> None:
    command = [sys.executable, "-m", "tests.support.fault_server", "--port", "0", "--hang", "1"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        url = process.stdout.readline()
        found = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/v1\n", url)
        assert found is not None
        server = FaultServer(port=int(found[1]))
        caller = socket.create_connection(("127.0.0.1", server.port), timeout=5)
        raw = orjson.dumps(body_of("Hello."))
        caller.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(raw) + raw)
        wait_until(lambda: server.stats()["by_fault"] == {"hang": 1})
        start = time.monotonic()
        process.terminate()
        assert process.wait(5) == 0
        assert time.monotonic() - start < 20
        assert caller.recv(10) == b""
        caller.close()
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def test_pause_and_no_process_left_behind() -> None:
    with FaultServer() as server:
        pid = server.process.pid
        server.pause()
        with pytest.raises(TimeoutError):
            post(server, body_of("Hello."), timeout=0.3)
        server.resume()
        assert said(post(server, body_of("Hello.")))
        server.pause()
    assert gone(pid)
    with pytest.raises(ValueError, match="sum to 1"):
        FaultServer(rate_500=0.7, hang=0.7)
    taken = socket.create_server(("127.0.0.1", 0))
    with pytest.raises(RuntimeError, match="did not start"), FaultServer(port=taken.getsockname()[1]):
        pass
    taken.close()
