"""`dialoom rejects`: what a run did not keep, and why."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from dialoom.cli import _options


def rejects(
    folder: _options.RunFolder,
    number: Annotated[int, typer.Option("-n", min=0, help="How many examples to show.")] = 10,
    json: _options.Json = False,
) -> None:
    """Tell why records were rejected or failed, with examples.

    \b
    Example:
      dialoom rejects runs/calls -n 3
    """
    from collections import Counter

    from dialoom.cli._console import print_json
    from dialoom.engine.rejects import kind_of_reason, read_rejects
    from dialoom.engine.rundir import require_run

    require_run(folder)
    reasons: Counter[tuple[str, str, str]] = Counter()
    examples: list[dict[str, Any]] = []
    shown_kinds: Counter[tuple[str, str, str]] = Counter()
    for state, line in read_rejects(folder / "rejects"):
        reason = line["reasons"][0] if line["reasons"] else "no reason given"
        kind = (state, line["node"], kind_of_reason(reason))
        reasons[kind] += 1
        # Every kind of reason gets its examples before any gets a second one.
        if shown_kinds[kind] == 0 or len(examples) < number:
            shown_kinds[kind] += 1
            examples.append({"state": state, "nth": shown_kinds[kind]} | line)
    examples = sorted(examples, key=lambda example: example["nth"])[:number]
    counted = [
        {"state": state, "node": node, "reason": reason, "records": records}
        for (state, node, reason), records in reasons.most_common()
    ]
    if json:
        print_json({"reasons": counted, "examples": examples})
    else:
        _show(counted, examples)


def _show(counted: list[dict[str, Any]], examples: list[dict[str, Any]]) -> None:
    from rich.text import Text

    from dialoom.cli._console import out, table, visible
    from dialoom.cli._conversation import conversation
    from dialoom.cli._numbers import count
    from dialoom.dialogue import Dialogue

    console = out()
    if not counted:
        console.print("No record was rejected, and none failed.")
        return
    shown = table("records", "state", "at node", "reason", right=("records",))
    for row in counted:
        shown.add_row(count(row["records"]), row["state"], row["node"], visible(row["reason"]))
    console.print(shown)
    for example in examples:
        console.rule(Text(f"{example['state']} at {example['node']}, record {example['id']}"), style="dim")
        for reason in example["reasons"]:
            console.print(Text(visible(reason), style="red"))
        console.print(conversation(Dialogue.model_validate(example["record"])))
