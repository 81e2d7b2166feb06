"""`utterances`: new lines for an intent that has few, from several sources, verified and chosen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
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
from dialoom.intents.realism import Verified
from dialoom.intents.selection import select
from dialoom.intents.slots import find_slots
from dialoom.intents.variety import DEFAULT_SHARES, SOURCES, Asked, Brief, Variety, mix, quotas
from dialoom.models import Message
from dialoom.nodes._grounds import Grounds, as_line
from dialoom.nodes._prompted import Asking
from dialoom.nodes._side_by_side import side_by_side
from dialoom.nodes._wishes import Wishes, read_words, words_used, words_wished

_MOST_WORDS = 16
_TOKENS = 32
# Questions in a row with the examples in one order: what they share is evaluated once for each slot.
_SAME = 16
_WORD = r"[^\x00-\x20<>{}\[\]|#*_\x60\x22]+"


class Utterances(Asking):
    """Make lines for the intent that a record names; each goes on as a record of its own, a dialogue of one turn.

    Lines come from five sources, mixed by `shares`; where `model` is null, those that need none make them all. More are
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
        default_factory=lambda: ["free"], description="The sources that ask the model; the others do without."
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
        calls = sum(self._quotas(self.count)[name] for name in self._asking()) if self.model is not None else 0
        return Work(calls, calls, self.count + sum(self.negatives.values()), 150, _TOKENS // 2)

    def makes_records(self) -> bool:
        return True

    async def run(self, record: Record, context: Context) -> Children:
        random = context.random("utterances")
        brief = self._brief(record, random)
        wanted = self._wanted(record)
        candidates = await self._candidates(brief, wanted, context, random)
        found = self._verified([find_slots(line, brief.ground.gazetteers) for line in candidates])
        counts: dict[str, int] = {}
        for each in found:
            why = each.verdict if each.verdict != "drop" else each.why.split(":")[0].split(" to ")[0]
            counts[why] = counts.get(why, 0) + 1
        held = [each for each in found if each.verdict == "keep"]
        kept = self._chosen(held, brief, wanted, context.random("chosen"))
        context.note("candidates", made=len(found), kept=len(kept), found=counts)
        beside = ("review", "drop") if self.dropped else ("review",)
        review = [each for each in found if each.verdict in beside]
        made = [
            negative
            for kind, count in self.negatives.items()
            for negative in negatives(kind, brief.ground, count, context.random("negatives", kind))
        ]
        if not kept and not made and not (self.dropped and review):
            raise RecordError(f"of {len(found)} candidates for '{brief.ground.intent}' none holds: {counts}")
        return Children(
            [self._child(each.line, each.verdict, each) for each in (*kept, *review)]
            + [self._child(line, "negative", None) for line in made]
        )

    def _asking(self) -> list[str]:
        return [name for name in self.by_model if self.shares.get(name, 0) > 0 and _asks(name)]

    def _derived(self) -> list[str]:
        """The sources that made lines by rule."""
        asked = self._asking() if self.model is not None else []
        return [name for name in SOURCES.names() if name not in asked]

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
        return Brief(ground, self._rates(), wishes)

    def _rates(self) -> Rates:
        if isinstance(self.noise, dict):
            return Rates(kinds=self.noise)
        return self._grounds.rates if self.noise == "fit" and self._grounds is not None else Rates()

    async def _candidates(self, brief: Brief, wanted: int, context: Context, random: Random) -> list[Line]:
        """The lines of all sources, with noise, all different."""
        due = self._quotas(wanted)
        asking = self._asking() if self.model is not None else []
        asked: list[Line] = []
        for name in asking:
            source = SOURCES.load(name)
            works = [partial(self._ask, name, source, brief, number) for number in range(due[name])]
            asked += [each for each in await side_by_side(works, context) if isinstance(each, Line)]
        rest = {name: share for name, share in self.shares.items() if name not in asking}
        made = mix(brief, rest, sum(due.values()) - sum(due[name] for name in asking), random)
        found: dict[str, Line] = {}
        known = {example.text.lower() for example in brief.ground.examples}
        for number, line in enumerate((*made, *asked)):
            rough = roughen(line, brief.rates, context.random("noise", number))
            if rough.text.strip() and rough.text.lower() not in known:
                found.setdefault(rough.text.lower(), rough)
        return list(found.values())

    async def _ask(self, name: str, source: Variety, brief: Brief, number: int, context: Context) -> Line:
        assert source.ask is not None
        assert self.model is not None
        asked = source.ask(_turned(brief, context.random(name, "shown", number // _SAME)), context.random(name, number))
        last = asked.last
        values = self._words["gazetteers"]
        if self.slots:
            drawn = context.random("values", name, number)
            last += " (with " + ", ".join(f"{slot} {drawn.choice(values[slot])}" for slot in self.slots) + ")"
        grammar = _grammar(asked.opener) if context.takes_grammar(self.model) else None
        params = {"temperature": 1.0, "max_tokens": _TOKENS, **self.sampling()}
        if asked.opener and grammar is None:
            last += f' Begin with "{asked.opener}".'
        said = await context.ask(self.model, _messages(asked, last), params=params, grammar=grammar, sample=number)
        text = " ".join(said.split("\n")[0].split()).strip(" \"'-")
        return Line(text, brief.ground.intent, variety=name, of=asked.of)

    def _verified(self, lines: Sequence[Line]) -> list[Verified | _Unverified]:
        if self._grounds is None:
            return [_Unverified(line) for line in lines if not _lacking(line, self.slots)]
        try:
            return list(self._grounds.verifier.verify(lines, self.slots, self._derived()))
        except DataError as error:
            raise RecordError(str(error)) from error

    def _chosen(
        self, kept: Sequence[Verified | _Unverified], brief: Brief, wanted: int, random: Random
    ) -> list[Verified | _Unverified]:
        if self._grounds is None or not kept:
            return list(kept[:wanted])
        if self.spread == 0:
            return random.sample(list(kept), min(wanted, len(kept)))
        embed = self._grounds.embed
        have = embed([line.text for line in brief.ground.examples])
        vectors = embed([each.line.text for each in kept])
        scores = [each.realism.score if each.realism else 0.0 for each in kept]
        return [kept[place] for place in select(vectors, scores, have, wanted, self.spread)]

    def _child(self, line: Line, verdict: str, found: Verified | _Unverified | None) -> dict[str, Any]:
        realism = found.realism if found is not None else None
        told = (
            {}
            if realism is None
            else {
                "score": round(realism.score, 4),
                "probability": round(realism.probability, 4),
                "margin": round(realism.margin, 4),
                "other": realism.other,
                "usable": round(realism.usable, 4),
                "naturalness": round(realism.naturalness, 4),
                "coherence": round(realism.coherence, 4),
                "second": realism.second,
            }
        )
        if found is not None and found.why:
            told["why"] = found.why
        return {
            self.field: {"turns": [line.turn().model_dump(exclude_defaults=True)]},
            "variety": line.variety,
            "verdict": verdict,
            "realism": told,
            "lexicons": words_used(line.text, self._words["lexicons"]),
        }


class _Unverified:
    """A line where there are no real ones to verify it by."""

    verdict = "keep"
    why = ""
    realism = None

    def __init__(self, line: Line) -> None:
        self.line = line


def _turned(brief: Brief, random: Random) -> Brief:
    """With its examples in another order, as a model leans on the last ones it saw."""
    examples = brief.ground.examples
    return replace(brief, ground=replace(brief.ground, examples=tuple(random.sample(examples, len(examples)))))


def _asks(name: str) -> bool:
    return name in SOURCES.names() and SOURCES.load(name).ask is not None


def _lacking(line: Line, slots: Sequence[str]) -> set[str]:
    return set(slots) - {slot.name for slot in line.slots}


def _messages(asked: Asked, last: str) -> list[Message]:
    messages: list[Message] = [{"role": "system", "content": asked.system}]
    for said, answered in asked.turns:
        messages += [{"role": "user", "content": said}, {"role": "assistant", "content": answered}]
    return [*messages, {"role": "user", "content": last}]


def _grammar(opener: str) -> str:
    """A line of whole words that begins so. Words are counted, as a bound on characters is slow to sample under."""
    held = opener.replace("\\", "\\\\").replace('"', '\\"')
    words = f'word (" " word){{1,{_MOST_WORDS}}}'
    root = f'"{held}" " " {words}' if opener else words
    return f"root ::= {root}\nword ::= {_WORD}"


NODE = Utterances
