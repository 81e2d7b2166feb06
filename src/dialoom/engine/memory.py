"""Memory that is free, given back to the system, and kept together so that it can be."""

from __future__ import annotations

import contextlib
import ctypes
import functools
import os
from collections.abc import Callable, Iterator

# glibc's number of the option, and what leaves it to glibc.
_M_ARENA_MAX = -8
_AS_USUAL = 0


def give_back() -> None:
    """Return freed memory to the system where the C library has to be asked to."""
    trim = _function("malloc_trim")
    if trim is not None:
        trim(0)


@contextlib.contextmanager
def together() -> Iterator[None]:
    """Let threads that start meanwhile take memory from one arena.

    glibc keeps an arena for each thread, and Lance has many threads: after thousands of commits the free parts of all
    of them come to more than what is in use. What the environment says of arenas is heeded. glibc reads the option when
    the first thread takes memory of its own: where that was before, all is as usual.
    """
    option = None if "MALLOC_ARENA_MAX" in os.environ else _function("mallopt")
    if option is None:
        yield
        return
    option(_M_ARENA_MAX, 1)
    try:
        yield
    finally:
        option(_M_ARENA_MAX, _AS_USUAL)


@functools.cache
def _function(name: str) -> Callable[..., int] | None:
    """A function of glibc, where that is the C library."""
    try:
        library = ctypes.CDLL(None)
        # Others have functions of these names that do something else, or nothing.
        library.gnu_get_libc_version  # noqa: B018
        found: Callable[..., int] = getattr(library, name)
    except (AttributeError, OSError, TypeError):
        return None
    return found
