"""`utterances`: new lines for an intent that has few, from several sources, verified and chosen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, Literal

from pydantic import Field, PrivateAttr

from dialoom.errors import DataError, DialoomError, Place, RecordError, nearest
from dialoom.graph.context import Context
from dialoom.graph.node import Children, Shape, Work
from dialoom.graph.record import Record
from dialoom.intents.line import Ground, Line
from dialoom.intents.negatives import KINDS, negatives
from dialoom.intents.noise import Rates, roughen
from dialoom.intents.realism import Realism
from dialoom.intents.selection import select
from dialoom.intents.slots import find_slots
from dialoom.intents.variety import DEFAULT_SHARES, SOURCES, Brief, mix, quotas
from dialoom.nodes._grounds import Grounds, as_line
from dialoom.nodes._line_asker import TOKENS, LineAsker, Made, asks
from dialoom.nodes._prompted import Asking
from dialoom.nodes._side_by_side import side_by_side
from dialoom.nodes._wishes import Wishes, read_words, words_used, words_wished

_SCORED = ("score", "probability", "margin", "usable", "naturalness", "coherence")


@dataclass(frozen=True, slots=True)
class _Judged:
    """A line, and what real lines say of it; nothing where there are none, or where none are needed."""

    line: Line
    verdict: str = "keep"
    why: str = ""
    realism: Realism | None = None


class Utterances(Asking):
    """Make lines for the intent that a record names; each goes on as a record of its own, a dialogue of one turn.

    Lines come from six sources, mixed by `shares`; where `model` is null, those that need none make them all. More are
    made than wanted. Each is scored by what real lines alone teach: a model's lines have to be nearest to their intent,
    those made by rule out of real ones must not be clearly another's. A child record has this node's field with the
    turn, and `variety`, `verdict`, `realism` and `lexicons` beside it; where `verdict` is `review`, two views doubt it,
    and an edge can send it to the rejects, for a person.
    """

    kind: Literal["utterances"] = "utterances"
    model: str | None = Field(default="writer", description="The model it asks; null to make all without one.")  # type: ignore[assignment]
    intent: str = Field(default="intent", description="The field with the intent's name.")
    description: str = Field(default="description", description="The field that says what is meant, if there is one.")
    examples: str = Field(
        default="examples",
        description="The field with its real lines, texts or {text, slots}; without it, those in `real` are taken.",
    )
    real: Path | None = Field(
        default=None,
        description="Real lines of all intents, rows with text, intent and slots: JSON lines, JSON or CSV. Without "
        "them nothing is verified.",
    )
    count: int = Field(default=45, ge=1, description="Lines for each record.")
    counted: str = Field(
        default="count", description="The field that says how many lines a record asks for, where it has it."
    )
    over: float = Field(default=1.2, ge=1, le=100, description="Candidates made for each line wanted.")
    shares: dict[str, float] = Field(
        default_factory=lambda: dict(DEFAULT_SHARES), description="The share of each source of variety."
    )
    by_model: list[str] = Field(
        default_factory=lambda: ["free", "transfer"],
        description="The sources that ask the model; the others do without.",
    )
    wishes: Wishes = Field(default_factory=Wishes, description="What the lines are to be like.")
    slots: list[str] = Field(default_factory=list, description="Slots that each line must have, by gazetteer.")
    gazetteers: dict[str, Path] = Field(default_factory=dict, description="Values of each slot: a file, one a line.")
    lexicons: dict[str, Path] = Field(
        default_factory=dict, description="Jargon, acronyms, cues of sentiment: a file each, one a line."
    )
    style: list[Path] = Field(default_factory=list, description="Style guides, put before the model as they are.")
    noise: Literal["fit"] | dict[str, float] | None = Field(
        default="fit", description="Noise put in: at the rates that `real` shows, at these rates, or none."
    )
    negatives: dict[str, int] = Field(default_factory=dict, description="Negatives of each kind, beside the lines.")
    precision: float = Field(default=0.95, gt=0.5, lt=1, description="How much of what is kept is to be right.")
    spread: float = Field(
        default=0,
        ge=0,
        le=10,
        description="Above 0, lines are chosen to be unlike each other, and a score counts so much against likeness; "
        "at 0 those that hold are drawn at random, as they come.",
    )
    dropped: bool = Field(default=False, description="Let what does not hold go on too, with the verdict `drop`.")
    rare: int = Field(default=5, ge=1, description="Examples that such an intent has; thresholds are measured at it.")

    _grounds: Grounds | None = PrivateAttr(default=None)
    _words: dict[str, dict[str, tuple[str, ...]]] = PrivateAttr(default_factory=dict)
    _guides: tuple[str, ...] = PrivateAttr(default=())

    def needs(self) -> Mapping[str, str]:
        return {self.intent: "intent"}

    def models(self) -> Mapping[str, str]:
        return {"model": self.model} if self.model is not None and self._asking() else {}

    def problems(self, shapes: Mapping[str, Shape]) -> Iterable[DialoomError]:
        yield from super().problems(shapes)
        for where, given, known in (
            ("shares", self.shares, SOURCES.names()),
            ("by_model", self.by_model, [name for name in SOURCES.names() if asks(name)]),
            ("negatives", self.negatives, KINDS.names()),
        ):
            for name in given:
                if name not in known:
                    yield DialoomError(
                        f"there is no '{name}'",
                        place=Place(field=f"{where}.{name}"),
                        remedy=nearest(name, known) or f"there are {', '.join(known)}",
                    )
        if any(share < 0 for share in self.shares.values()) or not any(self.shares.values()):
            yield DialoomError("shares are 0 or more, one above 0", place=Place(field="shares"))
        for name in self.slots:
            if name not in self.gazetteers:
                yield DialoomError(
                    f"nothing says what '{name}' may hold",
                    place=Place(field="slots"),
                    remedy=f"add a file of values to 'gazetteers' as {name}",
                )
        if isinstance(self.noise, dict):
            try:
                Rates(kinds=self.noise)
            except ValueError as error:
                yield DialoomError(f"{error}", place=Place(field="noise"))

    def prepare(self, folder: Path) -> None:
        for what, files in (("gazetteers", self.gazetteers), ("lexicons", self.lexicons)):
            self._words[what] = {name: read_words(folder / path, f"{what}.{name}") for name, path in files.items()}
        self._guides = tuple(" ".join(read_words(folder / path, "style")) for path in self.style)
        if self.real is not None:
            self._grounds = Grounds.read(folder / self.real, self.rare, self.precision)

    def writes(self) -> Mapping[str, Shape]:
        return {
            self.field: {},
            "variety": {"type": "string"},
            "verdict": {"type": "string"},
            "realism": {},
            "lexicons": {},
        }

    def work(self, shapes: Mapping[str, Shape]) -> Work:
        calls = sum(self._quotas(self.count)[name] for name in self._asking())
        return Work(calls, calls, self.count + sum(self.negatives.values()), 150, TOKENS // 2)

    def makes_records(self) -> bool:
        return True

    async def run(self, record: Record, context: Context) -> Children:
        random = context.random("utterances")
        brief = self._brief(record, random)
        wanted = self._wanted(record)
        candidates = await self._candidates(brief, wanted, context, random)
        calls = {each.line.text: each.call for each in candidates}
        found = self._judged([find_slots(each.line, brief.ground.gazetteers) for each in candidates])
        counts = Counter(_reason(each) for each in found)
        kept = self._chosen([each for each in found if each.verdict == "keep"], brief, wanted, context.random("chosen"))
        context.note("candidates", made=len(found), kept=len(kept), found=dict(counts))
        beside = ("review", "drop") if self.dropped else ("review",)
        review = [each for each in found if each.verdict in beside]
        made = [
            _Judged(negative, "negative")
            for kind, count in self.negatives.items()
            for negative in negatives(kind, brief.ground, count, context.random("negatives", kind))
        ]
        if not kept and not made and not (self.dropped and review):
            raise RecordError(f"of {len(found)} candidates for '{brief.ground.intent}' none holds: {dict(counts)}")
        going = (*kept, *review, *made)
        asked = [[call for call in (calls.get(each.line.text),) if call] for each in going]
        return Children([self._child(each) for each in going], asked)

    def _asking(self) -> list[str]:
        """The sources that ask the model."""
        if self.model is None:
            return []
        return [name for name in self.by_model if self.shares.get(name, 0) > 0 and asks(name)]

    def _quotas(self, wanted: int) -> dict[str, int]:
        return quotas(self.shares, round(wanted * self.over))

    def _wanted(self, record: Record) -> int:
        told = record.fields.get(self.counted)
        if told is None:
            return self.count
        if isinstance(told, bool) or not isinstance(told, int) or told < 1:
            raise RecordError(f"'{self.counted}' is {told!r:.60}, not a number of lines")
        return told

    def _brief(self, record: Record, random: Random) -> Brief:
        intent = record.fields[self.intent]
        if not isinstance(intent, str) or not intent:
            raise RecordError(f"'{self.intent}' is {intent!r:.60}, not an intent's name")
        real = self._grounds.lines if self._grounds is not None else {}
        given = record.fields.get(self.examples)
        try:
            own = tuple(as_line(each, intent) for each in given) if isinstance(given, list) else real.get(intent, ())
        except DataError as error:
            raise RecordError(str(error)) from error
        others = {name: lines for name, lines in real.items() if name != intent}
        said = record.fields.get(self.description)
        lexicons = self._words["lexicons"]
        wishes = (*self.wishes.sentences(record.fields), *words_wished(lexicons, random), *self._guides)
        ground = Ground(intent, said if isinstance(said, str) else "", own, others, self._words["gazetteers"])
        near = self._grounds.neighbourhood.of(intent, own) if self._grounds is not None else ()
        return Brief(ground, self._rates(), wishes, near)

    def _rates(self) -> Rates:
        if isinstance(self.noise, dict):
            return Rates(kinds=self.noise)
        return self._grounds.rates if self.noise == "fit" and self._grounds is not None else Rates()

    async def _candidates(self, brief: Brief, wanted: int, context: Context, random: Random) -> list[Made]:
        """The lines of all sources, with noise, all different."""
        due = self._quotas(wanted)
        asking = self._asking()
        asked: list[Made] = []
        told = 0
        if self.model is not None and asking:
            asker = LineAsker(self.model, self.sampling(), self.slots)
            works = [partial(asker.ask, name, brief, number) for name in asking for number in range(due[name])]
            answers = await side_by_side(works, context)
            asked = [each for each in answers if isinstance(each, Made)]
            told = sum(each is not None for each in answers)
            failed = Counter(each.what for each in answers if isinstance(each, RecordError))
            if failed:
                context.note("lines not answered", count=failed.total(), why=dict(failed))
        rest = {name: share for name, share in self.shares.items() if name not in asking}
        made = map(Made, mix(brief, rest, sum(due.values()) - told, random))
        found: dict[str, Made] = {}
        known = {example.text.lower() for example in brief.ground.examples}
        for number, each in enumerate((*made, *asked)):
            rough = roughen(each.line, brief.rates, context.random("noise", number))
            if rough.text.strip() and rough.text.lower() not in known:
                found.setdefault(rough.text.lower(), Made(rough, each.call))
        return list(found.values())

    def _judged(self, lines: Sequence[Line]) -> list[_Judged]:
        if self._grounds is None:
            return [_Judged(line) for line in lines if {slot.name for slot in line.slots}.issuperset(self.slots)]
        derived = [name for name in SOURCES.names() if name not in self._asking()]
        try:
            found = self._grounds.verifier.verify(lines, self.slots, derived)
        except DataError as error:
            raise RecordError(str(error)) from error
        return [_Judged(each.line, each.verdict, each.why, each.realism) for each in found]

    def _chosen(self, kept: list[_Judged], brief: Brief, wanted: int, random: Random) -> list[_Judged]:
        if self._grounds is None:
            return kept[:wanted]
        if self.spread == 0 or not kept:
            return random.sample(kept, min(wanted, len(kept)))
        embed = self._grounds.embed
        have = embed([line.text for line in brief.ground.examples])
        vectors = embed([each.line.text for each in kept])
        scores = [each.realism.score if each.realism else 0.0 for each in kept]
        return [kept[place] for place in select(vectors, scores, have, wanted, self.spread)]

    def _child(self, judged: _Judged) -> dict[str, Any]:
        line, realism = judged.line, judged.realism
        told: dict[str, Any] = {}
        if realism is not None:
            told = {name: round(getattr(realism, name), 4) for name in _SCORED}
            told |= {"other": realism.other, "second": realism.second} | ({"why": judged.why} if judged.why else {})
        return {
            self.field: {"turns": [line.turn().model_dump(exclude_defaults=True)]},
            "variety": line.variety,
            "verdict": judged.verdict,
            "realism": told,
            "lexicons": words_used(line.text, self._words["lexicons"]),
        }


def _reason(judged: _Judged) -> str:
    """What was found, without the names that differ from line to line."""
    return judged.verdict if judged.verdict != "drop" else judged.why.split(":")[0].split(" to ")[0]


NODE = Utterances
