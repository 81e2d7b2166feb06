"""The errors a user meets: each says what is wrong, where, what was expected and what to do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where a problem lies: a file, a line in it (counted from 1) and a field such as `nodes.plan.model`."""

    file: str | None = None
    line: int | None = None
    field: str | None = None

    def __str__(self) -> str:
        position = ":".join(str(part) for part in (self.file, self.line) if part is not None)
        return ", ".join(part for part in (position, self.field) if part)


class DialoomError(Exception):
    """Base of every error that dialoom raises on purpose.

    Args:
        what: the problem in one sentence.
        place: file, line and field it was found at.
        remedy: what the user can do about it.
    """

    exit_code = 1

    def __init__(self, what: str, *, place: Place | None = None, remedy: str | None = None) -> None:
        self.what = what
        self.place = place
        self.remedy = remedy
        super().__init__(str(self))

    def __str__(self) -> str:
        start = f"{self.place}: " if self.place and str(self.place) else ""
        end = f" ({self.remedy})" if self.remedy else ""
        return f"{start}{self.what}{end}"


class RecipeError(DialoomError):
    """The recipe cannot be run as written. Holds every problem found, not only the first."""

    exit_code = 2

    def __init__(self, problems: list[DialoomError]) -> None:
        self.problems = problems
        if problems and all(isinstance(problem, MissingExtra) for problem in problems):
            self.exit_code = MissingExtra.exit_code
        super().__init__("\n".join(str(problem) for problem in problems))


class UsageError(DialoomError):
    """What was asked for cannot be: an option, a condition, a version or a name that makes no sense here."""

    exit_code = 2


class DataError(DialoomError):
    """A source, example or import file cannot be read as what it is said to be."""

    exit_code = 3


class EndpointError(DialoomError):
    """A model endpoint cannot be used at all (dead, refuses the key, does not know the model): the run stops."""

    exit_code = 4


class StorageError(DialoomError):
    """The run directory or corpus cannot be read or written (full disk, locked, not a corpus)."""

    exit_code = 5


class MissingExtra(DialoomError):
    """A feature needs an optional package or file that is not installed."""

    exit_code = 6


class BoundReached(DialoomError):
    """A budget is spent, or a target cannot be reached: the run stops, and goes on when the bound is raised."""

    exit_code = 10


class RecordError(DialoomError):
    """One record failed; the run goes on. `dialoom retry` takes it up again.

    `node` is where, if that is a node inside the one that raised it.
    """

    node: str | None = None


class Rejected(Exception):
    """Raised by a node to end a record as rejected, with the reasons that are kept; `node` as in a RecordError."""

    node: str | None = None

    def __init__(self, *reasons: str) -> None:
        self.reasons = list(reasons)
        super().__init__("; ".join(reasons))


def nearest(name: str, known: list[str] | tuple[str, ...]) -> str | None:
    """The known name most like `name`, as a remedy sentence, or None when nothing is close."""
    import difflib

    close = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    if close:
        return f"did you mean '{close[0]}'?"
    return f"known: {', '.join(sorted(known))}" if known else None
