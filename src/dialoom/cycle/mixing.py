"""The mixed set: real lines and made ones, each with where it comes from; as a corpus and as files to train on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dialoom.corpus import Corpus
from dialoom.corpus.decisions import decide, decisions
from dialoom.cycle.folder import Row, digest, write_rows
from dialoom.cycle.mixtures import Mixture
from dialoom.cycle.sets import Sets
from dialoom.dialogue import Dialogue, Lineage, Slot, Turn
from dialoom.dialogue.formats import FORMATS
from dialoom.intents.utterances import Utterance

if TYPE_CHECKING:
    from dialoom.intents.plan import Plan

REAL = "real"
MADE = "made"
_WHO = "dialoom cycle"
_EXPORTS = {"csv": "train.csv", "rasa": "train-rasa.yml"}


@dataclass(frozen=True, slots=True)
class Mixed:
    """The mixed set.

    Attributes:
        real, made: lines that a classifier is to be trained on.
        mixture: how they are mixed best, by the validation data.
    """

    sets: Sets
    made: Sequence[Row]
    mixture: Mixture

    def dialogues(self) -> Iterator[Dialogue]:
        """Each line as a dialogue of one turn."""
        for number, row in enumerate((*self.sets.train.rows, *self.sets.train.outside)):
            yield real_dialogue(row, number)
        yield from map(made_dialogue, self.made)

    def lines(self) -> Iterator[dict[str, Any]]:
        """Rows of train.jsonl: how often a line counts is in `repeat`."""
        rare = set(self.sets.rare)
        for dialogue in self.dialogues():
            (turn,) = dialogue.turns
            lineage = dialogue.lineage
            real = lineage.provenance == "real"
            yield {
                "id": dialogue.id,
                "text": turn.text,
                "intent": turn.intent,
                "slots": [slot.model_dump(exclude_none=True) for slot in turn.slots],
                "provenance": lineage.provenance,
                "repeat": self.mixture.repeat if real and turn.intent in rare else 1,
                **({} if real else {"variety": turn.meta.get("variety", ""), "round": dialogue.fields["round"]}),
                **({} if real else {"of": turn.meta.get("of", []), "lineage": _told(lineage)}),
            }

    def export(self, folder: Path) -> list[Path]:
        """`train.jsonl`, and the same lines as CSV and for Rasa; the files."""
        path = folder / "train.jsonl"
        write_rows(path, self.lines())
        written = [path]
        for form, name in _EXPORTS.items():
            write = FORMATS.load(form).write
            assert write is not None
            write(self.dialogues(), folder / name)
            written.append(folder / name)
        return written


def keep_in_corpus(path: Path, sets: Sets, made: Sequence[Row], number: int) -> int:
    """Bring a corpus to hold the real lines and these made ones; its version. Doing it again changes nothing."""
    corpus = Corpus.open(str(path), create=True)
    real = [real_dialogue(row, place) for place, row in enumerate((*sets.train.rows, *sets.train.outside))]
    if not corpus.count(f"run = '{REAL}'"):
        corpus.append(real, run=REAL, batch="train")
    rows = {row["id"]: row for row in made}
    held = set(corpus.ids(f"run = '{MADE}'")) if corpus.count(f"run = '{MADE}'") else set()
    gone = sorted(held - rows.keys())
    if gone:
        names = ", ".join("'" + name.replace("'", "''") + "'" for name in gone)
        corpus.remove(f"run = '{MADE}' AND id IN ({names})", why=f"round {number} has better lines in their place")
    new = [made_dialogue(row) for name, row in rows.items() if name not in held]
    if new:
        corpus.append_missing(new, run=MADE, batch=f"round-{number}")
    return corpus.version


def note_decisions(path: Path, plan: Plan, number: int) -> None:
    """What was decided about each intent, in the corpus, where data cards find it."""
    corpus = Corpus.open(str(path))
    known = {(one.subject, one.why) for one in decisions(corpus, all=True)}
    for each in plan.intents:
        why = f"round {number}: {each.count} lines asked for; {each.why}"
        if (each.intent, why) not in known:
            decide(corpus, each.intent, each.decision, why=why, who=_WHO)


def real_dialogue(row: Utterance, number: int) -> Dialogue:
    """A real line."""
    fields: dict[str, Any] = {"split": "train"} | ({"before": row.before} if row.before else {})
    turn = Turn(speaker="user", text=row.text, intent=row.intent, slots=list(row.slots), acts=list(row.acts))
    name = digest(row.id, row.text, row.intent, number)
    lineage = Lineage(provenance="real", source=row.id or None, position=[number])
    return Dialogue(id=f"real/{name}", turns=[turn], fields=fields, lineage=lineage)


def made_dialogue(row: Row) -> Dialogue:
    """A made line."""
    meta = {name: row[name] for name in ("variety", "of", "changes") if row[name]}
    slots = [Slot.model_validate(slot) for slot in row["slots"]]
    turn = Turn(speaker="user", text=row["text"], intent=row["intent"], slots=slots, meta=meta)
    fields = {"split": "train", "round": row["round"], "variety": row["variety"], "score": row["score"]}
    return Dialogue(id=row["id"], turns=[turn], fields=fields, lineage=Lineage.model_validate(row["lineage"]))


def _told(lineage: Lineage) -> dict[str, Any]:
    return lineage.model_dump(mode="json", exclude_defaults=True)


def made_of(rows: Iterable[Row]) -> dict[str, int]:
    """How many of the lines there are of each intent."""
    found: dict[str, int] = {}
    for row in rows:
        found[row["intent"]] = found.get(row["intent"], 0) + 1
    return found
