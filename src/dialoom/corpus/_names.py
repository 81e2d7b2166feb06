"""What can name a version: a name is a file's in the store, and Lance cannot read some others back."""

from __future__ import annotations

import re

from dialoom.errors import Place, UsageError

_NAME = re.compile(r"(?!.*\.lock$)[A-Za-z][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*")
_LONGEST = 100


def check_name(name: str, location: str) -> None:
    """Raises UsageError for what cannot name a version of the corpus that lies there."""
    if len(name) > _LONGEST or not _NAME.fullmatch(name):
        raise UsageError(
            f"'{name}' cannot name a version",
            place=Place(location),
            remedy="begin with a letter (A to Z) and go on with letters, digits, '-', '_' and single '.', at most "
            f"{_LONGEST} of them",
        )
