"""OpenTelemetry set up as its environment variables say, for the length of a run."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, Literal

from dialoom.errors import DialoomError, MissingExtra

if TYPE_CHECKING:
    from dialoom.engine.otel import OpenTelemetry

_NOT_INSTALLED = MissingExtra(
    "telemetry needs OpenTelemetry's SDK, which is not installed", remedy="pip install 'dialoom[otel]'"
)


@contextmanager
def exported() -> Iterator[OpenTelemetry]:
    """Telemetry whose spans and metrics are exported, all of them by the end of the block.

    A program that has set up OpenTelemetry already keeps its own providers. Else the SDK and its exporters are set up
    and read their OTEL_* variables themselves: by default OTLP over HTTP, to http://localhost:4318.

    Raises MissingExtra, or DialoomError on an exporter that is not known.
    """
    try:
        from opentelemetry import trace
        from opentelemetry.sdk.metrics import MeterProvider
        from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
        from opentelemetry.sdk.resources import OTELResourceDetector, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise _NOT_INSTALLED from error
    from dialoom.engine.otel import OpenTelemetry

    wanted = os.environ.get("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "").lower()
    texts = wanted in ("true", "span_only", "span_and_event")
    if not isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
        yield OpenTelemetry(texts=texts)
        return
    spans = [BatchSpanProcessor(made) for made in _exporters("traces")]
    readers = [PeriodicExportingMetricReader(made) for made in _exporters("metrics")]
    # What the environment names goes before the names that are given here.
    resource = Resource.create({"service.name": "dialoom"}).merge(OTELResourceDetector().detect())
    tracers = TracerProvider(resource=resource, shutdown_on_exit=False)
    meters = MeterProvider(readers, resource=resource, shutdown_on_exit=False)
    for span in spans:
        tracers.add_span_processor(span)
    try:
        yield OpenTelemetry(tracers, meters, texts=texts)
    finally:
        tracers.shutdown()
        meters.shutdown()


def _exporters(signal: Literal["traces", "metrics"]) -> list[Any]:
    """The exporters that OTEL_TRACES_EXPORTER or OTEL_METRICS_EXPORTER names, found as the SDK finds them."""
    variable = f"OTEL_{signal.upper()}_EXPORTER"
    known = {point.name: point for point in entry_points(group=f"opentelemetry_{signal}_exporter")}
    made = []
    for name in filter(None, map(str.strip, os.environ.get(variable, "otlp").split(","))):
        if name == "none":
            continue
        if name == "console":
            # Standard output belongs to what the command was asked for.
            made.append(known[name].load()(out=sys.stderr))
            continue
        found = known.get(f"otlp_proto_{_protocol(signal)}" if name == "otlp" else name)
        if found is None:
            raise DialoomError(
                f"{variable}: no exporter '{name}' is installed for {_protocol(signal)}"
                if name == "otlp"
                else f"{variable}: no exporter '{name}' is installed",
                remedy=f"install it, or use one of otlp, none, {', '.join(sorted(known))}",
            )
        made.append(found.load()())
    return made


def _protocol(signal: str) -> str:
    general = os.environ.get("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
    return os.environ.get(f"OTEL_EXPORTER_OTLP_{signal.upper()}_PROTOCOL", general).partition("/")[0]
