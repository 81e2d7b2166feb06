"""Rating dialogues by a rubric."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dialoom.cli._asking import Unfit
from dialoom.cli._console import out, visible
from dialoom.errors import UsageError

if TYPE_CHECKING:
    from dialoom.dialogue import Dialogue
    from dialoom.evaluation.agreement.rating_file import RatingFile
    from dialoom.quality.judging import Rubric

_NOT = "-"


class DialogueReview:
    """The criteria of a rubric, dialogue by dialogue, as questions to one rater.

    Args:
        dialogues: those to be rated, in the order in which they are.
        rater: whoever answers.

    Raises DataError for a file that holds no ratings, UsageError where it holds an item of the same name by another
    rubric: the two would be taken for one.
    """

    names: Sequence[str] = ()

    def __init__(self, dialogues: Sequence[Dialogue], rubric: Rubric, rater: str, file: RatingFile) -> None:
        self._dialogues, self._rubric, self._rater, self._file = dialogues, rubric, rater, file
        self._shown: str | None = None
        self._steps = [(dialogue, criterion) for dialogue in dialogues for criterion in rubric.criteria]
        self._given: dict[tuple[str, str, str], str] = {}
        items = {criterion.id for criterion in rubric.criteria}
        for row in file.rows():
            if row["item"] in items and row.get("rubric", rubric.name) != rubric.name:
                raise UsageError(
                    f"{file.path} holds ratings of '{row['item']}' by the rubric {row['rubric']}",
                    remedy="name another file with --out",
                )
            said = _NOT if row["value"] is None else str(row["value"])
            self._given[row["rater"], row["unit"], row["item"]] = said
        some = any(criterion.optional for criterion in rubric.criteria)
        scale = rubric.criteria[0].scores
        self.help = f"a score from {scale[0]} to {scale[-1]}" + (f", {_NOT} where it does not apply" if some else "")

    def __len__(self) -> int:
        return len(self._steps)

    def answer(self, at: int) -> str:
        dialogue, criterion = self._steps[at]
        return self._given.get((self._rater, dialogue.id, criterion.id), "")

    def show(self, at: int) -> str:
        dialogue, criterion = self._steps[at]
        if self._shown != dialogue.id:
            self._show_dialogue(dialogue, at // len(self._rubric.criteria) + 1)
            self._shown = dialogue.id
        console = out()
        number = at % len(self._rubric.criteria) + 1
        console.print(f"\n{number} of {len(self._rubric.criteria)}  {criterion.id}: {visible(criterion.text)}")
        for score in criterion.scores:
            console.print(f"  {score}  {visible(criterion.anchors[score])}", style="dim", soft_wrap=True)
        if criterion.optional:
            console.print(f"  {_NOT}  It does not apply here.", style="dim")
        if so_far := self.answer(at):
            console.print(f"  so far: {so_far}")
        return f"{criterion.id} {criterion.scores[0]}-{criterion.scores[-1]}> "

    def _show_dialogue(self, dialogue: Dialogue, number: int) -> None:
        """What a judge is shown by the same rubric, and no more: scores and plans would lead."""
        from rich.padding import Padding
        from rich.text import Text

        from dialoom.cli._conversation import turns
        from dialoom.quality.judging import read_parts

        console = out()
        console.rule(Text(f"{number} of {len(self._dialogues)}  {visible(dialogue.id)}"), style="dim")
        parts, _ = read_parts(dialogue, self._rubric.reads, {})
        for name, part in parts.items():
            if name == "dialogue" and dialogue.turns:
                console.print(Padding(turns(dialogue), (1, 0, 0, 0)))
            else:
                console.print(Text(f"{part.title}: ", style="bold"), Text(visible(part.text)), sep="", soft_wrap=True)

    def read(self, at: int, said: str) -> str:
        _, criterion = self._steps[at]
        if said == _NOT and criterion.optional:
            return _NOT
        if said not in map(str, criterion.scores):
            meant = f"{criterion.scores[0]} to {criterion.scores[-1]}"
            raise Unfit(f"'{said}' is not on the scale: {meant}{f', or {_NOT}' if criterion.optional else ''}")
        return said

    def keep(self, at: int, answer: str) -> None:
        dialogue, criterion = self._steps[at]
        if answer:
            value = None if answer == _NOT else int(answer)
            row = {"unit": dialogue.id, "rater": self._rater, "item": criterion.id, "value": value}
            self._file.put(row | self._about(dialogue))
        else:
            self._file.take_back(dialogue.id, self._rater, criterion.id)
        self._given[self._rater, dialogue.id, criterion.id] = answer

    def _about(self, dialogue: Dialogue) -> dict[str, str]:
        """Columns by which agreement can be told apart."""
        lineage = dialogue.lineage
        about = {
            "rubric": self._rubric.name,
            "topic": dialogue.topic,
            "recipe": lineage.recipe,
            "recipe_hash": lineage.recipe_hash,
        }
        return {name: value for name, value in about.items() if value}

    def after(self, at: int) -> int:
        size = len(self._rubric.criteria)
        return (at // size + 1) * size

    def done(self, rater: str) -> list[str]:
        """The dialogues of which a rater has rated every item."""
        items = [criterion.id for criterion in self._rubric.criteria]
        return [one.id for one in self._dialogues if all(self._given.get((rater, one.id, item)) for item in items)]

    def to_json(self) -> dict[str, Any]:
        raters = sorted({rater for rater, _, _ in self._given} | ({self._rater} if self._rater else set()))
        told = []
        for rater in raters:
            done = set(self.done(rater))
            left = [one.id for one in self._dialogues if one.id not in done]
            told.append({"rater": rater, "rated": len(done), "open": left})
        return {
            "rubric": self._rubric.name,
            "items": [criterion.id for criterion in self._rubric.criteria],
            "ratings": str(self._file.path),
            "dialogues": len(self._dialogues),
            "raters": told,
        }
