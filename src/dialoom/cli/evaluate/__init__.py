"""`dialoom evaluate`: is it good.

A subcommand is one module here, called as the command is, with its function in `command`; modules that start with `_`
are none.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module

import typer

evaluate = typer.Typer(
    help="Measure finished sets, and those who judge them.",
    rich_markup_mode=None,
    no_args_is_help=True,
)

for _module in pkgutil.iter_modules(__path__):
    if not _module.name.startswith("_"):
        evaluate.command(_module.name)(import_module(f"{__name__}.{_module.name}").command)
