"""`length`: keeps a talk going until it is long enough, and brings it to its end in time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal

from pydantic import Field

from dialoom.errors import DialoomError, Place
from dialoom.graph.template import Template
from dialoom.nodes._ending import says_goodbye
from dialoom.nodes._steer import Hook, Moment, Window
from dialoom.nodes._turns import longest, shortest

_GO_ON = Template("Do not end the talk yet, and do not say goodbye: ask or tell something more.")
_CLOSE = Template("Bring the talk to its end now, and say goodbye.")


class Length(Hook):
    """Speakers are told to go on where the talk is about to end too soon, and to close it when it is long enough."""

    NOT_IN_SCRIPTS: ClassVar[str | None] = "a script has as many lines as 'turns' says: set that"

    kind: Literal["length"] = Field(default="length", description="Keeps the talk to a length.")
    turns: Window = Field(description="How many turns the talk is to have, such as 8..12.")

    def band(self) -> tuple[int, int]:
        return shortest(self.turns), longest(self.turns)

    def react(self, moment: Moment) -> Template | None:
        least, most = self.band()
        if moment.turn < least:
            near = moment.turn >= least - 2 or (bool(moment.so_far) and says_goodbye(moment.so_far[-1].text))
            return _GO_ON if near and moment.turn > 1 else None
        # Halfway through the band it is time, so that the end comes in it and not at its edge.
        return _CLOSE if moment.turn >= (least + most + 1) // 2 else None

    def problems(self, turns: str, script: bool) -> Iterable[DialoomError]:
        least, most = self.band()
        if least < shortest(turns) or most > longest(turns):
            what = f"a talk of {self.turns} turns is steered for, and the node's are {turns}"
            yield DialoomError(what, place=Place(field="turns"), remedy="let the node's 'turns' hold this band")


HOOK = Length
