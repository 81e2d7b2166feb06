"""`dialoom corpus`: what is in a corpus, where it came from, and taking it out or putting it back.

A subcommand is one module here, called as the command is, with its function in `command`; modules that start with `_`
are none.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module

import typer

corpus = typer.Typer(
    help="Look into a corpus and its versions; take batches out and put them back.",
    rich_markup_mode=None,
    no_args_is_help=True,
)

for _module in pkgutil.iter_modules(__path__):
    if not _module.name.startswith("_"):
        corpus.command(_module.name)(import_module(f"{__name__}.{_module.name}").command)
