"""What the tests of the engine share: recipes, runs in other processes, and reading what a run left behind."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

import dialoom
from dialoom.engine.rejects import read_rejects
from dialoom.models import ReadLedger
from tests.engine import client
from tests.support.fault_server import FaultServer

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.engine.client"])
TOPICS = [f"topic {number}" for number in range(10)]


def model(server: FaultServer | str, **fields: Any) -> dict[str, Any]:
    """The fault server as a recipe's model; the same in the ledger wherever it listens."""
    url = server if isinstance(server, str) else server.url
    return {"url": url, "model": "fault-model", "concurrency": 8, "outage": 2.0, "same_as": "fault", **fields}


def weave(server: FaultServer | str, **fields: Any) -> dict[str, Any]:
    """A recipe of 210 records in 290 calls: each of ten topics to seven subtopics, each of those to three dialogues."""
    return {
        "recipe": "weave",
        "seed": 7,
        "models": {"writer": model(server, **fields)},
        "source": {"rows": [{"topic": topic} for topic in TOPICS]},
        "nodes": {
            "subtopic": {"kind": "expand", "count": 7, "prompt": "List {{ count }} subtopics of {{ topic }}."},
            "mood": {"kind": "sample", "fields": {"mood": ["calm", "cross", "merry"], "age": "18..60"}},
            "place": {"kind": "generate", "count": 3, "prompt": "List {{ count }} places for {{ subtopic }}."},
            "where": {"kind": "combine", "from": "place", "take": 2},
            "dialogue": {
                "kind": "converse",
                "speakers": ["Ann", "Ben"],
                "turns": "4..9",
                "prompt": "Speakers: {{ speakers | join(' and ') }}\nWrite a {{ mood }} conversation in {{ turns }} "
                "turns on {{ subtopic }}, in {{ where | join(' or ') }}.",
            },
        },
        # Holds for about three in four of the fault server's dialogues.
        "quality": {"rules": ["turns >= 4", "words >= 46"]},
    }


def lines(server: FaultServer | str, count: int, **fields: Any) -> dict[str, Any]:
    """A recipe of `count` records, one call each."""
    return {
        "recipe": "lines",
        "models": {"writer": model(server, **fields)},
        "source": {"rows": [{"topic": f"row{number:04}"} for number in range(count)]},
        "nodes": {"line": {"kind": "generate", "prompt": "Say something about {{ topic }}."}},
    }


def write(path: Path, content: Mapping[str, Any]) -> Path:
    """A recipe as a file; JSON is YAML."""
    path.write_bytes(orjson.dumps(content))
    return path


def run(content: Mapping[str, Any], out: Path, **options: Any) -> dialoom.Report:
    """Run a recipe in this process."""
    return dialoom.run(dialoom.load_recipe(write(out.with_suffix(".recipe.yaml"), content)), out, **options)


class Client:
    """A run in a process of its own, forked from one that has imported everything already."""

    def __init__(self, recipe: Path, out: Path, **options: Any) -> None:
        self._said = out.with_suffix(".said")
        self.process = _FORKS.Process(target=client.main, args=(recipe, out, self._said, options))
        self.process.start()

    @property
    def over(self) -> bool:
        return self.process.exitcode is not None

    def signal(self, number: int) -> None:
        assert self.process.pid is not None
        os.kill(self.process.pid, number)

    def kill(self) -> bool:
        """Kill it with SIGKILL; False where it was over before."""
        if self.over:
            return False
        self.process.kill()
        self.process.join()
        return True

    def finish(self, seconds: float = 60.0) -> dict[str, Any]:
        """What it said at its end."""
        self.process.join(seconds)
        text = self._said.read_text()
        assert not self.kill(), f"still at work after {seconds:g} s: {text}"
        assert "Traceback" not in text, text
        said: dict[str, Any] = orjson.loads(text.strip().splitlines()[-1])
        return said


@dataclass(frozen=True)
class Left:
    """What a run directory holds: dialogues and rejects by id, and run.json."""

    kept: dict[str, str]
    rejected: dict[str, dict[str, Any]]
    failed: dict[str, dict[str, Any]]
    report: dict[str, Any]

    def same_data(self, other: Left) -> bool:
        """Whether both hold the same dialogues and rejects, run.json aside."""
        return (self.kept, self.rejected, self.failed) == (other.kept, other.rejected, other.failed)

    def add_up(self) -> bool:
        """Whether the counts are those of what is there, and add up."""
        counts = [self.report[name] for name in ("kept", "rejected", "failed", "pending")]
        return counts[:3] == [len(self.kept), len(self.rejected), len(self.failed)] and (
            sum(counts) == self.report["records"]
        )


def left_in(out: Path) -> Left:
    """What a run left; no id may be there twice.

    The recipe's hash holds the server's port, so it is checked here and taken out of what is compared.
    """
    report = orjson.loads((out / "run.json").read_bytes())
    dialogues = list(dialoom.Corpus.open(out / "corpus").dialogues())
    assert {dialogue.lineage.recipe_hash for dialogue in dialogues} <= {report["recipe_hash"]}
    kept = {dialogue.id: dialogue.to_json().replace(report["recipe_hash"], "") for dialogue in dialogues}
    assert len(kept) == len(dialogues), "a dialogue is in the corpus twice"
    rejects: dict[str, dict[str, dict[str, Any]]] = {"rejected": {}, "failed": {}}
    for state, line in read_rejects(out / "rejects"):
        assert line["id"] not in rejects["rejected"] | rejects["failed"] | kept, "a record is there twice"
        assert line["record"]["lineage"].pop("recipe_hash") == report["recipe_hash"]
        rejects[state][line["id"]] = line
    return Left(kept, rejects["rejected"], rejects["failed"], report)


def in_ledger(out: Path) -> Counter[bytes]:
    """The questions in a run's ledger, as `asked` tells them."""
    if not (out / "ledger.sqlite").exists():
        return Counter()
    ledger = ReadLedger(out / "ledger.sqlite")
    requests = [orjson.loads(entry.request) for key in ledger if (entry := ledger.get(key)) is not None]
    ledger.close()
    return Counter(_question(request["messages"], request["params"]) for request in requests)


def by_node(out: Path) -> dict[str, int]:
    """How many calls of each node are in a run's ledger."""
    connection = sqlite3.connect(out / "ledger.sqlite")
    rows = connection.execute("SELECT node, count(*) FROM calls GROUP BY node").fetchall()
    connection.close()
    return dict(rows)


def asked(server: FaultServer, *, answered: bool = False) -> Counter[bytes]:
    """The questions that reached the server since its last reset; with `answered`, those it answered well."""
    return Counter(
        _question(body["messages"], {name: body[name] for name in body.keys() - {"model", "messages"}})
        for request in server.requests()
        if (body := request["body"]) and (not answered or (request["status"] == 200 and request["fault"] is None))
    )


def _question(messages: Any, params: Mapping[str, Any]) -> bytes:
    return orjson.dumps([messages, dict(params)], option=orjson.OPT_SORT_KEYS)
