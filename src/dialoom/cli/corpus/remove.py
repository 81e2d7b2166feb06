"""`dialoom corpus remove`: take dialogues out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dialoom.cli import _options
from dialoom.cli.corpus import _options as corpora

if TYPE_CHECKING:
    from dialoom.corpus import Derived


def command(
    corpus: corpora.Folder = corpora.DEFAULT,
    run: corpora.Run = None,
    batch: corpora.Batch = None,
    where: corpora.Where = None,
    why: corpora.Why = None,
    json: _options.Json = False,
) -> None:
    """Take dialogues out of the newest version; all else stays, and earlier versions keep them.

    Tells which dialogues that are still there were made from them.

    \b
    Example:
      dialoom corpus remove --batch 3f9a0c77be10 --why "the writer model was misconfigured"
      dialoom corpus remove --where "json_extract(tags, '$.distinct_2')::double < 0.3" --why "repetitive"
    """
    from dialoom.cli._console import print_json
    from dialoom.corpus import derived
    from dialoom.errors import UsageError

    chosen = corpora.condition(run, batch, where)
    if chosen is None:
        raise UsageError("which dialogues?", remedy="give --run, --batch or --where")
    opened = corpora.opened(corpus)
    removed = opened.remove(chosen, why=why)
    left = derived(opened, removed.ids)
    if json:
        print_json({"version": removed.version, "removed": removed.ids, "derived": [each._asdict() for each in left]})
    else:
        _show(removed.version, len(removed.ids), left, _again(removed.version, run, batch, where))


def _again(version: int, run: str | None, batch: str | None, where: str | None) -> str:
    """The command that puts them back."""
    import shlex

    given = (("--run", run), ("--batch", batch), ("--where", where))
    chosen = " ".join(f"{option} {shlex.quote(value)}" for option, value in given if value is not None)
    return f"dialoom corpus restore {version - 1} {chosen}"


def _show(version: int, removed: int, left: list[Derived], again: str) -> None:
    from dialoom.cli._console import out, visible
    from dialoom.cli._numbers import count

    console = out()
    if not removed:
        console.print("No dialogue matches; nothing was removed.")
        return
    console.print(f"removed {count(removed)} dialogues in version {version}; put them back with:", soft_wrap=True)
    console.print(f"  {visible(again)}", soft_wrap=True)
    if left:
        console.print(f"{count(len(left))} dialogues that are still there were made from them:")
    for each in left:
        console.print(f"  {visible(each.id)} of run {visible(each.run)}, from {visible(', '.join(each.sources))}")
