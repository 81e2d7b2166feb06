"""Runs as OpenTelemetry sees them: spans, metrics, and where they are sent."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import dialoom
from tests.engine.support import lines, weave, write
from tests.support.fault_server import FaultServer
from tests.support.loopback import Handler, Loopback

pytest.importorskip("opentelemetry.sdk", reason="OpenTelemetry's SDK is not installed: pip install 'dialoom[otel]'")

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from dialoom.engine.otel import OpenTelemetry
from dialoom.engine.otel_export import exported


def told_in(span: ReadableSpan) -> dict[str, Any]:
    """A span's attributes."""
    return dict(span.attributes or {})


class Seen:
    """What a program's providers were told."""

    def __init__(self, *, texts: bool = False) -> None:
        self._spans = InMemorySpanExporter()
        self._metrics = InMemoryMetricReader()
        tracers = TracerProvider()
        tracers.add_span_processor(SimpleSpanProcessor(self._spans))
        self.telemetry = OpenTelemetry(tracers, MeterProvider([self._metrics]), texts=texts)

    def run(self, content: dict[str, Any], out: Path, **options: Any) -> dialoom.Report:
        recipe = dialoom.load_recipe(write(out.with_suffix(".yaml"), content))
        return dialoom.run(recipe, out, telemetry=self.telemetry, **options)

    def spans(self, start: str) -> list[ReadableSpan]:
        """Spans that are over whose names begin so."""
        return [span for span in self._spans.get_finished_spans() if span.name.startswith(start)]

    def points(self, name: str) -> list[Any]:
        """The data points of a metric."""
        data = self._metrics.get_metrics_data()
        scopes = [scope for found in data.resource_metrics for scope in found.scope_metrics] if data else []
        metrics = [metric for scope in scopes for metric in scope.metrics if metric.name == name]
        return [point for metric in metrics for point in metric.data.data_points]

    def total(self, name: str, attribute: str) -> Counter[Any]:
        """The values of a counter by one attribute."""
        total: Counter[Any] = Counter()
        for point in self.points(name):
            total[point.attributes.get(attribute)] += point.value
        return total


def test_a_span_for_the_run_and_one_for_each_call(tmp_path: Path, server: FaultServer) -> None:
    seen = Seen()
    report = seen.run(weave(server), tmp_path / "run")
    (run,) = seen.spans("run ")
    calls = seen.spans("chat ")
    assert (run.name, told_in(run)["dialoom.status"]) == ("run weave", "finished")
    assert told_in(run)["dialoom.records.kept"] == report.counts.kept
    assert len(calls) == server.stats()["answered"]
    assert run.context is not None
    for span in calls:
        assert span.parent is not None
        assert (span.parent.span_id, span.name, span.kind) == (run.context.span_id, "chat fault-model", SpanKind.CLIENT)
    told = told_in(calls[0])
    assert told["gen_ai.operation.name"] == "chat"
    assert told["gen_ai.provider.name"] == "openai_compatible"
    assert (told["gen_ai.request.model"], told["gen_ai.response.model"]) == ("fault-model", "fault-model")
    assert (told["server.address"], told["server.port"]) == ("127.0.0.1", server.port)
    assert told["gen_ai.response.finish_reasons"] == ("stop",)
    assert told["gen_ai.usage.input_tokens"] > 0 < told["gen_ai.usage.output_tokens"]
    assert {told_in(span)["dialoom.node"] for span in calls} == {"subtopic", "place", "dialogue"}
    assert all(told_in(span)["dialoom.record"] for span in calls)
    times = [(span.start_time or 0, span.end_time or 0) for span in (run, *calls)]
    assert all(times[0][0] <= start <= end <= times[0][1] for start, end in times)


def test_metrics_add_up_to_the_report(tmp_path: Path, server: FaultServer) -> None:
    server.change(rate_503=0.2, retry_after=0.0)
    seen = Seen()
    report = seen.run(weave(server), tmp_path / "run")
    stats, counts = server.stats(), report.counts
    endings = {ending: number for ending in ("kept", "rejected") if (number := getattr(counts, ending))}
    assert seen.total("dialoom.records", "dialoom.ending") == endings
    assert seen.total("dialoom.calls.faults", "error.type") == {"overloaded": stats["by_status"]["503"]}
    assert sum(seen.total("dialoom.calls.retries", "dialoom.node").values()) == stats["by_status"]["503"]
    assert sum(seen.total("dialoom.calls.active", "").values()) == 0
    durations, tokens = seen.points("gen_ai.client.operation.duration"), seen.points("gen_ai.client.token.usage")
    assert sum(point.count for point in durations) == stats["answered"]
    assert {point.attributes["gen_ai.token.type"] for point in tokens} == {"input", "output"}
    spans = [told_in(span) for span in seen.spans("chat ")]
    names = ("gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens")
    assert sum(point.sum for point in tokens) == sum(span.get(name, 0) for span in spans for name in names) > 0


def test_answers_from_the_ledger_are_no_calls(tmp_path: Path, server: FaultServer) -> None:
    Seen().run(weave(server), tmp_path / "run", limit=3)
    again = Seen()
    report = again.run(weave(server), tmp_path / "run", limit=3)
    assert report.status == "finished"
    assert (len(again.spans("run ")), again.spans("chat "), again.points("dialoom.records")) == (1, [], [])


def test_a_call_that_fails_says_why(tmp_path: Path, server: FaultServer) -> None:
    server.change(status_for=["row0001=>400"])
    seen = Seen()
    seen.run(lines(server, 3), tmp_path / "run")
    (failed,) = [span for span in seen.spans("chat ") if span.status.status_code is StatusCode.ERROR]
    assert told_in(failed)["error.type"] == "refused"
    assert "400" in (failed.status.description or "")
    (point,) = [p for p in seen.points("gen_ai.client.operation.duration") if "error.type" in p.attributes]
    assert point.attributes["error.type"] == "refused"


def test_a_run_that_stops_says_why(tmp_path: Path, server: FaultServer) -> None:
    server.change(key="secret")
    seen = Seen()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WRONG_KEY", "other")
        report = seen.run(lines(server, 3, key="WRONG_KEY"), tmp_path / "run")
    assert report.status == "stopped"
    (run,) = seen.spans("run ")
    assert run.status.status_code is StatusCode.ERROR
    assert told_in(run)["error.type"] == "EndpointError"


def test_texts_are_recorded_only_where_asked_for(tmp_path: Path, server: FaultServer) -> None:
    for texts in (False, True):
        seen = Seen(texts=texts)
        seen.run(lines(server, 1), tmp_path / str(texts))
        (span,) = seen.spans("chat ")
        told = told_in(span)
        assert ("row0000" in json.dumps(told, default=str)) is texts
    (asked,) = json.loads(told["gen_ai.input.messages"])
    (said,) = json.loads(told["gen_ai.output.messages"])
    assert asked == {"role": "user", "parts": [{"type": "text", "content": "Say something about row0000."}]}
    assert (said["role"], said["finish_reason"]) == ("assistant", "stop")


class Collector(Loopback):
    """An OTLP collector that counts what it is sent."""

    def __init__(self) -> None:
        self.bytes: Counter[str] = Counter()
        outer = self

        class CollectorHandler(Handler):
            def post(self, body: bytes) -> None:
                outer.bytes[self.path] += len(body)
                self.send(200, b"")

        super().__init__(CollectorHandler)


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as made:
        yield made


def test_all_is_sent_to_the_collector_by_the_end(
    tmp_path: Path, server: FaultServer, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.origin)
    recipe = dialoom.load_recipe(write(tmp_path / "recipe.yaml", lines(server, 5)))
    with exported() as telemetry:
        dialoom.run(recipe, tmp_path / "run", telemetry=telemetry)
    assert collector.bytes.keys() == {"/v1/traces", "/v1/metrics"}


def test_the_command_exports_as_the_variables_say(tmp_path: Path, server: FaultServer) -> None:
    recipe = write(tmp_path / "recipe.yaml", lines(server, 5))
    ended = subprocess.run(
        [sys.executable, "-m", "dialoom.cli.main", "run", str(recipe), "--out", str(tmp_path / "run"), "--json"],
        env={
            **os.environ,
            "DIALOOM_OTEL": "1",
            "OTEL_TRACES_EXPORTER": "none",
            "OTEL_METRICS_EXPORTER": "console",
            "OTEL_SERVICE_NAME": "night-shift",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert json.loads(ended.stdout)["calls"] == 5
    assert "gen_ai.client.operation.duration" in ended.stderr
    assert "night-shift" in ended.stderr
    assert "trace_id" not in ended.stderr


@pytest.mark.parametrize(("name", "value"), [("OTEL_TRACES_EXPORTER", "otpl"), ("OTEL_METRICS_EXPORTER", "grph")])
def test_an_unknown_exporter_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(dialoom.DialoomError, match=f"{name}: no exporter '{value}' is installed"), exported():
        pass


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(dialoom.DialoomError, match=r"dialoom\[otel\]") as caught, exported():
        pass
    assert caught.value.exit_code == 6


def test_nothing_of_it_is_loaded_unless_asked_for(tmp_path: Path, server: FaultServer) -> None:
    recipe = write(tmp_path / "recipe.yaml", lines(server, 1))
    code = (
        "import pathlib, sys, dialoom; dialoom.run(dialoom.load_recipe(pathlib.Path(sys.argv[1])), sys.argv[2]);"
        "assert not [name for name in sys.modules if name.startswith('opentelemetry')]"
    )
    subprocess.run([sys.executable, "-c", code, str(recipe), str(tmp_path / "run")], check=True, timeout=60)
