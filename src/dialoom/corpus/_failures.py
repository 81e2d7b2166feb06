"""What Lance, Arrow, object stores and the system say where they fail, told in dialoom's words.

They report damage, refusals and lost connections as errors of the same few classes, so that the words alone tell which
it is. What they said is the cause of the error that is raised; `--debug` shows it.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import pyarrow as pa

from dialoom.errors import Place, StorageError

ROOTS = (OSError, ValueError, RuntimeError, OverflowError, pa.ArrowException)
"""The classes of what fails below."""

_READING = ("read", "open", "restore", "compact")
# A path may hold any of the words that are looked for.
_PATH = re.compile(r"[\w.%:@+-]*(?:/[\w.%@:=?&+-]+)+")
_FILE = re.compile(r"(\w+\.lance/[\w./%-]+\.(?:lance|manifest|txn|arrow|bin|json))")
_WHOLE = "what was committed before is whole"
_VERIFY = (
    "`dialoom corpus verify` tells what is lost and which version is whole; `dialoom corpus restore VERSION` goes back "
    "to it, or put the file back from a copy"
)
_OPEN = (
    "the newest file in dialogues.lance/_versions tells what the corpus holds: put it back from a copy; with it moved "
    "away, the corpus is what the version before was"
)
_KEYS = (
    "set the keys of the store: for s3:// AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION, for gs:// "
    "GOOGLE_SERVICE_ACCOUNT, for az:// AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY"
)


class _Kind(NamedTuple):
    """A kind of failure: by which words it is known (lower case), what it is, and what a user can do."""

    words: tuple[str, ...]
    what: str
    remedy: str


_KINDS = (
    _Kind(("no space left", "quota"), "the disk is full", f"free disk space and run again; {_WHOLE}"),
    _Kind(
        ("file too large",),
        "a file would be larger than the system allows",
        f"raise the file size limit (ulimit -f) and run again; {_WHOLE}",
    ),
    _Kind(("too many open files",), "too many files are open", "raise the limit (ulimit -n) and run again"),
    _Kind(
        ("permission denied", "operation not permitted"),
        "the system does not let you",
        "give yourself access to the folder, or name another one",
    ),
    _Kind(("read-only file system",), "its disk can only be read", "name a folder that can be written"),
    _Kind(
        ("not a directory", "file exists"),
        "a file lies where a folder has to be",
        "name a folder, or move the file away",
    ),
    _Kind(("file name too long",), "its path is longer than the system allows", "name a shorter path"),
    _Kind(("is a directory",), "a folder lies where a file has to be", "move that folder away"),
    _Kind(
        ("no object store provider", "did not match any known pattern"),
        "stores of this kind are not known",
        "name a folder, or a URL such as s3://bucket/calls, gs://bucket/calls or az://container/calls",
    ),
    _Kind(
        ("nosuchbucket", "bucket does not exist", "invalidbucketname"),
        "the object store has no such bucket",
        "check its name, or make the bucket first",
    ),
    _Kind(
        ("resolve region",),
        "the region of the bucket cannot be found",
        "check the bucket's name and set AWS_REGION; for another store than Amazon's set AWS_ENDPOINT, too",
    ),
    _Kind(
        (
            "credential",
            "accesskey",
            "signaturedoesnotmatch",
            "accessdenied",
            "unauthorized",
            "forbidden",
            "token request",
            "azure account",
        ),
        "the object store was given no keys, or does not accept them",
        _KEYS,
    ),
    _Kind(
        ("builder error",),
        "the address of the object store is none that can be asked",
        "set AWS_ENDPOINT to an https:// address, or AWS_ALLOW_HTTP=true for a server without TLS",
    ),
    _Kind(
        ("error sending request", "timed out", "dns error", "connection", "http error", "server returned"),
        "the object store cannot be reached, or does not answer as one",
        f"check the address (AWS_ENDPOINT) and the network; {_WHOLE}",
    ),
    _Kind(("oncurrent", "conflict"), "another process changed it at the same time", "run again"),
)
_DAMAGE = (
    "not found",
    "no such file",
    "corrupt",
    "protobuf",
    "fill whole buffer",
    "magic",
    "too small",
    "invalid range",
    "requested range",
    "task was aborted",
    "panic",
)


def failure(doing: str, root: str, error: BaseException) -> StorageError:
    """The error for what failed while `doing` (such as `append to`) something on the corpus at `root`."""
    place = Place(file=root)
    said = str(error)
    low = _PATH.sub("", said).lower()
    for kind in _KINDS:
        if any(word in low for word in kind.words):
            return StorageError(f"cannot {doing} the corpus: {kind.what}", place=place, remedy=kind.remedy)
    if doing.startswith(_READING) or any(word in low for word in _DAMAGE):
        found = _FILE.search(said)
        file = f"{found[1]} is" if found else "a file of it is"
        lost = "missing" if "not found" in low or "no such file" in low else "damaged"
        remedy = _OPEN if doing == "open" else _VERIFY
        return StorageError(f"cannot {doing} the corpus: {file} {lost}", place=place, remedy=remedy)
    return StorageError(f"cannot {doing} the corpus: {_plain(said)}", place=place, remedy=f"run again; {_WHOLE}")


def _plain(said: str) -> str:
    """The first sentence, without classes and places in other programs' code."""
    said = re.sub(r",? ?/\S+\.rs:\d+:\d+.*", "", said, flags=re.DOTALL)
    return re.sub(r"^(?:Lance\w*\(\w+\)|\w+ error|Wrapped error|Generic \w+ error): *", "", said.partition("\n")[0])
