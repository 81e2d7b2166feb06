"""The `dialoom` program: its commands, and how it ends."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from typer.main import get_command

import dialoom
from dialoom.cli._errors import told
from dialoom.cli.check import check
from dialoom.cli.corpus import corpus
from dialoom.cli.cycle import cycle
from dialoom.cli.diagnose import diagnose
from dialoom.cli.evaluate import evaluate
from dialoom.cli.export import export
from dialoom.cli.gate import gate
from dialoom.cli.graph import graph
from dialoom.cli.import_ import import_
from dialoom.cli.init import init
from dialoom.cli.models import models
from dialoom.cli.nodes import nodes
from dialoom.cli.plan import plan
from dialoom.cli.policy import policy
from dialoom.cli.preview import preview
from dialoom.cli.push import push
from dialoom.cli.rejects import rejects
from dialoom.cli.retry import retry
from dialoom.cli.review import review
from dialoom.cli.run import run
from dialoom.cli.runs import runs
from dialoom.cli.schema import schema
from dialoom.cli.stress import stress
from dialoom.cli.tag import tag
from dialoom.cli.trace import trace

_EPILOG = """\b
Exit codes:
  0    done; for a run: finished, and something was kept
  1    any other error
  2    the recipe or the command line is wrong
  3    a source, example or import file cannot be read, or is empty
  4    a model endpoint cannot be used
  5    the disk, run directory or corpus cannot be used
  6    an optional package or file is missing
  7    a run finished, and nothing was kept
  8    a run finished, and some records failed: see `dialoom retry`; or rows of a file could not be read
  9    a run was left with batches under way: the same command comes back for them
  10   a bound stopped the run: its budget is spent, or its target is out of reach
  11   a bot under stress is below what was asked for
  130  interrupted; the same command goes on where it stopped

\b
Example:
  dialoom init calls && dialoom run calls/diasynth.yaml --out runs/calls
"""

# Plain help: rich's panels would double the time that `--help` takes.
app = typer.Typer(
    name="dialoom",
    help="Makes dialogue data sets with language models.",
    epilog=_EPILOG,
    rich_markup_mode=None,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
# In the order in which a person meets them.
app.command("init")(init)
app.command("diagnose")(diagnose)
app.command("cycle")(cycle)
app.command("review")(review)
app.command("check")(check)
app.command("graph")(graph)
app.command("plan")(plan)
app.command("preview")(preview)
app.command("run")(run)
app.command("retry")(retry)
app.command("runs")(runs)
app.command("rejects")(rejects)
app.command("tag")(tag)
app.command("gate")(gate)
app.command("export")(export)
app.command("import")(import_)
app.command("push")(push)
app.add_typer(corpus, name="corpus")
app.add_typer(evaluate, name="evaluate")
app.command("stress")(stress)
app.add_typer(policy, name="policy")
app.command("trace")(trace)
app.command("nodes")(nodes)
app.command("models")(models)
app.command("schema")(schema)


def _tell_version(wanted: bool) -> None:
    if wanted:
        print(f"dialoom {dialoom.__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Tell the version.")
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the traceback of an error. Can stand anywhere in the command.")
    ] = False,
) -> None:
    """Makes dialogue data sets with language models."""


def main() -> None:
    """Run the command line and end the process with its exit code."""
    debug = "--debug" in sys.argv
    arguments = [argument for argument in sys.argv[1:] if argument != "--debug"]
    command = get_command(app)
    sys.exit(told(lambda: command.main(arguments, prog_name="dialoom"), debug=debug))


if __name__ == "__main__":
    main()
