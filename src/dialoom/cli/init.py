"""`dialoom init`: a recipe of one's own to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from dialoom.cli import _options


def init(
    folder: Annotated[
        Path | None, typer.Argument(metavar="[DIR]", help="The folder to put it into; left out, the recipe's name.")
    ] = None,
    recipe: Annotated[str, typer.Option(help="The recipe that ships to start from.")] = "diasynth",
    force: _options.Force = False,
    listing: Annotated[bool, typer.Option("--list", help="List the recipes that ship.")] = False,
    json: _options.Json = False,
) -> None:
    """Put a recipe that ships, with the files it names, into a folder.

    \b
    Example:
      dialoom init calls
      dialoom init --list
    """
    if listing:
        _list(json)
        return
    from dialoom.cli._recipe import find_shipped

    source = find_shipped(recipe)
    target = folder or Path(recipe)
    files = {target / name: source.parent / name for name in (source.name, *_files_named_in(source))}
    written = _copy(files, force)
    start = target / source.name
    if json:
        from dialoom.cli._console import print_json

        print_json({"recipe": str(start), "written": [str(file) for file in written]})
        return
    for file in files:
        print(f"{'wrote' if file in written else 'there already'}: {file}")
    print(f"\nNext:\n  dialoom check {start}\n  dialoom preview {start}\n  dialoom run {start}")


def _list(json: bool) -> None:
    from dialoom.cli._console import out, print_json, table
    from dialoom.cli._recipe import shipped
    from dialoom.yaml_file import read_yaml

    abouts = {name: str(read_yaml(file)[0].get("about") or "") for name, file in shipped().items()}
    if json:
        print_json(abouts)
        return
    shown = table("recipe", "about")
    for name, about in abouts.items():
        shown.add_row(name, about)
    out().print(shown)


def _files_named_in(recipe: Path) -> list[str]:
    """The files that a recipe names, by paths from its own folder."""
    from dialoom.yaml_file import read_yaml

    # `steps.py:name` names the file before the colon.
    named = {text.partition(":")[0] for text in _texts(read_yaml(recipe)[0]) if len(text) < 256 and "\n" not in text}
    return sorted(name for name in named if name and (recipe.parent / name).is_file())


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for item in inside for text in _texts(item)]


def _copy(files: dict[Path, Path], force: bool) -> list[Path]:
    """Write the files that are not there yet; nothing at all where one is there and differs, unless `force`."""
    from dialoom.errors import StorageError

    wanted = [(target, source.read_bytes()) for target, source in files.items()]
    fresh = [(target, data) for target, data in wanted if not (target.is_file() and target.read_bytes() == data)]
    taken = [str(target) for target, _ in fresh if target.exists()]
    if taken and not force:
        raise StorageError(
            f"{', '.join(taken)} would be overwritten", remedy="name another folder, or overwrite with --force"
        )
    for target, data in fresh:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return [target for target, _ in fresh]
