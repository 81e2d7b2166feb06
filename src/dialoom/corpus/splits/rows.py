"""What a split has to know of each dialogue, and nothing more, so that a large corpus fits."""

from __future__ import annotations

from collections.abc import Container, Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dialoom.corpus.held_out import text_key
from dialoom.corpus.splits.view import View
from dialoom.likeness.shingles import Shingles, shingles

if TYPE_CHECKING:
    from dialoom.dialogue import Dialogue

# Fields in which a record names the dialogue it was made from.
_KIN = ("source_id", "parent", "parent_id")


@dataclass(frozen=True, slots=True)
class Row:
    """A dialogue as a split sees it.

    Attributes:
        offset: where it stands in the version of the corpus.
        name: the same for the same dialogue wherever it stands; chance goes by it.
        keys: rows that share one belong together: their seed, the dialogue they come from, a user's own.
        stratum: the values of the expressions that are stratified by, with the provenance first.
        text: key of its text, by which held-out dialogues are known.
        examples: ids of the dialogues that were shown to the model that wrote it.
    """

    offset: int
    id: str
    name: str
    keys: tuple[Hashable, ...]
    stratum: tuple[str | None, ...]
    text: str
    examples: tuple[str, ...]
    shingles: Shingles

    @property
    def provenance(self) -> str:
        return str(self.stratum[0])


def read_rows(
    view: View, *, by: Sequence[str], group: Sequence[str], where: str | None, always: Container[str]
) -> list[Row]:
    """The rows of a version, in its order.

    Args:
        by: SQL expressions that make the strata.
        group: further SQL expressions; rows with an equal value that is not null belong together.
        where: a SQL condition on the rows.
        always: keys of texts whose rows are read whether they meet the condition or not.

    Raises DataError where no row meets the condition.
    """
    met = f"({where or True}\n) IS TRUE"
    if always:
        view.select([], where)
    table = view.select([*by, *group, met], None if always else where)
    offsets = table.column(0).to_pylist()
    values = zip(*(column.to_pylist() for column in table.columns[1:]), strict=True)
    rows = []
    for offset, own, dialogue in zip(offsets, values, view.dialogues(offsets), strict=True):
        text = dialogue.text()
        key = text_key(text)
        if own[-1] == "true" or key in always:
            rows.append(_row(offset, dialogue, own[: len(by)], own[len(by) : -1], text, key))
    return rows


def _row(
    offset: int,
    dialogue: Dialogue,
    strata: Sequence[str | None],
    groups: Sequence[str | None],
    text: str,
    key: str,
) -> Row:
    keys: list[Hashable] = [("dialogue", dialogue.id)]
    if dialogue.lineage.seed is not None:
        keys.append(("seed", dialogue.lineage.seed))
    keys += [("dialogue", str(dialogue.fields[name])) for name in _KIN if dialogue.fields.get(name) is not None]
    keys += [(number, value) for number, value in enumerate(groups) if value is not None]
    return Row(
        offset=offset,
        id=dialogue.id,
        name=f"{dialogue.id}\x1f{key}",
        keys=tuple(keys),
        stratum=(dialogue.lineage.provenance, *strata),
        text=key,
        examples=tuple(dialogue.lineage.examples),
        shingles=shingles(text),
    )
