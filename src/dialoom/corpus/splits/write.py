"""The files of a split or mixture, and the manifest that says what they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic_core import to_json

from dialoom.corpus.held_out import file_key, hold_out
from dialoom.corpus.splits.plan import Plan
from dialoom.corpus.splits.rows import Row
from dialoom.corpus.splits.splitting import TRAIN
from dialoom.dialogue.formats import FORMATS, Written
from dialoom.errors import DialoomError, Place, StorageError

if TYPE_CHECKING:
    from dialoom.corpus.corpus import Corpus

MANIFEST = "manifest.json"
WITHHELD = "withheld.jsonl"


def write_split(
    corpus: Corpus, plan: Plan, folder: Path, *, to: str = "jsonl", hold: Sequence[str] = (), force: bool = False
) -> dict[str, Any]:
    """Writes a file a set, the withheld rows with their reasons, and at last `manifest.json`, and returns its content.

    Of a set that is not for training, real and synthetic dialogues are files of their own, so that a model can be
    tested on what people said alone.

    Args:
        to: the format, as `dialoom export` knows it.
        hold: sets whose dialogues and files are marked as held out in the corpus from now on.
        force: overwrite files of an earlier split.

    Raises StorageError where files are in the way, DialoomError where a set to hold out is none.
    """
    for name in hold:
        if name not in plan.sets or name == TRAIN:
            known = ", ".join(each for each in plan.sets if each != TRAIN)
            raise DialoomError(f"'{name}' cannot be held out", remedy=f"can be: {known}")
    form = FORMATS.load(to)
    write = form.write
    if write is None:
        raise DialoomError(f"the format '{to}' can be read only", remedy="name another one, such as jsonl")
    if form.folder:
        raise DialoomError(
            f"the format '{to}' is a folder of its own",
            remedy="split to jsonl, and then: dialoom push FOLDER --splits DIR",
        )
    if (folder / MANIFEST).exists() and not force:
        raise StorageError(
            "there is a split in this folder",
            place=Place(str(folder)),
            remedy="name another one, or overwrite with --force",
        )
    (folder / MANIFEST).unlink(missing_ok=True)
    files: list[dict[str, Any]] = []
    for name, rows in plan.sets.items():
        for file, part in _files(name, rows).items():
            path = folder / f"{file}{form.suffix}"
            done = write(plan.view.dialogues([row.offset for row in part]), path)
            about = {"file": path.name, "set": name, "rows": len(part), "sha256": file_key(path)}
            if isinstance(done, Written):
                about |= {"written": int(done), "what": done.what, "notes": list(done.notes)}
            files.append(about | {"provenance": sorted({row.provenance for row in part}), "content": _content(part)})
    folder.mkdir(parents=True, exist_ok=True)
    lines = [to_json({"id": row.id, "set": None, "reason": reason}) for row, reason in plan.withheld]
    (folder / WITHHELD).write_bytes(b"".join(line + b"\n" for line in lines))
    for name in hold:
        written = [folder / each["file"] for each in files if each["set"] == name]
        hold_out(corpus, name, texts={row.text: row.id for row in plan.sets[name]}, files=written)
    manifest = _manifest(corpus, plan, files, to=to, hold=hold)
    partial = folder / f".{MANIFEST}.tmp"
    partial.write_bytes(to_json(manifest, indent=2) + b"\n")
    partial.replace(folder / MANIFEST)
    return manifest


def _files(name: str, rows: Sequence[Row]) -> dict[str, list[Row]]:
    kinds = sorted({row.provenance for row in rows})
    if name == TRAIN or len(kinds) < 2:
        return {name: list(rows)} if rows else {}
    return {f"{name}-{kind}": [row for row in rows if row.provenance == kind] for kind in kinds}


def _content(rows: Sequence[Row]) -> str:
    """A hash of which dialogues these are, whatever their order and the file's format."""
    return sha256("\n".join(sorted(row.name for row in rows)).encode("utf-8", "surrogatepass")).hexdigest()


def _manifest(
    corpus: Corpus, plan: Plan, files: list[dict[str, Any]], *, to: str, hold: Sequence[str]
) -> dict[str, Any]:
    # Without a date: the same split twice is the same manifest.
    return {
        "dialoom": version("dialoom"),
        "corpus": corpus.location,
        "version": plan.view.version,
        "format": to,
        "options": plan.options,
        "rows": {name: len(rows) for name, rows in plan.sets.items()},
        "files": files,
        "strata": plan.strata(),
        "held_out": sorted({*plan.held, *hold}),
        "withheld": {
            "file": WITHHELD,
            "rows": len(plan.withheld),
            "reasons": dict(Counter(reason.split(":")[0] for _, reason in plan.withheld)),
        },
        "leaks": {name: report.to_json() for name, report in plan.leaks.items()},
        "notes": plan.notes,
    }
