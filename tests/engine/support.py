"""What the tests of the engine share: recipes, runs in other processes, and reading what a run left behind."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

import dialoom
from dialoom.engine.rejects import read_rejects
from tests.support.fault_server import ROOT, FaultServer

TOPICS = [f"topic {number}" for number in range(10)]


def model(server: FaultServer | str, **fields: Any) -> dict[str, Any]:
    """The fault server as a recipe's model; the same in the ledger wherever it listens."""
    url = server if isinstance(server, str) else server.url
    return {"url": url, "model": "fault-model", "concurrency": 8, "same_as": "fault", **fields}


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


def start(recipe: Path, out: Path, **options: Any) -> subprocess.Popen[str]:
    """Run a recipe in a process of its own."""
    command = [sys.executable, "-m", "tests.engine.client", str(recipe), str(out), orjson.dumps(options).decode()]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish(process: subprocess.Popen[str], seconds: float = 60.0) -> dict[str, Any]:
    """What the process said at its end."""
    out, err = process.communicate(timeout=seconds)
    assert out.strip(), err
    said: dict[str, Any] = orjson.loads(out.strip().splitlines()[-1])
    assert "Traceback" not in err, err
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
    with sqlite3.connect(f"file:{out}/ledger.sqlite?mode=ro", uri=True) as connection:
        rows = connection.execute("SELECT request FROM calls").fetchall()
    connection.close()
    requests = [orjson.loads(row[0]) for row in rows]
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
