"""`rephrase`: say each turn of a dialogue anew, with its labels and slots kept right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Literal

import orjson
from pydantic import Field

from dialoom.dialogue import Turn, write_script
from dialoom.errors import RecordError, Rejected
from dialoom.graph.context import Context
from dialoom.graph.node import Fields, Shape, Work
from dialoom.graph.record import Record
from dialoom.graph.template import Template
from dialoom.nodes._dialogue_field import dialogue_value
from dialoom.nodes._prompted import Prompted
from dialoom.nodes._replies import turns_in
from dialoom.nodes._same_meaning import difference
from dialoom.nodes._side_by_side import side_by_side
from dialoom.nodes._slots import Lost, marked, place_values, read_marks, spans, unsaid
from dialoom.quality.similarity import rouge_l

_ROLE = Template(
    "You say an utterance in other words, as somebody else would say it. It keeps its meaning and its tone, and what "
    "it names stays as it is. You write the new utterance alone."
)
_PROMPT = Template(
    "{% if before %}Before it:\n{{ before }}\n\n{% endif %}"
    "{% if keep %}Keep these words as they are: {{ keep | join('; ') }}\n{% endif %}"
    "{% if refused %}Not again: {{ refused | last }} ({{ why }})\n{% endif %}"
    "{{ speaker }}: {{ text }}\nIn other words:"
)
_TOKENS_OF_A_TURN = 30
_TURNS_OF_A_DIALOGUE = 8
_MOST_TOKENS = 200
_SHOWN_BEFORE = 4


class Rephrase(Prompted):
    """Write the turns of a dialogue anew, one call a turn: other words, another language, another style.

    Intent, acts and emotion stay; each slot is found again in the new text, and its span is set. A turn in which one
    cannot be found, that is nothing, or that is too like the old one, is asked for again, and after the last try the
    record is rejected. The old text is kept in the turn's `meta.original`.
    """

    kind: Literal["rephrase"] = "rephrase"
    of: str = Field(default="dialogue", description="The field with the dialogue.")
    prompt: Template = Field(
        default=_PROMPT,
        description="What to ask: may read `text`, `speaker`, `intent`, `keep` (the values of its slots), `before` "
        "(the turns before it), `refused` (answers so far) and `why` (what is wrong with the last).",
    )
    slots: Literal["exact", "marked"] = Field(
        default="exact",
        description="`exact`: the values stay as they are; `marked`: `text` has them as [value](name), and the answer "
        "must mark the same names, with values that may differ, as in a translation.",
    )
    speakers: list[str] | None = Field(default=None, description="Whose turns; left out, all.")
    unlike: float = Field(
        default=1.0, gt=0, le=1, description="ROUGE-L F1 to the old text from which a new one is too like it."
    )
    checked_by: str | None = Field(
        default=None,
        description="A model that is asked whether old and new mean the same, so that labels stay right; best another "
        "one than wrote it. Left out, nobody looks.",
    )
    tries: int = Field(default=4, ge=1, description="How often at most a turn is asked for.")

    def provides(self) -> frozenset[str]:
        return frozenset({"text", "speaker", "intent", "keep", "before", "refused", "why"})

    def models(self) -> Mapping[str, str]:
        return {**super().models(), **({} if self.checked_by is None else {"checked_by": self.checked_by})}

    def answer_field(self) -> str:
        return "rephrased"

    def needs(self) -> Mapping[str, str]:
        return {self.of: "of" if "of" in self.model_fields_set else ""}

    def work(self, shapes: Mapping[str, Shape]) -> Work:
        # As many as are written out by the node that made them; else nobody knows before it is read.
        turns = shapes.get(self.of, {}).get("properties", {}).get("turns", {}).get("maxItems", _TURNS_OF_A_DIALOGUE)
        calls = 1 if self.checked_by is None else 2
        least = calls if self.speakers is None else 0
        return Work(least, turns * calls * self.tries, 1, self.prompt_tokens(self.prompt), _TOKENS_OF_A_TURN)

    async def run(self, record: Record, context: Context) -> Fields:
        turns = turns_in(record.fields, self.of)
        if not turns:
            raise RecordError(f"the dialogue in '{self.of}' has no turn")
        works = [partial(self._turn, record, turns, number) for number in range(len(turns))]
        ended = await side_by_side(works, context)
        refused = [each for each in ended if isinstance(each, str)]
        if lost := [each for each in ended if isinstance(each, RecordError)]:
            raise lost[0]
        if refused:
            raise Rejected(*(f"{self.name}: {why}" for why in refused))
        return {self.field: dialogue_value([each for each in ended if isinstance(each, Turn)])}

    async def _turn(self, record: Record, turns: Sequence[Turn], number: int, context: Context) -> Turn | str:
        """The turn in new words, or why none could be taken."""
        turn = turns[number]
        if not turn.text.strip() or (self.speakers is not None and turn.speaker not in self.speakers):
            return turn
        held = spans(turn)
        variables: dict[str, Any] = {
            "speaker": turn.speaker,
            "text": marked(turn.text, held) if self.slots == "marked" else turn.text,
            "intent": turn.intent,
            "keep": [turn.text[span.start : span.end] for span in held],
            "before": write_script(turns[max(0, number - _SHOWN_BEFORE) : number]),
            "refused": [],
            "why": "",
        }
        why = ""
        for sample in range(self.tries):
            said = await self._ask(record, variables, sample, context)
            try:
                new = self._read(turn, said)
                if self.checked_by is not None:
                    different = await difference(turn.text, new.text, self.checked_by, sample, context)
                    if different is not None:
                        raise Lost(f"it means something else: {different}")
                return new
            except Lost as error:
                why = str(error)
                variables = {**variables, "refused": [*variables["refused"], said], "why": why}
        context.note("a turn was refused", turn=number + 1, said=variables["refused"], why=why)
        return f"turn {number + 1}: {why}"

    async def _ask(self, record: Record, variables: Mapping[str, Any], sample: int, context: Context) -> str:
        messages = self.messages(
            self.prompt,
            {**record.fields, **variables},
            context,
            answer=lambda row: row.get("rephrased"),
            variables=lambda row: {"keep": [], "before": "", "refused": [], "why": "", "speaker": "User"} | row,
            system=_ROLE,
        )
        takes = context.takes_grammar(self.model)
        grammar = _grammar(variables["keep"]) if takes and self.slots == "exact" else None
        params = {"max_tokens": _MOST_TOKENS, **self.sampling()}
        said = await context.ask(self.model, messages, params=params, grammar=grammar, sample=sample)
        return " ".join(said.split()).strip('"').strip()

    def _read(self, turn: Turn, said: str) -> Turn:
        """The turn in its new words. Raises Lost where they cannot be taken."""
        held = spans(turn)
        text, placed = read_marks(said, held) if self.slots == "marked" else (said, place_values(said, turn, held))
        if not text:
            raise Lost("nothing was said")
        if (like := rouge_l(text, turn.text)) >= self.unlike and text != turn.text.strip():
            raise Lost(f"too like what it was, ROUGE-L {like:.2f}")
        if text == turn.text.strip():
            raise Lost("the same as it was")
        meta = {**turn.meta, "original": turn.text}
        return turn.model_copy(update={"text": text, "slots": [*placed, *unsaid(turn)], "meta": meta})


def _grammar(keep: Sequence[str]) -> str:
    """An utterance in which the values that stay are said, in their order."""
    between = r"[^\x00-\x1f<>{}\[\]|#*_`]"
    values = " ".join(f"{orjson.dumps(value).decode()} {between}{{0,60}}" for value in keep)
    if not keep:
        return f"root ::= [^\\x00-\\x20<>{{}}\\[\\]|#*_`] {between}{{2,160}} [.!?]\n"
    return f"root ::= {between}{{0,60}} {values} [.!?]\n"


NODE = Rephrase
