"""A dialogue's whole way: down to each prompt and raw answer that made it, up to every version and file it is in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from dialoom.corpus import Corpus, Derived, Export, Life, Search, Stay, derived, exports_holding, lives
from dialoom.dialogue import Dialogue
from dialoom.engine.rundir import RunDirectory
from dialoom.errors import DialoomError, Place, UsageError
from dialoom.models import ReadLedger
from dialoom.models.chat import read_completion
from dialoom.models.entry import Entry
from dialoom.models.thoughts import apart
from dialoom.yaml_file import parse_yaml


@dataclass(frozen=True, slots=True)
class TracedCall:
    """A model call.

    Attributes:
        request: messages, parameters (the seed among them), schema, grammar and sample as they were asked.
        text: what the model said; `answer` all that its server sent.
    """

    key: str
    node: str
    model: str
    request: dict[str, Any]
    text: str
    answer: Any
    prompt_tokens: int
    completion_tokens: int
    latency: float
    answered_at: datetime


@dataclass(frozen=True, slots=True)
class Trace:
    """Where a dialogue came from and where it went.

    Attributes:
        recipe: the recipe's text as it ran, None where the corpus does not have it (the dialogue was imported).
        seed: the run's random seed; `rules` and `judge` those of its gate.
        calls: in the order in which they were made; `lost` are keys that no ledger within reach has.
        directory: of the run.
        derived: dialogues that were made from this one.
    """

    dialogue: Dialogue
    run: str
    batch: str
    directory: str | None
    recipe: str | None
    seed: int | None
    rules: list[str]
    judge: Any
    calls: list[TracedCall]
    lost: list[str]
    stays: tuple[Stay, ...]
    exports: list[Export]
    derived: list[Derived]

    def to_json(self) -> dict[str, Any]:
        return {
            "dialogue": orjson.loads(self.dialogue.to_json()),
            "run": self.run,
            "batch": self.batch,
            "directory": self.directory,
            "recipe": self.recipe,
            "seed": self.seed,
            "rules": self.rules,
            "judge": self.judge,
            "calls": [{name: getattr(call, name) for name in TracedCall.__slots__} for call in self.calls],
            "lost_calls": self.lost,
            "versions": [stay._asdict() for stay in self.stays],
            "exports": [export._asdict() for export in self.exports],
            "derived": [each._asdict() for each in self.derived],
        }


def trace(corpus: Corpus, name: str, *, run: str | None = None) -> Trace:
    """All that is known of a dialogue, of the newest version or one that was taken out.

    Args:
        run: whose dialogue is meant, where several runs made one of that id; left out, the one that came last.

    Raises UsageError where no version has it.
    """
    search = Search(name)
    found = [life for life in lives(corpus, name, search) if run is None or life.run == run]
    if not found:
        raise UsageError(
            f"no version holds a dialogue '{name}'" + (f" of run '{run}'" if run else ""),
            place=Place(corpus.location),
            remedy="ids are listed by: dialoom corpus query 'SELECT id FROM dialogues'",
        )
    life = max(found, key=lambda life: (life.stays[-1].last is None, life.stays[-1].first))
    row = _run(corpus, life)
    told = parse_yaml(row["text"])[0] if row else {}
    quality = told.get("quality", {})
    calls, lost = _calls(corpus, life, row["directory"] if row else None)
    return Trace(
        dialogue=life.dialogue,
        run=life.run,
        batch=life.batch,
        directory=row["directory"] if row else None,
        recipe=row["text"] if row else None,
        seed=told.get("seed", 0) if row else None,
        rules=quality.get("rules", []),
        judge=quality.get("judge"),
        calls=calls,
        lost=lost,
        stays=life.stays,
        exports=exports_holding(corpus, name, search),
        derived=derived(corpus, [name]),
    )


def _run(corpus: Corpus, life: Life) -> dict[str, Any] | None:
    rows: list[dict[str, Any] | None] = corpus.read("runs", where=f"run = '{_quoted(life.run)}'").to_pylist()
    own = [row for row in rows if row and row["recipe_hash"] == life.dialogue.lineage.recipe_hash]
    return (own or rows or [None])[-1]


def _calls(corpus: Corpus, life: Life, directory: str | None) -> tuple[list[TracedCall], list[str]]:
    keys = life.dialogue.lineage.calls
    if not keys:
        return [], []
    entries: dict[str, Entry] = {}
    for file in _ledgers(corpus, directory):
        ledger = ReadLedger(file)
        try:
            entries |= {key: entry for key in keys if key not in entries and (entry := ledger.get(key)) is not None}
        finally:
            ledger.close()
    # The ledger has an index, and the corpus's copies have to be looked through.
    if missing := ", ".join(f"'{_quoted(key)}'" for key in keys if key not in entries):
        copies = corpus.read("calls", where=f"key IN ({missing})", columns=list(Entry._fields))
        entries |= {row["key"]: Entry(**row) for row in copies.to_pylist()}
    return [_traced(entries[key]) for key in keys if key in entries], [key for key in keys if key not in entries]


def _ledgers(corpus: Corpus, directory: str | None) -> list[Path]:
    """The run's ledger where it was, or above the corpus, if both were moved together."""
    folders = [Path(directory)] if directory else []
    if "://" not in corpus.location:
        folders.append(Path(corpus.location).parent)
    files = dict.fromkeys(RunDirectory(folder).ledger for folder in folders)
    return [file for file in files if file.is_file()]


def _traced(entry: Entry) -> TracedCall:
    try:
        text = apart(read_completion(entry.answer, entry.latency)).shown
    except DialoomError:
        text = ""
    return TracedCall(
        key=entry.key,
        node=entry.node,
        model=entry.model,
        request=orjson.loads(entry.request),
        text=text,
        answer=_parsed(entry.answer),
        prompt_tokens=entry.prompt_tokens,
        completion_tokens=entry.completion_tokens,
        latency=entry.latency,
        answered_at=datetime.fromtimestamp(entry.answered_at, UTC),
    )


def _parsed(answer: bytes) -> Any:
    try:
        return orjson.loads(answer)
    except orjson.JSONDecodeError:
        return answer.decode(errors="replace")


def _quoted(value: str) -> str:
    return value.replace("'", "''")
