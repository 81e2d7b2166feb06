"""`dialoom policy`: dialogue policies, learnt and checked.

A subcommand is one module here, called as the command is, with its function in `command`.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module

import typer

policy = typer.Typer(
    help="Dialogue policies: which act follows which.",
    rich_markup_mode=None,
    no_args_is_help=True,
)

for _module in pkgutil.iter_modules(__path__):
    if not _module.name.startswith("_"):
        policy.command(_module.name)(import_module(f"{__name__}.{_module.name}").command)
