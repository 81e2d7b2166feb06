"""`dialoom schema`: what a recipe file may hold, for editors."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dialoom.cli import _options


def schema(
    file: Annotated[Path | None, typer.Option("--out", "-o", help="Write it to this file instead of stdout.")] = None,
    force: _options.Force = False,
) -> None:
    """Print the JSON schema of recipe files.

    With it, editors complete and check a recipe.

    \b
    Example:
      dialoom schema --out recipe.schema.json
      # then, in the first line of a recipe:
      # yaml-language-server: $schema=recipe.schema.json
    """
    import orjson

    from dialoom.cli._console import print_json
    from dialoom.errors import StorageError
    from dialoom.graph.schema_file import recipe_schema

    content = recipe_schema()
    if file is None:
        print_json(content)
        return
    if file.exists() and not force:
        raise StorageError(f"{file} is there already", remedy="name another file, or overwrite it with --force")
    file.write_bytes(orjson.dumps(content, option=orjson.OPT_INDENT_2) + b"\n")
    print(f"wrote {file}")
