"""Reading what servers send: completions of all makes, errors, and Retry-After."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialoom.models.chat import NotACompletion, read_completion
from dialoom.models.faults import FaultKind, fault_of


def body(message: Any, **more: Any) -> bytes:
    return json.dumps({"choices": [{"message": message, "finish_reason": "stop"}], **more}).encode()


def test_a_usual_answer() -> None:
    raw = body({"content": "hi", "reasoning_content": "hm"}, usage={"prompt_tokens": 3, "completion_tokens": 2})
    answer = read_completion(raw, 0.5)
    assert (answer.text, answer.reasoning, answer.finish_reason) == ("hi", "hm", "stop")
    assert (answer.prompt_tokens, answer.completion_tokens, answer.raw, answer.latency) == (3, 2, raw, 0.5)


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ({"content": None}, ""),
        ({}, ""),
        ({"content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}, "ab"),
        ({"content": [{"type": "image"}, "x", {"text": None}]}, ""),
        ({"content": 5}, ""),
        ({"content": "x", "reasoning": {"deep": 1}}, "x"),
    ],
)
def test_odd_content(message: Any, text: str) -> None:
    answer = read_completion(body(message), 0)
    assert answer.text == text
    assert answer.reasoning is None


@pytest.mark.parametrize("usage", [None, [], "none", {"prompt_tokens": None}, {"prompt_tokens": "many"}, {"x": 1}])
def test_odd_usage_counts_nothing(usage: Any) -> None:
    answer = read_completion(body({"content": "x"}, usage=usage), 0)
    assert (answer.prompt_tokens, answer.completion_tokens) == (0, 0)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<html>",
        b"null",
        b"[]",
        b"3",
        b'{"error": {"message": "no"}}',
        b'{"choices": []}',
        b'{"choices": {}}',
        b'{"choices": [null]}',
        b'{"choices": [{"message": null}]}',
        b'{"choices": [{"message": "hi"}]}',
        b'{"choices": [{"mess',
        b"\xff\xfe",
    ],
)
def test_no_completion(raw: bytes) -> None:
    with pytest.raises(NotACompletion):
        read_completion(raw, 0)


@given(
    st.binary(max_size=60)
    | st.recursive(st.none() | st.text(max_size=4), st.lists).map(lambda v: json.dumps(v).encode())
)
def test_no_bytes_raise_anything_else(raw: bytes) -> None:
    with pytest.raises(NotACompletion):
        read_completion(raw, 0)


def waits(header: str | None) -> float | None:
    return fault_of(429, b"", header).retry_after


def test_retry_after_in_seconds() -> None:
    assert waits("7") == 7.0
    assert waits(" 0.5 ") == 0.5
    assert waits("-3") == 0.0


@pytest.mark.parametrize("header", [None, "", "soon", "inf", "nan", "Wed, 99 Foo 2015 07:28:00 GMT"])
def test_retry_after_that_says_nothing(header: str | None) -> None:
    assert waits(header) is None


def test_retry_after_as_a_date(monkeypatch: pytest.MonkeyPatch) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=30)
    for text in (format_datetime(soon, usegmt=True), format_datetime(soon).replace("+0000", "-0000")):
        seconds = waits(text)
        assert seconds is not None
        assert 25 < seconds <= 30
    assert waits("Wed, 21 Oct 2015 07:28:00 GMT") == 0.0


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, FaultKind.REFUSED),
        (413, FaultKind.REFUSED),
        (422, FaultKind.REFUSED),
        (401, FaultKind.LOCKED_OUT),
        (402, FaultKind.LOCKED_OUT),
        (403, FaultKind.LOCKED_OUT),
        (404, FaultKind.LOCKED_OUT),
        (408, FaultKind.BROKEN),
        (429, FaultKind.OVERLOADED),
        (500, FaultKind.BROKEN),
        (503, FaultKind.OVERLOADED),
        (529, FaultKind.OVERLOADED),
        (599, FaultKind.BROKEN),
    ],
)
def test_what_a_status_means(status: int, kind: FaultKind) -> None:
    fault = fault_of(status, b"", None)
    assert fault.kind is kind
    assert fault.retryable == (kind in (FaultKind.BROKEN, FaultKind.OVERLOADED))


def test_spent_credit_is_not_tried_again() -> None:
    spent = fault_of(429, b'{"error": {"code": "insufficient_quota", "message": "You exceeded your quota"}}', "1")
    assert spent.kind is FaultKind.LOCKED_OUT
    assert "You exceeded" in str(spent)


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b'{"error": {"message": "too long"}}', "400 too long"),
        (b'{"error": "too long"}', "400 too long"),
        (b'{"detail": "too long"}', "400 too long"),
        (b"too long\n", "400 too long"),
        (b"", "400"),
    ],
)
def test_the_server_is_quoted(raw: bytes, message: str) -> None:
    assert str(fault_of(400, raw, None)) == message
