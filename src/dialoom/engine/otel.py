"""A run in OpenTelemetry's terms: a span for the run and one for each call, and metrics of both.

Names and attributes are those of the semantic conventions for generative AI, and begin with `dialoom.` where these have
none. Source: opentelemetry.io/docs/specs/semconv/gen-ai.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib.metadata import version
from time import time_ns
from typing import Any
from urllib.parse import urlsplit

import orjson
from opentelemetry import context, metrics, trace

from dialoom.engine.report import Report
from dialoom.models import ChatAnswer, ChatRequest, Meter
from dialoom.models.observer import Ended

_SECONDS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92]
_TOKENS = [4**power for power in range(14)]
_PROVIDERS = {
    "api.openai.com": "openai",
    "api.mistral.ai": "mistral_ai",
    "api.groq.com": "groq",
    "api.deepseek.com": "deepseek",
}
# Parameters whose name in the conventions differs from OpenAI's.
_RENAMED = {"stop": "stop_sequences", "max_completion_tokens": "max_tokens"}
_PARAMS = ("temperature", "top_p", "top_k", "max_tokens", "seed", "frequency_penalty", "presence_penalty")
_ENDINGS = ("kept", "rejected", "failed")

Attributes = dict[str, Any]


class OpenTelemetry:
    """Tells OpenTelemetry of a run (a Telemetry).

    Args:
        tracer_provider, meter_provider: where spans and metrics go; left out, to the program's global ones.
        texts: record prompts and answers, as `gen_ai.input.messages` and `gen_ai.output.messages`.
    """

    def __init__(
        self,
        tracer_provider: trace.TracerProvider | None = None,
        meter_provider: metrics.MeterProvider | None = None,
        *,
        texts: bool = False,
    ) -> None:
        self._texts = texts
        self._tracer = trace.get_tracer("dialoom", version("dialoom"), tracer_provider)
        meter = metrics.get_meter("dialoom", version("dialoom"), meter_provider)
        self._duration = meter.create_histogram(
            "gen_ai.client.operation.duration", "s", "Duration of calls", explicit_bucket_boundaries_advisory=_SECONDS
        )
        self._tokens = meter.create_histogram(
            "gen_ai.client.token.usage", "{token}", "Tokens of calls", explicit_bucket_boundaries_advisory=_TOKENS
        )
        self._active = meter.create_up_down_counter(
            "dialoom.calls.active", "{call}", "Calls that are not over, those that wait for their turn included"
        )
        self._retries = meter.create_counter("dialoom.calls.retries", "{attempt}", "Attempts after the first of a call")
        self._faults = meter.create_counter("dialoom.calls.faults", "{attempt}", "Attempts that brought no answer")
        self._records = meter.create_counter("dialoom.records", "{record}", "Records that came to an end")
        self._told = dict.fromkeys(_ENDINGS, 0)
        self._run: trace.Span = trace.INVALID_SPAN
        self._inside = context.Context()

    def start(self, report: Report, meter: Meter) -> None:
        self._told = {ending: getattr(report.counts, ending) for ending in _ENDINGS}
        self._run = self._tracer.start_span(
            f"run {report.recipe}",
            attributes={
                "dialoom.recipe": report.recipe,
                "dialoom.recipe_hash": report.recipe_hash,
                "dialoom.run": report.run,
            },
        )
        self._inside = trace.set_span_in_context(self._run)

    def update(self, report: Report, meter: Meter) -> None:
        for ending, before in self._told.items():
            now = getattr(report.counts, ending)
            if now > before:
                self._records.add(now - before, {"dialoom.recipe": report.recipe, "dialoom.ending": ending})
            self._told[ending] = now

    def say(self, message: str) -> None:
        self._run.add_event(message)

    def stop(self, report: Report, meter: Meter) -> None:
        self.update(report, meter)
        for name in ("seeds", "records", *_ENDINGS, "pending"):
            self._run.set_attribute(f"dialoom.records.{name}", getattr(report.counts, name))
        self._run.set_attribute("dialoom.status", report.status)
        if report.error is not None:
            self._run.set_attribute("error.type", type(report.error).__name__)
            self._run.set_status(trace.StatusCode.ERROR, report.why)
        self._run.end()

    def begun(self) -> None:
        self._active.add(1)

    def ended(self, call: Ended) -> None:
        self._active.add(-1)
        attempts, answer = call.attempts, call.answer
        asker = {"dialoom.node": call.node, "dialoom.model": call.model}
        if attempts.retries:
            self._retries.add(attempts.retries, asker)
        for fault in attempts.faults:
            self._faults.add(1, asker | {"error.type": _named(fault.value)})
        if answer is None and not attempts.sent:
            # The run stopped before it was its turn.
            return
        began, over = attempts.first_at or call.begun_at, time_ns()
        about: Attributes = {
            "gen_ai.operation.name": "chat",
            "gen_ai.request.model": attempts.model or call.model,
            **_server(attempts.url),
        }
        error = None if answer is not None else _error(call)
        self._count(about | asker, answer, error, (over - began) / 1e9)
        self._trace(about | asker, call, error, began, over)

    def _count(self, about: Attributes, answer: ChatAnswer | None, error: str | None, seconds: float) -> None:
        self._duration.record(seconds, about if error is None else about | {"error.type": error})
        if answer is not None and (answer.prompt_tokens or answer.completion_tokens):
            self._tokens.record(answer.prompt_tokens, about | {"gen_ai.token.type": "input"})
            self._tokens.record(answer.completion_tokens, about | {"gen_ai.token.type": "output"})

    def _trace(self, about: Attributes, call: Ended, error: str | None, began: int, over: int) -> None:
        name = f"chat {about['gen_ai.request.model']}"
        span = self._tracer.start_span(name, self._inside, trace.SpanKind.CLIENT, about, start_time=began)
        if span.is_recording():
            span.set_attribute("dialoom.record", call.record)
            span.set_attribute("dialoom.attempts", call.attempts.sent)
            span.set_attributes(_request(call.request))
            if call.answer is not None:
                span.set_attributes(_response(call.answer))
            if error is not None:
                span.set_attribute("error.type", error)
                span.set_status(trace.StatusCode.ERROR, str(call.error))
            if self._texts:
                span.set_attributes(_texts(call.request, call.answer))
        span.end(over)


def _named(kind: str) -> str:
    return kind.replace(" ", "_")


def _error(call: Ended) -> str:
    """What the call ended with: the last attempt's fault, or the error where it was cut off before there was one."""
    faults = call.attempts.faults
    return _named(faults[-1].value) if faults else type(call.error).__name__


@lru_cache(maxsize=256)
def _server(url: str) -> Attributes:
    parts = urlsplit(url)
    if parts.hostname is None:
        return {"gen_ai.provider.name": "openai_compatible"}
    return {
        "gen_ai.provider.name": _PROVIDERS.get(parts.hostname, "openai_compatible"),
        "server.address": parts.hostname,
        "server.port": parts.port or (443 if parts.scheme == "https" else 80),
    }


def _request(request: ChatRequest) -> Attributes:
    found: Attributes = {"gen_ai.output.type": "json" if request.schema is not None else "text"}
    for given, value in request.params.items():
        name = _RENAMED.get(given, given)
        if name == "stop_sequences":
            found["gen_ai.request.stop_sequences"] = [value] if isinstance(value, str) else value
        elif name in _PARAMS and isinstance(value, (int, float)):
            found[f"gen_ai.request.{name}"] = value
    return found


def _response(answer: ChatAnswer) -> Attributes:
    body = orjson.loads(answer.raw)
    found: Attributes = {
        "gen_ai.response.id": body.get("id"),
        "gen_ai.response.model": body.get("model"),
        "gen_ai.response.finish_reasons": [answer.finish_reason] if answer.finish_reason else None,
    }
    if answer.prompt_tokens or answer.completion_tokens:
        found["gen_ai.usage.input_tokens"] = answer.prompt_tokens
        found["gen_ai.usage.output_tokens"] = answer.completion_tokens
    return {name: value for name, value in found.items() if value is not None}


def _texts(request: ChatRequest, answer: ChatAnswer | None) -> Attributes:
    """What was asked and answered, as JSON of the conventions' form."""
    asked = [_message(message) for message in request.messages]
    found = {"gen_ai.input.messages": orjson.dumps(asked).decode()}
    if answer is not None:
        calls = [{"function": {"name": call.name, "arguments": call.arguments}} for call in answer.tool_calls]
        message = {"role": "assistant", "content": answer.text, "tool_calls": calls}
        said = {**_message(message), "finish_reason": answer.finish_reason}
        found["gen_ai.output.messages"] = orjson.dumps([said]).decode()
    return found


def _message(message: Mapping[str, Any]) -> dict[str, Any]:
    """A message in the conventions' form: its text, its tool calls, or the response of a tool, as parts."""
    content = message.get("content")
    if message["role"] == "tool":
        parts = [{"type": "tool_call_response", "id": message.get("tool_call_id"), "response": content}]
        return {"role": "tool", "parts": parts}
    calls = [
        {
            "type": "tool_call",
            "id": call.get("id"),
            "name": call["function"]["name"],
            "arguments": call["function"]["arguments"],
        }
        for call in message.get("tool_calls") or ()
    ]
    texts = [{"type": "text", "content": content}] if content or not calls else []
    return {"role": str(message["role"]), "parts": [*texts, *calls]}
