"""The fault server's settings, as a dataclass and as command-line flags."""

from __future__ import annotations

import argparse
import dataclasses
import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

T = TypeVar("T")
FIXED = ("port", "log", "stop_at_eof")


def knob(default: T, parse: Callable[[str], Any], text: str, flag: str = "") -> T:
    """A dataclass field that is also a flag."""
    meta = {"parse": parse, "help": text, "flag": flag}
    return dataclasses.field(default=default, metadata=meta)


def _names(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


@dataclasses.dataclass(kw_only=True, eq=False)
class Settings:
    """All that can be set; rates are probabilities, and one request gets one fault at most."""

    port: int = knob(0, int, "port on 127.0.0.1; 0 takes a free one")
    latency: float = knob(0.0, float, "seconds before an answer")
    jitter: float = knob(0.0, float, "latency varies by up to so many seconds either way")
    rate_500: float = knob(0.0, float, "share of requests answered with status 500")
    rate_503: float = knob(0.0, float, "share of requests answered with status 503")
    rate_429: float = knob(0.0, float, "share of requests answered with status 429")
    retry_after: float = knob(1.0, float, "seconds named in Retry-After of each 429")
    max_in_flight: int | None = knob(None, int, "429 for requests over this many in flight")
    hang: float = knob(0.0, float, "share of requests never answered")
    torn: float = knob(0.0, float, "share of answers cut off at half of the body")
    wrong_json: float = knob(0.0, float, "share of 200 answers that are not JSON")
    no_choices: float = knob(0.0, float, "share of 200 answers without choices")
    empty: float = knob(0.0, float, "share of answers with empty content")
    dead_after: int | None = knob(None, int, "reset each /v1 request after this many chat requests")
    key: str | None = knob(None, str, "401 unless the request has this bearer key")
    status_for: Sequence[str] = knob((), str, "REGEX=>STATUS for matching messages; may be repeated")
    reject_response_format: bool = knob(False, bool, "400 for requests with response_format")
    reject_tools: bool = knob(False, bool, "400 for requests with tools")
    wrong_calls: float = knob(0.0, float, "share of answers to requests with tools whose calls are wrong")
    slow_after: int | None = knob(None, int, "latency grows over this many in flight")
    slow_factor: float = knob(
        1.0, float, "latency x (1 + factor x (in flight - n) / n); 1 keeps requests/s flat over n"
    )
    models: Sequence[str] = knob(("fault-model",), _names, "names in /v1/models, separated by commas")
    strict_model: bool = knob(False, bool, "404 for a model that is not listed")
    owned_by: str = knob("fault-server", str, "owned_by in /v1/models")
    seed: int = knob(0, int, "seed of the faults and the jitter; answers do not depend on it")
    answer: str = knob("auto", str, "auto, echo, long (the question up to its first colon, then 300 tokens), or a text")
    log: str | None = knob(None, str, "append a JSON line per finished request to this file")
    keep_bodies: bool = knob(False, bool, "keep request bodies in the log (--no-bodies: do not)")
    keep_log: bool = knob(True, bool, "keep no log in memory", flag="--no-log")
    stop_at_eof: bool = knob(False, bool, "exit when standard input ends")

    def __post_init__(self) -> None:
        self.models = _names(self.models) if isinstance(self.models, str) else tuple(self.models)
        rules = (self.status_for,) if isinstance(self.status_for, str) else tuple(self.status_for)
        self.status_for = rules
        self.rules()
        shares = [share for _, share in self.shares()]
        if min(shares) < 0 or sum(shares) > 1 + 1e-9:
            raise ValueError("shares of faults must be at least 0 and sum to 1 at most")
        if self.slow_after is not None and self.slow_after < 1:
            raise ValueError("slow_after must be at least 1")

    def shares(self) -> list[tuple[str, float]]:
        """The drawn faults and their probabilities."""
        names = ("rate_500", "rate_503", "rate_429", "hang", "torn", "wrong_json", "no_choices", "empty")
        return [(name, getattr(self, name)) for name in names]

    def rules(self) -> list[tuple[re.Pattern[str], int]]:
        """The compiled status_for rules."""
        out = []
        for rule in self.status_for:
            pattern, arrow, status = rule.rpartition("=>")
            if not arrow or not re.fullmatch(r"[1-5]\d\d", status.strip()):
                raise ValueError(f"status_for wants REGEX=>STATUS, got {rule!r}")
            out.append((re.compile(pattern), int(status)))
        return out

    def argv(self) -> list[str]:
        """The flags that give these settings."""
        out: list[str] = []
        for one in dataclasses.fields(Settings):
            value, flag = getattr(self, one.name), _flag(one)
            if value == one.default:
                continue
            if isinstance(value, bool):
                out.append(flag)
            elif one.name == "status_for":
                out += [f"{flag}={rule}" for rule in value]
            else:
                out.append(f"{flag}={','.join(value) if isinstance(value, tuple) else value}")
        return out

    def changed(self, changes: dict[str, Any]) -> Settings:
        """A copy with other values; TypeError or ValueError for a name or value that cannot be."""
        for name in changes:
            if name in FIXED:
                raise ValueError(f"{name} cannot be changed while the server runs")
        return dataclasses.replace(self, **changes)


def _flag(one: dataclasses.Field[Any]) -> str:
    return cast(str, one.metadata["flag"]) or "--" + one.name.replace("_", "-")


def from_argv(argv: Sequence[str] | None = None) -> Settings:
    """Settings from command-line flags."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.support.fault_server",
        description="An OpenAI-compatible chat server on loopback that fails as it is told.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    for one in dataclasses.fields(Settings):
        flag, text, default = _flag(one), one.metadata["help"], one.default
        if isinstance(default, bool):
            action = "store_false" if default else "store_true"
            parser.add_argument(flag, dest=one.name, action=action, help=text)
        elif one.name == "status_for":
            parser.add_argument(flag, dest=one.name, action="append", default=[], help=text)
        else:
            parser.add_argument(flag, dest=one.name, type=one.metadata["parse"], default=default, help=text)
    parser.add_argument("--no-bodies", dest="keep_bodies", action="store_false", help=argparse.SUPPRESS)
    try:
        return Settings(**vars(parser.parse_args(argv)))
    except (ValueError, re.error) as problem:
        parser.error(str(problem))
