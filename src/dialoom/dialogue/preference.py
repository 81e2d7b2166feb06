"""Preference pairs: of two ways on from the same prompt, which is the better one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from dialoom.dialogue.turn import Turn
from dialoom.errors import DataError, Place

if TYPE_CHECKING:
    from dialoom.dialogue.dialogue import Dialogue

PAIR_FIELDS = ("pair", "pairs")
"""The fields of a record that hold its pair, or a list of them."""


class PreferencePair(BaseModel):
    """A chosen and a rejected continuation of one prompt.

    The label is in the names: `chosen` is the better one, whatever the scores' scale. Two dialogues that share no turn
    make a pair without a prompt.

    Attributes:
        id: unique in its data set.
        prompt: the turns that both continue.
        chosen, rejected: the turns that follow; not empty, and different.
        score_chosen, score_rejected: what a judge, a reward model or people gave, more being better.
        margin: by how much the chosen one is better; left out, the difference of the scores, where both are known.
        made_by: how the pair came about: `rank` (ranked siblings of a message tree), `best_of_n`, `judge`, `models`
            (answers of a strong and a weak model), `fault` (a fault put in), or another word.
        provenance: what led to it: message ids, models, judge, rubric, fault, ledger keys.
        text: the turns are plain text that continues the prompt's text, not chat messages.
    """

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    id: str
    prompt: list[Turn] = Field(default_factory=list)
    chosen: list[Turn] = Field(min_length=1)
    rejected: list[Turn] = Field(min_length=1)
    score_chosen: float | None = None
    score_rejected: float | None = None
    margin: float | None = None
    made_by: str | None = None
    provenance: dict[str, Any] = Field(default_factory=dict)
    text: bool = False

    @model_validator(mode="after")
    def _apart(self) -> PreferencePair:
        if _said(self.chosen) == _said(self.rejected):
            raise ValueError("chosen and rejected are the same")
        if self.score_chosen is not None and self.score_rejected is not None:
            if self.score_chosen < self.score_rejected:
                raise ValueError(
                    f"the chosen one scores {self.score_chosen:g}, the rejected one {self.score_rejected:g}: "
                    "more is better, so the label and the scores disagree"
                )
            if self.margin is None:
                self.margin = self.score_chosen - self.score_rejected
        if self.margin is not None and self.margin < 0:
            raise ValueError(f"the margin {self.margin:g} is negative: the label and the margin disagree")
        return self

    def explicit(self) -> PreferencePair:
        """The same pair with all that chosen and rejected begin with in common moved to the prompt.

        Each keeps at least one turn.
        """
        shared = 0
        for better, worse in zip(self.chosen[:-1], self.rejected[:-1], strict=False):
            if _said([better]) != _said([worse]):
                break
            shared += 1
        moved = {"prompt": self.prompt + self.chosen[:shared]}
        return self.model_copy(update=moved | {"chosen": self.chosen[shared:], "rejected": self.rejected[shared:]})

    def implicit(self) -> PreferencePair:
        """The same pair without a prompt: chosen and rejected are whole dialogues."""
        whole = {"chosen": self.prompt + self.chosen, "rejected": self.prompt + self.rejected}
        return self.model_copy(update={"prompt": [], **whole})

    def turns(self) -> list[Turn]:
        """The prompt and the chosen continuation: the dialogue that goes on from here."""
        return self.prompt + self.chosen

    def held(self) -> dict[str, Any]:
        """The pair as a record's field `pair` holds it: JSON values alone."""
        return self.model_dump(mode="json", exclude_defaults=True)


def pairs_of(dialogue: Dialogue) -> Iterator[PreferencePair]:
    """The pairs that a record holds in its field `pair`, or as a list in `pairs`.

    Raises DataError, naming the dialogue and the field, where what is held is no pair.
    """
    one, several = (dialogue.fields.get(name) for name in PAIR_FIELDS)
    found = [] if one is None else [("pair", one)]
    if several is not None:
        if not isinstance(several, list):
            raise _no_pair(dialogue, "pairs", "expected a list of pairs")
        found += [(f"pairs[{index}]", each) for index, each in enumerate(several)]
    for number, (field, held) in enumerate(found):
        if isinstance(held, dict):
            held = {"id": dialogue.id if number == 0 else f"{dialogue.id}-{number}"} | held
        try:
            yield PreferencePair.model_validate(held)
        except ValidationError as error:
            first = error.errors()[0]
            at = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"])
            raise _no_pair(dialogue, field + at, first["msg"].removeprefix("Value error, ")) from error


def _no_pair(dialogue: Dialogue, field: str, what: str) -> DataError:
    return DataError(
        f"dialogue '{dialogue.id}' holds no preference pair: {what}",
        place=Place(field=f"fields.{field}"),
        remedy="a pair is {prompt: [turns], chosen: [turns], rejected: [turns]}, a turn {speaker, text}",
    )


def _said(turns: list[Turn]) -> list[tuple[str, str, Any]]:
    return [(turn.speaker, turn.text, [call.model_dump() for call in turn.tool_calls]) for turn in turns]
