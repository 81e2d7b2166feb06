"""`dialoom policy learn`: a policy out of annotated dialogues."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from dialoom.dialogue import Dialogue


def command(
    data: Annotated[list[Path], typer.Argument(metavar="DATA...", help="Files or folders of annotated dialogues.")],
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="FILE", help="The policy file; with --per, a folder of them.")
    ],
    format: Annotated[
        str | None, typer.Option(metavar="FORMAT", help="Their format, such as sgd; left out, each tells.")
    ] = None,
    per: Annotated[
        str | None,
        typer.Option(metavar="FIELD", help="One policy for each value of a field, such as services (of sgd)."),
    ] = None,
    smoothing: Annotated[
        float,
        typer.Option(min=0, metavar="N", help="Added to each count of what follows what; 0 allows only what was seen."),
    ] = 0.0,
    name: Annotated[str | None, typer.Option(metavar="NAME", help="The policy's name; left out, the file's.")] = None,
) -> None:
    """Learn which turn follows which, and how often, from dialogues whose turns have dialogue acts.

    A state is a speaker with the acts of one turn; weights are counts. `converse` walks it: `policy: FILE`.

    \b
    Example:
      dialoom policy learn sgd/dev --format sgd --out service.yaml
      dialoom policy learn sgd/dev --format sgd --per services --out policies
    """
    from dialoom.cli._console import err
    from dialoom.dialogue.formats import read_dialogues
    from dialoom.errors import UsageError

    groups: dict[str, list[Dialogue]] = {}
    without = 0
    for dialogue in (each for path in data for each in read_dialogues(path, format)):
        value = None if per is None else _value(dialogue, per)
        if per is not None and value is None:
            without += 1
            continue
        groups.setdefault(value or "", []).append(dialogue)
    if per is not None and not groups:
        raise UsageError(f"no dialogue has a field '{per}'", remedy="--per names a field, such as services or topic")
    for value, dialogues in sorted(groups.items()):
        target = out / f"{_file_name(value)}.yaml" if per is not None else out
        _learn(dialogues, name or value or target.stem, target, smoothing, told=value)
    if without:
        err().print(f"note: {without} dialogues have no '{per}', and were left out", soft_wrap=True)


def _learn(dialogues: list[Dialogue], name: str, target: Path, smoothing: float, told: str) -> None:
    from dialoom.cli._console import err, out, visible
    from dialoom.cli._numbers import count
    from dialoom.dialogue.policy import learn_policy, write_policy
    from dialoom.errors import DataError

    try:
        learnt = learn_policy(dialogues, name, smoothing)
    except DataError as error:
        if not told:
            raise
        err().print(f"note: {visible(told)}: {visible(error.what)}", soft_wrap=True)
        return
    write_policy(learnt.policy, target)
    transitions = sum(len(state.next) for state in learnt.policy.states.values())
    out().print(
        f"{visible(str(target))}: {len(learnt.policy.states)} states and {transitions} transitions from "
        f"{count(learnt.dialogues)} dialogues of {learnt.shortest} to {learnt.longest} turns",
        soft_wrap=True,
    )
    if learnt.left_out:
        what = "has" if learnt.left_out == 1 else "have"
        err().print(f"note: {count(learnt.left_out)} more {what} turns without acts, and were left out", soft_wrap=True)


def _value(dialogue: Dialogue, name: str) -> str | None:
    value = getattr(dialogue, name) if name in ("topic", "scenario", "style") else dialogue.fields.get(name)
    if isinstance(value, list):
        value = "+".join(sorted(map(str, value)))
    return None if value in (None, "") else str(value)


def _file_name(value: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "+-_." else "_" for letter in value).lstrip(".") or "_"
