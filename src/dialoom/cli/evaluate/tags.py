"""`dialoom evaluate tags`: one name for each meaning, in a finished set."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from dialoom.cli import _options
from dialoom.cli.evaluate import _options as shared

_SHOWN = 20


def command(
    dialogues: Annotated[
        str, typer.Argument(metavar="SET", help="Tagged dialogues: a run, a corpus, or a file such as .jsonl.")
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FILE", help="Write the dialogues with normalised tags, one a line."),
    ] = None,
    tag: Annotated[str, typer.Option(metavar="NAME", help="The name of the tagger node.")] = "taxonomy",
    least: Annotated[int, typer.Option(min=1, help="Drop tags that fewer dialogues have.")] = 2,
    near: Annotated[
        float, typer.Option(min=0, max=1, help="Likeness of meanings (cosine) from which on two tags are one.")
    ] = 0.8,
    meaning: Annotated[
        bool | None,
        typer.Option(
            "--meaning/--no-meaning", help="Compare meanings; left out, where the extra `embeddings` is installed."
        ),
    ] = None,
    format: shared.Format = None,
    json: _options.Json = False,
) -> None:
    """Count the tags of a finished set, and make one of those that mean the same.

    A tagger names each record's tags for itself; which of them are frequent and which are alike shows in the whole set
    only. The outcome does not depend on the order of the dialogues. Nothing is called.

    \b
    Example:
      dialoom evaluate tags runs/calls --out tagged.jsonl
      dialoom evaluate tags tagged.jsonl --least 5 --json
    """
    from dialoom.cli._console import out as console
    from dialoom.cli._console import print_json, table, visible
    from dialoom.cli._numbers import count
    from dialoom.dialogue.formats import FORMATS
    from dialoom.errors import DataError, Place
    from dialoom.quality.embedding import has_embedding, load_embedding
    from dialoom.quality.judging.normalise import normalise_tags

    tag_lists = [_tags(one.tags.get(tag)) for one in shared.dialogues(dialogues, format)]
    if not any(tag_lists):
        if any(isinstance(one.tags.get(tag), dict) for one in shared.dialogues(dialogues, format)):
            raise DataError(
                f"no dialogue has a tag left under '{tag}': all were too rare, or none was given",
                place=Place(dialogues),
                remedy="normalise the set that the tagger left, with a lower --least",
            )
        raise DataError(
            f"no dialogue has tags under '{tag}'", place=Place(dialogues), remedy="run a node of kind tagger over them"
        )
    embed = load_embedding() if meaning or (meaning is None and has_embedding()) else None
    names = normalise_tags(tag_lists, least=least, near=near, embed=embed)
    if out is not None:
        write = FORMATS.load("jsonl").write
        assert write is not None
        changed = (
            one.model_copy(update={"tags": {**one.tags, tag: _changed(one.tags[tag], names.apply)}})
            if _tags(one.tags.get(tag))
            else one
            for one in shared.dialogues(dialogues, format)
        )
        written = write(changed, out)
    dropped = sum(name is None for name in names.name_of.values())
    if json:
        print_json(
            {
                "dialogues": len(tag_lists),
                "tags_before": names.before,
                "tags": dict(names.records),
                "dropped": dropped,
                "names": dict(sorted(names.name_of.items())),
                "meanings": embed is not None,
            }
        )
        return
    rows = table("tag", "dialogues", "also written", right=("dialogues",))
    for name, records in list(names.records.items())[:_SHOWN]:
        others = [other for other, own in names.name_of.items() if own == name and other != name]
        rows.add_row(visible(name), count(records), visible(", ".join(sorted(others)[:5])))
    console().print(rows)
    more = len(names.records) - _SHOWN
    tail = f"; {count(more)} more are not shown" if more > 0 else ""
    console().print(
        f"{count(names.before)} different tags became {count(len(names.records))}, and {count(dropped)} were too rare"
        f"{tail}{'' if embed else '. Meanings were not compared'}."
    )
    if out is not None:
        console().print(f"wrote {count(written)} dialogues to {out}")


def _tags(tag: Any) -> list[str]:
    found = tag.get("tags") if isinstance(tag, dict) else None
    return [str(one) for one in found] if isinstance(found, list) else []


def _changed(tag: dict[str, Any], apply: Any) -> dict[str, Any]:
    said = tag.get("tags_as_said", tag["tags"])
    return tag | {"tags": apply(said), "tags_as_said": said, "normalised": True}
