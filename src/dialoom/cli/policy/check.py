"""`dialoom policy check`: whether a policy file holds together, and how long its talks are."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

_LONGEST = 60


def command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A policy file.")],
    most: Annotated[int, typer.Option(min=1, metavar="N", help="Look at walks of at most this many turns.")] = _LONGEST,
) -> None:
    """Check a policy file, and tell its states and how long its walks are.

    \b
    Example:
      dialoom policy check service.yaml
    """
    from dialoom.cli._console import out, table, visible
    from dialoom.dialogue.policy import END, Walks, read_policy

    policy = read_policy(file)
    states = table("state", "speaker", "acts", "next")
    for name, state in policy.states.items():
        follows = sorted(policy.follows(name).items(), key=lambda each: -each[1])
        told = ", ".join(f"{after} {share:.2f}" for after, share in follows)
        states.add_row(visible(name), visible(state.by), visible(", ".join(policy.acts(name))), visible(told))
    console = out()
    console.print(states)
    lengths = Walks(policy, 1, most).lengths
    mean = sum(length * chance for length, chance in lengths.items())
    ends = sum(END in policy.states[name].next for name in policy.states)
    console.print(
        f"{len(policy.states)} states, {ends} of them may end it; of walks with at most {most} turns the shortest has "
        f"{min(lengths)}, and the mean is {mean:.1f}",
        soft_wrap=True,
    )
