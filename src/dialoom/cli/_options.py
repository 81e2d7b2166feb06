"""Arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Recipe = Annotated[str, typer.Argument(metavar="RECIPE", help="A recipe file, or the name of a recipe that ships.")]
RunFolder = Annotated[Path, typer.Argument(metavar="DIR", help="The directory of a run.")]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="FIELD=VALUE",
        help="Put a value in place of the recipe's, such as models.writer=openai:gpt-5-mini. Can be given often.",
    ),
]
Limit = Annotated[int | None, typer.Option(min=1, help="Take only so many seed records.")]
Target = Annotated[
    int | None,
    typer.Option(
        min=1,
        help="Keep exactly so many dialogues: the source is read again, with new samples, until they are kept.",
    ),
]
Budget = Annotated[
    list[str] | None,
    typer.Option(
        metavar="WHAT=MOST",
        help="Stop when so many calls=, tokens= or so much money= are spent in the run directory. Can be given often.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON on stdout, and nothing else there.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show nothing but errors.")]
OTel = Annotated[
    bool,
    typer.Option(
        "--otel",
        envvar="DIALOOM_OTEL",
        help="Send spans and metrics to OpenTelemetry, as its OTEL_* variables say (needs dialoom[otel]).",
    ),
]
WithHeldOut = Annotated[bool, typer.Option("--with-held-out", help="Dialogues that are held out too.")]
Force = Annotated[bool, typer.Option("--force", help="Overwrite what is there.")]
RareShare = Annotated[
    float, typer.Option(min=0, help="Rare is an intent with fewer lines than this share of the median intent ...")
]
RareBelow = Annotated[int, typer.Option(min=0, help="... or with fewer lines than this.")]
OutOfScope = Annotated[
    list[str] | None,
    typer.Option(metavar="INTENT", help="An intent that stands for out of scope. Can be given often."),
]
Embedder = Annotated[str, typer.Option(metavar="NAME", help="wordllama, or minilm where it is installed.")]
VectorCache = Annotated[Path | None, typer.Option(metavar="DIR", help="Remember the vectors of texts there.")]
