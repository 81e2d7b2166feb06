"""What `split` and `mix` are both told, in one place: from options to the files that are written."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import MISSING, dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any, get_type_hints

from dialoom.cli import _options
from dialoom.cli.corpus import _options as corpora
from dialoom.cli.corpus import _sets

if TYPE_CHECKING:
    from dialoom.corpus import Corpus
    from dialoom.corpus.splits import Plan


@dataclass(frozen=True)
class Choice:
    """Options of a command that chooses dialogues and writes them as sets."""

    out: _sets.Out
    corpus: corpora.Folder = corpora.DEFAULT
    by: _sets.By = None
    where: corpora.Where = None
    seed: _sets.Seed = 0
    near: _sets.Near = _sets.NEAR
    usual: _sets.Usual = _sets.USUAL
    meaning: _sets.Meaning = None
    to: _sets.To = "jsonl"
    force: _options.Force = False
    json: _options.Json = False

    @cached_property
    def opened(self) -> Corpus:
        """The corpus that is meant."""
        return corpora.opened(self.corpus)

    def how(self) -> dict[str, Any]:
        """As `split` and `mix` take it."""
        return {
            "by": self.by or (),
            "where": self.where,
            "seed": self.seed,
            "near": self.near,
            "usual": self.usual,
            "embed": _sets.embedding(self.meaning),
        }

    def write(self, plan: Plan, hold: Sequence[str] = ()) -> None:
        """Writes the sets and tells what was made."""
        from dialoom.cli._console import print_json
        from dialoom.corpus.splits import write_split

        manifest = write_split(self.opened, plan, self.out, to=self.to, hold=hold, force=self.force)
        if self.json:
            print_json(manifest)
        else:
            _sets.show(manifest, self.out)


def choosing(command: Callable[..., None]) -> Callable[..., None]:
    """The command whose first parameter is a `Choice`, with that one's fields as further options."""
    types = get_type_hints(Choice, include_extras=True)
    shared = [
        inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            annotation=types[field.name],
            default=inspect.Parameter.empty if field.default is MISSING else field.default,
        )
        for field in fields(Choice)
    ]
    _, *own = inspect.signature(command, eval_str=True).parameters.values()

    def called(**given: Any) -> None:
        chosen = {field.name: given.pop(field.name) for field in fields(Choice)}
        command(Choice(**chosen), **given)

    named = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in own]
    # In the order of the help: where, then what is this command's alone.
    parameters = [*shared[:2], *named, *shared[2:]]
    called.__doc__ = command.__doc__
    called.__name__ = command.__name__
    called.__annotations__ = {each.name: each.annotation for each in parameters}
    called.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return called
