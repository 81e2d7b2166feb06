"""An OpenAI-compatible chat server on loopback that fails as it is told.

As a process: `python -m tests.support.fault_server --latency 0.05 --rate-500 0.1` prints its base URL when
it is ready. From tests: `with FaultServer(latency=0.05, rate_500=0.1) as server: server.url`.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import functools
import http.client
import os
import resource
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any, NotRequired, TypedDict, cast

import orjson

from tests.support.fault_core import Core
from tests.support.fault_http import Connection
from tests.support.fault_settings import Settings, from_argv, knob

ROOT = Path(__file__).resolve().parents[2]


class Stats(TypedDict):
    """The counters of the server."""

    requests: int
    answered: int
    unique_answered: int
    unique_seen: int
    repeats: int
    in_flight: int
    most_in_flight: int
    by_status: dict[str, int]
    by_fault: dict[str, int]
    first_at: float | None
    last_at: float | None


class LoggedRequest(TypedDict):
    """One chat request in the server's log."""

    sha: str
    nth: int
    repeat: bool
    in_flight: int
    t_received: float
    t_answered: float | None
    status: int | None
    fault: str | None
    written: bool
    body: NotRequired[Any]


@dataclasses.dataclass(kw_only=True, eq=False)
class FaultServer(Settings):
    """The server as a child process, running while the `with` block does."""

    keep_bodies: bool = knob(True, bool, "keep request bodies in the log")
    stop_at_eof: bool = knob(True, bool, "exit when the tests' process has gone")

    def __post_init__(self) -> None:
        super().__post_init__()
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> FaultServer:
        command = [sys.executable, "-m", "tests.support.fault_server", *self.argv()]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe)
        try:
            self.port = int(self._first_line(30.0).rsplit(":", 1)[1].split("/")[0])
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _first_line(self, seconds: float) -> str:
        stdout = self.process.stdout
        assert stdout is not None
        ready, _, _ = select.select([stdout], [], [], seconds)
        line = stdout.readline().decode().strip() if ready else ""
        if not line.startswith("http://"):
            raise RuntimeError(f"the fault server did not start (exit status {self.process.poll()})")
        return line

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The child process."""
        if self._process is None:
            raise RuntimeError("the fault server is not running")
        return self._process

    @property
    def url(self) -> str:
        """The base URL for an OpenAI client."""
        return f"http://127.0.0.1:{self.port}/v1"

    def stop(self) -> None:
        """End the process, by force if it does not obey."""
        process, self._process = self._process, None
        if process is None:
            return
        try:
            process.send_signal(signal.SIGCONT)
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(5)
        finally:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    stream.close()

    def pause(self) -> None:
        """Freeze the process; connections stay open, nothing is answered."""
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let a frozen process go on."""
        self.process.send_signal(signal.SIGCONT)

    def stats(self) -> Stats:
        """The counters since the start or the last reset."""
        return cast(Stats, self._call("GET", "/stats"))

    def requests(self) -> list[LoggedRequest]:
        """The log, in order of receipt."""
        return cast(list[LoggedRequest], self._call("GET", "/log"))

    def reset(self, **changes: Any) -> None:
        """Clear the counts, and change the settings named."""
        self._change("/reset", changes)

    def change(self, **changes: Any) -> None:
        """Change the settings named, and keep the counts."""
        self._change("/settings", changes)

    def wait_for(self, count: int, name: str = "requests", seconds: float = 30.0) -> Stats:
        """Wait until a counter has reached count."""
        end = time.monotonic() + seconds
        while True:
            stats = self.stats()
            if cast(dict[str, Any], stats)[name] >= count:
                return stats
            if time.monotonic() > end:
                raise TimeoutError(f"{name} did not reach {count}: {stats}")
            time.sleep(0.005)

    def _change(self, path: str, changes: dict[str, Any]) -> None:
        self._call("POST", path, orjson.dumps(changes))
        for name, value in changes.items():
            setattr(self, name, value)

    def _call(self, method: str, path: str, body: bytes | None = None) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=15)
        try:
            connection.request(method, path, body)
            answer = connection.getresponse()
            data = answer.read()
        finally:
            connection.close()
        if answer.status != 200:
            raise ValueError(f"{method} {path}: {answer.status} {data.decode()}")
        return orjson.loads(data)


async def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if settings.stop_at_eof:
        loop.add_reader(0, lambda: None if os.read(0, 4096) else stop.set())
    core, connections = Core(settings), set[Connection]()
    make = functools.partial(Connection, core, connections)
    server = await loop.create_server(make, "127.0.0.1", settings.port, backlog=4096)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", flush=True)
    await stop.wait()
    server.close()
    for one in list(connections):
        one.transport.abort()
    await asyncio.sleep(0)  # connection_lost books what was under way


def main(argv: list[str] | None = None) -> None:
    """Run the server in this process."""
    settings = from_argv(argv)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    asyncio.run(serve(settings))


if __name__ == "__main__":
    main()
